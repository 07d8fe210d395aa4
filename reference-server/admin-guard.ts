/** Lets only this machine's own operator at a server, not what a browser was talked into. */
import type { RequestHandler } from 'express';

/** The names by which this machine calls itself. */
const OWN_NAMES = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/**
 * Lets in who runs on this machine and means it, not a page in a browser here: one that calls the port by a name made to point
 * here (DNS rebinding) is told 421, a call from another site's page 403, and one with a body that is no JSON, which any form
 * can send, 415. A call without a body needs no content type.
 */
export const operatorsOnly: RequestHandler = (req, res, next) => {
  const { host = '', origin } = req.headers;
  const site = req.headers['sec-fetch-site'];
  if (!OWN_NAMES.test(host.replace(/:\d+$/, '')))
    res
      .status(421)
      .json({ error: `the admin port cannot be opened under the name ${JSON.stringify(host)}; use 127.0.0.1` });
  else if (
    (origin !== undefined && origin !== `http://${host}`) ||
    (site !== undefined && site !== 'same-origin' && site !== 'none')
  )
    res.status(403).json({ error: 'a call from the page of another site changes nothing here' });
  else if (req.is('application/json') === false && req.headers['content-length'] !== '0')
    res.status(415).json({
      error: `the content type must be application/json, got ${req.headers['content-type'] ?? 'none'}`,
    });
  else next();
};
