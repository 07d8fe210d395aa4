/** What a controller that died has left in NATS: a run under way, or the levels of a search. */
import type { JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { RampartError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { Clock } from '../core/ports.ts';
import {
  decode,
  encode,
  type OrdersMessage,
  PLANS,
  type PlanMessage,
  PROTOCOL,
  type SearchMessage,
  SUBJECT,
} from './protocol.ts';
import { Register, type Standing } from './register.ts';

const SAME_VERSION = 'Install the same version everywhere.';
const AGAIN = 'Start it again.';

/** A load that another controller has begun; we control it now. */
export interface AbandonedLoad {
  readonly run: string;
  readonly message: PlanMessage;
  readonly register: Register;
  readonly standing: Standing;
}

interface Abandoned {
  /** Of the run or the search, as it was sent. */
  readonly sent: Plan;
  /** In the order in which they were begun. */
  readonly loads: readonly AbandonedLoad[];
  /** The number of the load that comes next; null: it is a run, which has one. */
  readonly next: number | null;
}

/** What finding it takes. */
interface Desk {
  readonly nats: NatsConnection;
  readonly manager: JetStreamManager;
  readonly clock: Clock;
}

/**
 * Takes over what another controller has left.
 *
 * @param session its id, as its agents tell it. @throws {RampartError} bad-flag, refused, other-version or taken-over.
 */
export async function takeOver(desk: Desk, session: string): Promise<Abandoned> {
  const [search, first] = await Promise.all([
    stored<SearchMessage>(desk, SUBJECT.plan(session)),
    stored<PlanMessage>(desk, SUBJECT.plan(`${session}-0`)),
  ]);
  const one = search ?? first;
  if (one === null)
    throw new RampartError(
      'bad-flag',
      `--resume: there is no run ${session} under way`,
      'Its agents tell its id: run 20260102-030405-ab12-0.',
    );
  if (one.protocol !== PROTOCOL)
    throw new RampartError('other-version', `--resume: the run ${session} is of another version`, SAME_VERSION);
  return search === null ? runOf(desk, session, first as PlanMessage) : levelsOf(desk, session, search);
}

async function runOf(desk: Desk, session: string, message: PlanMessage): Promise<Abandoned> {
  const run = `${session}-0`;
  const found = await registered(desk, session, run);
  // Its controller is only preparing, and is not to be disturbed.
  if (found.entry.standing === null)
    throw new RampartError('refused', `--resume: the run ${session} had not begun: nothing was sent`, AGAIN);
  const { register, standing } = await replace(desk, session, run, found);
  return { sent: message.plan, loads: [{ run, message, register, standing: standing as Standing }], next: null };
}

async function levelsOf(desk: Desk, session: string, { plan, first }: SearchMessage): Promise<Abandoned> {
  const refused = (why: string): RampartError =>
    new RampartError('refused', `--resume: ${session} is a search ${why}`, `${AGAIN} Its agents end by themselves.`);
  if ((plan.search?.settle ?? 0) > 0)
    throw refused('that waited for its target to settle, and what it saw of that went with its controller');
  const loads: AbandonedLoad[] = [];
  let next = first;
  for (; ; next++) {
    const run = `${session}-${next}`;
    const message = await stored<PlanMessage>(desk, SUBJECT.plan(run));
    if (message === null) break;
    if (Object.values(message.agents).some(({ rows }) => rows !== undefined))
      throw refused('with data rows, which went with its controller');
    const { register, standing } = await replace(desk, session, run, await registered(desk, session, run));
    if (standing !== null) loads.push({ run, message, register, standing });
    else letGo(desk, run, register);
  }
  if (loads.length === 0) throw refused('whose first level had not begun');
  return { sent: plan, loads, next };
}

type Found = NonNullable<Awaited<ReturnType<typeof Register.look>>>;

async function registered({ manager }: Desk, session: string, run: string): Promise<Found> {
  const found = await Register.look(manager, run);
  if (found !== null) return found;
  throw new RampartError(
    'bad-flag',
    `--resume: there is no run ${session} under way`,
    'It is over, or was taken over.',
  );
}

/** The controller of a load is another one from now on. */
async function replace({ nats, manager, clock }: Desk, session: string, run: string, found: Found) {
  const register = await Register.takeOver(nats, manager, clock, run, found);
  if (register === null)
    throw new RampartError('taken-over', `another controller has just taken the run ${session} over`);
  return { register, standing: found.entry.standing };
}

/** Who prepares for a load that was never begun is free. */
function letGo({ nats }: Desk, run: string, { term }: Register): void {
  const orders: OrdersMessage = { term, startAt: null, stopped: true, stopAt: null, changes: [], lost: [], over: true };
  nats.publish(SUBJECT.orders(run), encode(orders));
}

async function stored<Message>({ manager }: Desk, subject: string): Promise<Message | null> {
  const found = await manager.streams.getMessage(PLANS.name, { last_by_subj: subject }).catch(() => null);
  return found === null ? null : (decode<Message>(found.data) as Message | null);
}

/** Of two levels, what a search decides. */
type Level = Pick<Plan, 'load' | 'warmup' | 'interval' | 'gracefulStop' | 'seed'>;

/** Whether a search asks for the level that it asked for when it was another controller's. */
export function isSameLevel(one: Level, other: Level): boolean {
  const text = ({ load, warmup, interval, gracefulStop, seed }: Level): string =>
    JSON.stringify([load, warmup, interval, gracefulStop, seed]);
  // What has travelled has its keys in the same order, and lacks what was undefined.
  return text(one) === text(other);
}
