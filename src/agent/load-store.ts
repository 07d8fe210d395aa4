/** What JetStream keeps of loads: their plans, what agents measure of them, and who controls them. */
import { type ConsumerMessages, type JetStreamManager, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { RampartError } from '../core/errors.ts';
import { type Micros, millis } from '../core/units.ts';
import { CONTROLLERS, ENVELOPE, encode, type PlanMessage, type SearchMessage, SNAPSHOTS, SUBJECT } from './protocol.ts';

/** ms. */
const PATIENCE = 5_000;

export class LoadStore {
  readonly #nats: NatsConnection;
  readonly #manager: JetStreamManager;

  constructor(nats: NatsConnection, manager: JetStreamManager) {
    this.#nats = nats;
    this.#manager = manager;
  }

  /** Has the agents of a load begin to prepare for it. @throws {RampartError} too-large */
  async publish(message: PlanMessage): Promise<void> {
    await this.#put(message.run, message.run, message);
  }

  /** For who may have to take a search over. @throws {RampartError} too-large */
  async publishSearch(session: string, message: SearchMessage): Promise<void> {
    await this.#put(session, `${session}/${message.first}`, message);
  }

  async #put(name: string, msgID: string, message: PlanMessage | SearchMessage): Promise<void> {
    const data = encode(message);
    const most = this.#nats.info?.max_payload ?? Number.POSITIVE_INFINITY;
    if (data.length + ENVELOPE > most)
      throw new RampartError(
        'too-large',
        `the plan is ${data.length} bytes, and NATS takes ${most} at once`,
        'Raise max_payload of the server, or send smaller bodies; rows of --data travel apart.',
      );
    // Listeners of this run are known to the server before its plan is.
    await this.#nats.flush();
    await jetstream(this.#nats, { timeout: PATIENCE }).publish(SUBJECT.plan(name), data, { msgID });
  }

  /** All that agents have told and will tell of a load. */
  async deliveries(run: string): Promise<ConsumerMessages> {
    const consumer = await jetstream(this.#nats, { timeout: PATIENCE }).consumers.get(SNAPSHOTS.name, {
      filter_subjects: SUBJECT.snapshotsOf(run),
      inactive_threshold: toNanos(millis(300_000)),
    });
    return consumer.consume({ max_messages: 500, expires: 5_000, idle_heartbeat: 1_000 });
  }

  /** A load that is over is nobody's to take over, and its room is free. */
  async forget(run: string): Promise<void> {
    const { streams } = this.#manager;
    await streams.purge(CONTROLLERS.name, { filter: SUBJECT.controller(run) }).catch(() => {});
    await streams.purge(SNAPSHOTS.name, { filter: SUBJECT.snapshotsOf(run) }).catch(() => {});
  }
}

const toNanos = (time: Micros): number => time * 1e3;
