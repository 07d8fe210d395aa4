/**
 * Doubts about connections: limits of the generator's machine, waits for a free one, and targets that close without a
 * word.
 */
import { EXHAUSTION, type ExhaustionCode, ON_A_REUSED_CONNECTION } from '../core/cause.ts';
import type { Plan } from '../core/plan.ts';
import type { FailureResult } from '../core/result.ts';
import type { ConnectionCounts } from '../core/snapshot.ts';
import type { Doubt } from '../core/verdict.ts';
import type { GeneratorHealth } from './generator.ts';
import { counted, formatCount, formatMs } from './wording.ts';

/** What these doubts are judged from: a part of `Evidence`. */
interface Seen {
  readonly plan: Plan;
  readonly failures: readonly FailureResult[];
  readonly generator: GeneratorHealth;
}

/** A wait of a whole millisecond for a connection is a queue, not a turn of the event loop. ms. */
const WAIT = 1;

const REMEDIES: Readonly<Record<ExhaustionCode, string>> = {
  EADDRNOTAVAIL:
    'A closed connection keeps its port for a minute: keep connections open (without --no-keepalive), or widen net.ipv4.ip_local_port_range.',
  EMFILE: 'Raise the limit of open files (ulimit -n), or use fewer users or --connections.',
  ENFILE: "Raise the system's limit of open files (fs.file-max), or use fewer connections.",
  ENOBUFS: 'Use fewer connections, or give the system more memory for sockets.',
};

const CODES = Object.keys(EXHAUSTION) as ExhaustionCode[];

/** Which of its own limits the generator met, if any. */
export function exhaustionOf(failures: readonly FailureResult[]): ExhaustionCode | null {
  for (const { message } of failures) {
    const code = CODES.find((known) => EXHAUSTION[known] === message);
    if (code !== undefined) return code;
  }
  return null;
}

/** Whether requests waited for one of the connections that the plan allows. */
export function waitedForConnections({ plan, generator }: Pick<Seen, 'plan' | 'generator'>): boolean {
  return plan.connections.limit !== null && (generator.connectionWaitP99 ?? 0) > WAIT;
}

/** Doubts about the connections: what the generator lacked, what it waited for, and what was closed under its hands. */
export function connectionDoubts(seen: Seen): Doubt[] {
  const { plan, failures, generator } = seen;
  const doubts: Doubt[] = [];
  const lacking = exhaustionOf(failures);
  if (lacking !== null) {
    const n = countOf(failures, (message) => message === EXHAUSTION[lacking]);
    const message = `For ${counted(n, 'request')} no connection could be opened: ${EXHAUSTION[lacking]}.`;
    doubts.push({ code: 'generator-exhausted', message, hint: REMEDIES[lacking], invalidates: true });
  }
  const { limit } = plan.connections;
  if (limit !== null && waitedForConnections(seen)) {
    const message =
      `Requests waited for a free connection: the p99 of the wait was ${formatMs(generator.connectionWaitP99 ?? 0)}, ` +
      `with ${counted(limit, 'connection')}. It is part of the response times and of the lag.`;
    const hint = 'Allow more --connections; or compare service times, which leave the wait out.';
    doubts.push({ code: 'connection-wait', message, hint, invalidates: false });
  }
  return doubts;
}

/** Doubts about what the target did with its connections: they are shown of a search too. */
export function targetConnectionDoubts({
  failures,
  connections,
}: {
  readonly failures: readonly FailureResult[];
  readonly connections: ConnectionCounts;
}): Doubt[] {
  const doubts: Doubt[] = [];
  const { closedUnannounced, surplus } = connections;
  if (closedUnannounced > 0) {
    const message =
      `The target closed ${counted(closedUnannounced, 'connection')} right after a response that did not say so (Connection: close). ` +
      'Later requests took new connections instead; opening one is inside their response time.';
    const hint =
      "Let it keep connections open, or announce the close: clients that write at once see resets. uWSGI's http-socket does so: try http11-socket, or add-header 'Connection: close'.";
    doubts.push({ code: 'closed-unannounced', message, hint, invalidates: false });
  }
  if (surplus > 0) {
    const message =
      `On ${counted(surplus, 'connection')} the target sent bytes behind a whole response, which no request had asked for. ` +
      'They were taken for no response, and the connection was closed.';
    const hint = 'Does it answer twice, or send a longer body than its Content-Length says?';
    doubts.push({ code: 'surplus-bytes', message, hint, invalidates: false });
  }
  const closed = countOf(failures, (message) => message.endsWith(ON_A_REUSED_CONNECTION));
  if (closed > 0) {
    const message = `The target closed ${formatCount(closed)} connections as they were used again; nothing was sent twice.`;
    const hint =
      "It closes idle connections sooner than it says, or it restarts: let its keep-alive timeout exceed the clients' pauses, or try --max-conn-age or --no-keepalive.";
    doubts.push({ code: 'reused-connection-closed', message, hint, invalidates: false });
  }
  return doubts;
}

function countOf(failures: readonly FailureResult[], is: (message: string) => boolean): number {
  return failures.reduce((sum, { message, count }) => (is(message) ? sum + count : sum), 0);
}
