/** Data rows on their way through NATS: an object for each part of a load that has rows of its own, and one for all who need all. */

import { type ObjectResult, type ObjectStore, Objm } from '@nats-io/obj';
import type { NatsConnection } from '@nats-io/transport-node';
import { RampartError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { Clock } from '../core/ports.ts';
import type { RowTable } from '../core/rows.ts';
import type { Segment } from '../core/segment.ts';
import { seconds } from '../core/units.ts';
import type { Files } from '../core/world.ts';
import { rowsOfPart } from '../load/row-part.ts';
import { type RowsOffer, RowsParcel, tableOfPart } from './rows.ts';

const BUCKET = 'rampart_rows';
/** What a controller that died has left is gone after this, in nanoseconds. */
const KEPT = 24 * 3_600 * 1e9;
/** What the parcel is of, among what the store knows of an object. */
const OFFER = 'offer';
/** Without a further piece for so long nothing comes any more. */
const SILENCE = seconds(20);

type Desk = Pick<Files, 'scratch' | 'discard'>;

/** Rows of a session's loads, where their agents find them: stored once, gone with the session. */
export class RowStore {
  readonly #nats: NatsConnection;
  readonly #session: string;
  readonly #table: RowTable;
  readonly #files: Desk;
  #store: ObjectStore | null = null;
  /** Names of objects, by the part. */
  readonly #stored = new Map<string, string>();

  constructor(nats: NatsConnection, session: string, table: RowTable, files: Desk) {
    this.#nats = nats;
    this.#session = session;
    this.#table = table;
    this.#files = files;
  }

  /** The objects that the segments of a load find their rows in, stored where they are not yet; those of other loads are gone. @throws {RampartError} nats-unfit */
  async keep(plan: Plan, segments: readonly Segment[]): Promise<readonly string[]> {
    const names: string[] = [];
    const keys = new Set<string>();
    for (const segment of segments) {
      const own = rowsOfPart(plan, segment);
      // Another seed shuffles other rows together.
      const key =
        own === null ? '' : JSON.stringify([own.part, own.rows, plan.data?.order === 'shuffled' ? plan.seed : null]);
      let name = this.#stored.get(key);
      if (name === undefined) {
        const table = own === null ? this.#table : tableOfPart(this.#table, own, this.#files);
        try {
          name = await this.#put(new RowsParcel(table));
        } finally {
          if (table !== this.#table && table.kind === 'file') this.#files.discard(table.descriptor);
        }
        this.#stored.set(key, name);
      }
      keys.add(key);
      names.push(name);
    }
    const old = [...this.#stored].filter(([key]) => !keys.has(key));
    for (const [key] of old) this.#stored.delete(key);
    const kept = new Set(this.#stored.values());
    if (this.#store !== null)
      await forget(
        this.#store,
        old.map(([, name]) => name).filter((name) => !kept.has(name)),
      );
    return names;
  }

  /** Their room in NATS is free again. */
  async close(): Promise<void> {
    if (this.#store !== null) await forget(this.#store, [...new Set(this.#stored.values())]);
    this.#stored.clear();
  }

  async #put(parcel: RowsParcel): Promise<string> {
    const { offer } = parcel;
    const name = `${this.#session}.${offer.digest}`;
    try {
      this.#store ??= await this.#open();
      // Two parts may have the same rows, and a session that is taken over has them already.
      const known = await this.#store.info(name);
      if (known === null || known.deleted)
        await this.#store.put({ name, metadata: { [OFFER]: JSON.stringify(offer) } }, streamOf(parcel));
      return name;
    } catch (error) {
      throw new RampartError(
        'nats-unfit',
        `NATS does not take the data rows (${Math.ceil(offer.bytes / 1e6)} MB): ${(error as Error).message}`,
        'JetStream keeps them until the run is over: give it more room (max_file_store), or use fewer rows.',
        { cause: error },
      );
    }
  }

  async #open(): Promise<ObjectStore> {
    const replicas = this.#nats.info?.cluster === undefined ? 1 : 3;
    return new Objm(this.#nats).create(BUCKET, { ttl: KEPT, replicas });
  }
}

/** Rows of a load that another controller began: it is for us to free their room. */
export async function forgetRows(nats: NatsConnection, names: Iterable<string>): Promise<void> {
  const all = [...new Set(names)];
  if (all.length === 0) return;
  const store = await new Objm(nats).open(BUCKET).catch(() => null);
  if (store !== null) await forget(store, all);
}

/** What cannot be deleted now goes when its time is over. */
const forget = (store: ObjectStore, names: readonly string[]): Promise<unknown> =>
  Promise.all(names.map((name) => store.delete(name).catch(() => {})));

function streamOf(parcel: RowsParcel): ReadableStream<Uint8Array> {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      if (next >= parcel.offer.pieces) controller.close();
      else controller.enqueue(parcel.piece(next++));
    },
  });
}

/** What an agent finds under a name. @throws Error where there is nothing, or it cannot be read. */
export async function openParcel(
  nats: NatsConnection,
  clock: Clock,
  name: string,
): Promise<{ readonly offer: RowsOffer; readonly pieces: AsyncIterable<Uint8Array> }> {
  const found = await new Objm(nats)
    .open(BUCKET, false)
    .then((store) => store.get(name))
    .catch((error: Error) => {
      throw new Error(`the data rows cannot be read from NATS: ${error.message}`, { cause: error });
    });
  if (found === null) throw new Error('the data rows are not in NATS any more');
  const offer = JSON.parse(found.info.metadata?.[OFFER] ?? 'null') as RowsOffer | null;
  if (offer === null) throw new Error('what is stored under the name of the data rows are none');
  return { offer, pieces: piecesOf(found, clock) };
}

async function* piecesOf({ data }: ObjectResult, clock: Clock): AsyncGenerator<Uint8Array> {
  const reader = data.getReader();
  for (;;) {
    let timer: unknown;
    const silence = new Promise<never>((_, reject) => {
      timer = clock.after(SILENCE, () => reject(new Error('nothing came for 20 s')));
    });
    const { done, value } = await Promise.race([reader.read(), silence])
      .catch((error: Error) => {
        const [why] = error.message.split('\n');
        throw new Error(`the data rows did not arrive whole: ${why}`, { cause: error });
      })
      .finally(() => clock.cancel(timer));
    if (done) return;
    yield value;
  }
}
