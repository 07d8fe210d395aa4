/** What a browsing user carries from request to request. */
import { Buffer } from 'node:buffer';
import type { Exchange } from '../../core/exchange.ts';
import type { Amender } from '../amender.ts';
import type { Prepared } from '../undici/lane.ts';
import { CookieJar, type CookiePlace } from './cookie-jar.ts';
import type { Step } from './redirect.ts';

/** What a user brings along: its cookies, and where a redirect has sent its request. It lies on the user's exchange. */
export class Visit {
  readonly jar = new CookieJar();
  /** The pass that it belongs to. */
  pass = -1;
  /** Where the request goes instead; null: where the plan says. */
  onward: (Step & { readonly keepsBody: boolean }) | null = null;
  /** What was sent last. */
  sent: Step = { method: '', path: '' };
  /** Addresses that this request was at before. */
  readonly seen: string[] = [];

  static of(exchange: Exchange): Visit {
    if (!(exchange.link instanceof Visit)) exchange.link = new Visit();
    return exchange.link as Visit;
  }
}

/** Headers about a body that is not sent any more. */
const ABOUT_BODY = /^content-(?:encoding|language|location|type|length)$/i;

/** Puts cookies and redirects into requests. */
export class VisitAmender implements Amender {
  readonly #place: Omit<CookiePlace, 'path'>;
  readonly #cookies: boolean;

  constructor(place: Omit<CookiePlace, 'path'>, cookies: boolean) {
    this.#place = place;
    this.#cookies = cookies;
  }

  bytes(exchange: Exchange, rendered: Buffer): Buffer {
    const visit = Visit.of(exchange);
    const lineEnd = rendered.indexOf('\r\n');
    const [method = '', path = ''] = rendered.toString('latin1', 0, lineEnd).split(' ');
    const { onward } = visit;
    visit.sent = onward ?? { method, path };
    const cookie = this.#cookieFor(visit);
    if (onward === null && cookie === '') return rendered;
    const headEnd = rendered.indexOf('\r\n\r\n');
    const [, ...lines] = rendered.toString('latin1', 0, headEnd).split('\r\n');
    const keepsBody = onward?.keepsBody ?? true;
    const kept = lines.flatMap((line): string[] => {
      const name = line.slice(0, line.indexOf(':'));
      if (!keepsBody && ABOUT_BODY.test(name)) return [];
      if (cookie !== '' && /^cookie$/i.test(name)) return [];
      return [line];
    });
    if (cookie !== '') kept.push(`Cookie: ${withOwn(cookie, lines.find((line) => /^cookie:/i.test(line))?.slice(7))}`);
    const head = `${visit.sent.method} ${visit.sent.path} HTTP/1.1\r\n${kept.join('\r\n')}\r\n\r\n`;
    const body = keepsBody ? rendered.subarray(headEnd + 4) : rendered.subarray(rendered.length);
    return Buffer.concat([Buffer.from(head, 'latin1'), body]);
  }

  parts(exchange: Exchange, prepared: Prepared): Prepared {
    const visit = Visit.of(exchange);
    // A proxy is asked with the whole address.
    const [, origin = '', path = ''] = /^(https?:\/\/[^/]*)?(.*)$/s.exec(prepared.path) ?? [];
    const { onward } = visit;
    visit.sent = onward ?? { method: prepared.method, path };
    const cookie = this.#cookieFor(visit);
    if (onward === null && cookie === '') return prepared;
    const keepsBody = onward?.keepsBody ?? true;
    const headers = prepared.headers.filter(
      ([name]) => (keepsBody || !ABOUT_BODY.test(name)) && !(cookie !== '' && /^cookie$/i.test(name)),
    );
    const own = prepared.headers.find(([name]) => /^cookie$/i.test(name))?.[1];
    return {
      constant: false,
      method: visit.sent.method,
      path: origin + visit.sent.path,
      headers: cookie === '' ? headers : [...headers, ['cookie', withOwn(cookie, own)] as const],
      body: keepsBody ? prepared.body : null,
    };
  }

  #cookieFor(visit: Visit): string {
    return this.#cookies ? visit.jar.header({ ...this.#place, path: visit.sent.path }, Date.now) : '';
  }
}

/** Behind what the plan sends as cookies by itself: a request has one such line. */
const withOwn = (cookie: string, own: string | undefined): string =>
  own === undefined || own.trim() === '' ? cookie : `${own.trim()}; ${cookie}`;
