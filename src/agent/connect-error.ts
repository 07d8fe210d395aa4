/** Why there is no connection to NATS, in words. */
import { RampartError } from '../core/errors.ts';

/** What we showed to NATS. */
export interface Shown {
  readonly tls: boolean;
  readonly certificate: boolean;
  readonly credentials: boolean;
}

/** @param servers host:port of each. @param patience after which a connection was given up, ms. */
export function connectError(error: Error, servers: readonly string[], shown: Shown, patience: number): RampartError {
  const { name, message } = error;
  const at = servers.join(', ');
  const cause = error.cause instanceof Error ? error.cause : error;
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  const words = `${message} ${cause.message} ${code}`;
  const options = { cause: error };
  const refused = (what: string, hint: string): RampartError => new RampartError('nats-refused', what, hint, options);
  const unreachable = (reason: string, hint: string): RampartError =>
    new RampartError('nats-unreachable', `no NATS at ${at}: ${reason}`, hint, options);
  if (
    name === 'AuthorizationError' ||
    name === 'UserAuthenticationExpiredError' ||
    /authorization|authentication/i.test(words)
  )
    return shown.credentials
      ? refused(
          `NATS at ${at} refuses these credentials${/expired/i.test(words) ? ': they have expired' : ''}`,
          'Give others with --nats-creds, or as nats://user:password@host:4222.',
        )
      : refused(
          `NATS at ${at} asks for credentials, and none are given`,
          'Give them with --nats-creds, as nats://user:password@host:4222, or nats://token@host:4222.',
        );
  if (/does not support 'tls'/.test(words))
    return refused(`NATS at ${at} speaks no TLS`, 'Write nats:// instead of tls://, or set TLS up there.');
  if (/CERT|certificate|SELF_SIGNED|UNABLE_TO|altnames|EPROTO|ssl|tls/i.test(words))
    return refused(
      `no secure connection to NATS at ${at}: ${cause.message}`,
      /expired/i.test(words)
        ? 'The certificate of the server has expired: make a new one.'
        : 'Trust its authority with --nats-ca, and give your own certificate with --nats-cert and --nats-key where it asks for one.',
    );
  if (name === 'TimeoutError') {
    const within = `within ${patience / 1e3} s`;
    if (!shown.tls) return unreachable(`it greets, and then says nothing ${within}`, 'Is it overloaded, or stopped?');
    return shown.certificate
      ? refused(
          `NATS at ${at} does not take the certificate of --nats-cert (it says nothing ${within})`,
          'Is it signed by the authority that the server has as its ca_file?',
        )
      : refused(
          `NATS at ${at} asks for a client certificate, and none is given (it says nothing ${within})`,
          'Give one with --nats-cert and --nats-key.',
        );
  }
  return unreachable(cause.message, IS_IT);
}

const IS_IT =
  'Is nats-server running, and is this its address? On one machine, rampart fleet up starts one with agents.';
