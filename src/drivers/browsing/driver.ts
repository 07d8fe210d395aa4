/** What users do who browse (cookies, compressed bodies, redirects), around any driver that sends. */
import type { Exchange } from '../../core/exchange.ts';
import { PassingDriver } from '../../core/passing-driver.ts';
import type { Plan } from '../../core/plan.ts';
import type { Clock, Driver } from '../../core/ports.ts';
import { followsRedirects, timeoutOf } from '../../core/request.ts';
import { OUTCOME_CODE } from '../../core/sample.ts';
import type { Segment } from '../../core/segment.ts';
import type { ConnectionCounts } from '../../core/snapshot.ts';
import type { Micros } from '../../core/units.ts';
import type { Amender } from '../amender.ts';
import { hostHeader } from '../http1/request.ts';
import type { ResponseBuffer } from '../response-buffer.ts';
import type { Witnessed } from '../witness.ts';
import type { CookiePlace } from './cookie-jar.ts';
import { leadsOn, MOST_REDIRECTS, onwardFrom } from './redirect.ts';
import { Visit, VisitAmender } from './visit.ts';

/** Makes the driver that sends, whose requests are changed by an amender. */
export type CreateAmended = (plan: Plan, clock: Clock, segment: Segment, amender: Amender) => Driver & Witnessed;

/** Whether users of a plan do more than send: keep cookies, decode bodies, or go where a redirect leads. */
export const browses = (plan: Plan): boolean =>
  plan.cookies !== undefined ||
  plan.compressed === true ||
  plan.requests.some((request) => followsRedirects(plan, request));

const NONE = { responses: 0, wireBytes: 0, bytes: 0, undecoded: 0 };

/** What of a request's first part is kept through its redirects. */
interface Begun {
  readonly dueAt: Micros;
  readonly sentAt: Micros;
  readonly connectTook: Micros;
  readonly tlsTook: Micros;
  readonly waitTook: Micros;
  readonly bytesIn: number;
  readonly bodyBytesIn: number;
  readonly bytesOut: number;
}

/**
 * What browsers do and load generators by themselves do not: keeps the cookies of each virtual user, decodes bodies, and follows
 * redirects within the target. The requests of one chain are one: due with its first, done with its last, their bytes added up.
 */
export class BrowsingDriver extends PassingDriver<Driver & Witnessed> implements Witnessed {
  witness: Witnessed['witness'] = null;
  readonly #plan: Plan;
  readonly #clock: Clock;
  readonly #follows: readonly boolean[];
  readonly #timeouts: readonly Micros[];
  readonly #origins: readonly string[];
  readonly #place: Omit<CookiePlace, 'path'>;
  readonly #begun = new Map<Exchange, Begun>();
  #redirects = 0;
  #decoded = { ...NONE };
  /** The `Location` of the response that is being shown. */
  #location: string | null = null;
  #setCookies: readonly string[] = [];

