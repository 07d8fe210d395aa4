/** The JetStream streams that runs need, made where they are missing. */
import { JetStreamApiError, type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { RampartError } from '../core/errors.ts';
import { PATIENCE } from './connection.ts';
import { CONTROLLERS, PLANS, SNAPSHOTS } from './protocol.ts';

/** Of the stored messages, in nanoseconds. */
const KEPT = 24 * 3_600 * 1e9;
const DEDUPLICATED = 10 * 60 * 1e9;

/** The streams that runs need; made where they are missing. @throws {RampartError} nats-unfit */
export async function openStreams(nats: NatsConnection): Promise<JetStreamManager> {
  const unfit = (problem: string, hint: string, cause: unknown): RampartError =>
    new RampartError('nats-unfit', problem, hint, { cause });
  let manager: JetStreamManager;
  try {
    manager = await jetstreamManager(nats, { timeout: PATIENCE });
  } catch (error) {
    const server = `NATS ${nats.info?.version ?? ''} at ${nats.getServer()}`;
    throw unfit(
      `${server} has no JetStream for us: ${(error as Error).message}`,
      'Start it with jetstream enabled (nats-server -js), for the account of these credentials.',
      error,
    );
  }
  for (const { name, subject } of [PLANS, SNAPSHOTS, CONTROLLERS]) {
    // Of a cluster, three servers have a copy each.
    const num_replicas = nats.info?.cluster === undefined ? 1 : 3;
    const config = { name, subjects: [subject], max_age: KEPT, duplicate_window: DEDUPLICATED, num_replicas };
    try {
      await manager.streams.info(name);
    } catch (missing) {
      try {
        await manager.streams.add(config);
      } catch (error) {
        if (error instanceof JetStreamApiError && /already in use/.test(error.message)) continue;
        const hint =
          num_replicas === 1 ? '' : 'Of a cluster three servers keep a copy each: it needs three with JetStream.';
        throw unfit(`the stream ${name} cannot be made: ${(error as Error).message}`, hint, error ?? missing);
      }
    }
  }
  return manager;
}