  constructor(plan: Plan, clock: Clock, segment: Segment, create: CreateAmended) {
    const { target } = plan;
    const place = { host: target.host.toLowerCase(), secure: target.protocol === 'https:', target: target.url };
    super(create(plan, clock, segment, new VisitAmender(place, plan.cookies !== undefined)));
    this.#plan = plan;
    this.#clock = clock;
    this.#place = place;
    this.#follows = plan.requests.map((request) => followsRedirects(plan, request));
    this.#timeouts = plan.requests.map((request) => timeoutOf(plan, request));
    const named = plan.requests.flatMap(({ headers }) => headers.filter(([name]) => name.toLowerCase() === 'host'));
    this.#origins = [hostHeader(target), ...named.map(([, value]) => value)].flatMap(
      (host) => originOf(`${target.protocol}//${host}`) ?? [],
    );
    this.inner.witness = (response, address) => {
      this.#look(response);
      this.witness?.(response, address);
    };
  }

  send(exchange: Exchange): void {
    const visit = Visit.of(exchange);
    visit.onward = null;
    visit.seen.length = 0;
    if (visit.pass !== exchange.index) {
      visit.pass = exchange.index;
      if (this.#plan.cookies !== 'user') visit.jar.clear();
    }
    this.inner.send(exchange);
  }

  override takeConnectionCounts(): ConnectionCounts | null {
    const counts = super.takeConnectionCounts();
    const redirects = this.#redirects;
    const decoded = this.#decoded;
    const decodes = decoded.responses + decoded.undecoded > 0;
    if (redirects === 0 && !decodes) return counts;
    this.#redirects = 0;
    this.#decoded = { ...NONE };
    return {
      ...{ closedUnannounced: 0, surplus: 0, ...counts },
      ...(redirects === 0 ? {} : { redirects }),
      ...(decodes ? { decoded } : {}),
    };
  }

  /** A response is there, whole, and ends its request in the same breath. */
  #look(response: ResponseBuffer): void {
    if (this.#plan.compressed === true) this.#decode(response);
    this.#location = response.header('location');
    this.#setCookies =
      this.#plan.cookies === undefined || response.header('set-cookie') === null
        ? []
        : response.headers().flatMap(([name, value]) => (name.toLowerCase() === 'set-cookie' ? [value] : []));
  }

  /** So that checks and captures see what the body holds. */
  #decode(response: ResponseBuffer): void {
    const wireBytes = response.end - response.start;
    const sum = this.#decoded;
    if (wireBytes > 0) response.decode();
    if (response.unreadable() !== null) sum.undecoded += 1;
    else if (wireBytes > 0) {
      sum.responses += 1;
      sum.wireBytes += wireBytes;
      sum.bytes += response.end - response.start;
    }
  }

  protected override done(exchange: Exchange): void {
    const visit = exchange.link as Visit;
    const location = this.#location;
    this.#location = null;
    if (this.#setCookies.length > 0) {
      const place = { ...this.#place, path: visit.sent.path };
      for (const line of this.#setCookies) visit.jar.store(line, place, Date.now());
      this.#setCookies = [];
    }
    // A status that a check asks for is a response, and no way.
    const follows = this.#follows[exchange.request] === true && exchange.outcome === OUTCOME_CODE['http-error'];
    if (follows && leadsOn(exchange.status, location) && this.#goOn(exchange, visit, location)) return;
    const begun = this.#begun.get(exchange);
    if (begun !== undefined) this.#join(exchange, begun);
    super.done(exchange);
  }

  /** Whether the request goes on elsewhere; else its message says why not. */
  #goOn(exchange: Exchange, visit: Visit, location: string): boolean {
    const { sent, seen } = visit;
    const onward = onwardFrom(sent, exchange.status, location, this.#origins);
    const refuse = (why: string): false => {
      exchange.message = `${exchange.message}: ${why}`;
      return false;
    };
    if ('problem' in onward) return refuse(onward.problem);
    seen.push(`${sent.method} ${sent.path}`);
    if (seen.length > MOST_REDIRECTS) return refuse(`more than ${MOST_REDIRECTS} redirects`);
    // With cookies the same address may bring another response.
    if (this.#plan.cookies === undefined && seen.includes(`${onward.method} ${onward.path}`))
      return refuse('redirects lead round in a circle');
    this.#begun.set(exchange, this.#sum(exchange));
    this.#redirects += 1;
    visit.onward = onward;
    exchange.dueAt = this.#clock.now();
    this.inner.send(exchange);
    return true;
  }

  /** What has been until the redirect that is followed. */
  #sum(exchange: Exchange): Begun {
    const { dueAt, sentAt, connectTook, tlsTook, waitTook, bytesIn, bodyBytesIn, bytesOut } = exchange;
    const first = this.#begun.get(exchange);
    if (first !== undefined) return together(first, exchange);
    return { dueAt, sentAt, connectTook, tlsTook, waitTook, bytesIn, bodyBytesIn, bytesOut };
  }

  #join(exchange: Exchange, begun: Begun): void {
    this.#begun.delete(exchange);
    Object.assign(exchange, together(begun, exchange));
    const limit = this.#timeouts[exchange.request] as Micros;
    // Each part had the time limit of the whole.
    if (exchange.outcome === OUTCOME_CODE.ok && exchange.doneAt - begun.sentAt > limit) {
      exchange.outcome = OUTCOME_CODE.timeout;
      exchange.message = 'the response did not end in time, with its redirects';
    }
  }
}

/** A chain began as its first request did. */
const together = (begun: Begun, { bytesIn, bodyBytesIn, bytesOut }: Exchange): Begun => ({
  ...begun,
  bytesIn: begun.bytesIn + bytesIn,
  bodyBytesIn: begun.bodyBytesIn + bodyBytesIn,
  bytesOut: begun.bytesOut + bytesOut,
});

function originOf(address: string): string | null {
  try {
    return new URL(address).origin;
  } catch {
    return null;
  }
}
