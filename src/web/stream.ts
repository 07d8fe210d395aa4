/** The events of the live page on their way to browsers, some of which are slow or away for a while. */

/** Where events go: of a response, what is needed. */
export interface Outlet {
  /** False: it wants no more until it says `drain`. */
  write(text: string): boolean;
  end(): void;
  on(event: 'drain' | 'close', listener: () => void): unknown;
}

/** Frames that a browser may have missed and still get one by one; who missed more gets the whole. */
const KEPT = 100;
/** A browser asks again so long after it lost the connection, ms. */
const RETRY = 1_000;

interface Reader {
  readonly outlet: Outlet;
  /** Number of the last event it was sent; 0: none, so it gets the whole run first. */
  at: number;
  blocked: boolean;
}

/**
 * Server-sent events to any number of browsers. Every event has an id; a browser that comes back says the last one it
 * saw and gets what it missed, or the whole where that is not kept any more. So does one that reads too slowly: nothing
 * is queued for it, and it holds up nobody.
 */
export class EventStream {
  readonly #epoch: string;
  readonly #whole: () => string;
  readonly #readers = new Set<Reader>();
  readonly #kept: string[] = [];
  /** The first event is the whole. */
  #latest = 1;

  /**
   * @param epoch tells this server from others that had the address before.
   * @param whole everything as it now is, as the data of one event.
   */
  constructor(epoch: string, whole: () => string) {
    this.#epoch = epoch;
    this.#whole = whole;
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** @param data one line. What came before it and it are together what `whole` says then, or less than that. */
  publish(data: string): void {
    this.#latest++;
    this.#kept.push(data);
    if (this.#kept.length > KEPT) this.#kept.shift();
    for (const reader of this.#readers) this.#serve(reader);
  }

  /** @param lastEventId what the browser says it saw last; null on its first visit. */
  attach(outlet: Outlet, lastEventId: string | null): void {
    const reader: Reader = { outlet, at: this.#known(lastEventId), blocked: false };
    outlet.on('close', () => this.#readers.delete(reader));
    outlet.on('drain', () => {
      reader.blocked = false;
      this.#serve(reader);
    });
    this.#readers.add(reader);
    outlet.write(`retry: ${RETRY}\n\n`);
    this.#serve(reader);
  }

  /** Tells the browsers that the server lives. */
  beat(): void {
    for (const { outlet, blocked } of this.#readers) if (!blocked) outlet.write('event: beat\ndata:\n\n');
  }

  /** Tells the browsers that this was the end, and hangs up. */
  close(): void {
    for (const { outlet } of this.#readers) {
      outlet.write('event: bye\ndata:\n\n');
      outlet.end();
    }
    this.#readers.clear();
  }

  #known(lastEventId: string | null): number {
    const [epoch, number = ''] = (lastEventId ?? '').split('.');
    const at = Number(number);
    return epoch === this.#epoch && Number.isInteger(at) && at > 0 && at <= this.#latest ? at : 0;
  }

  #serve(reader: Reader): void {
    const oldest = this.#latest - this.#kept.length + 1;
    while (!reader.blocked && reader.at < this.#latest) {
      const missed = reader.at === 0 ? undefined : this.#kept[reader.at + 1 - oldest];
      const data = missed ?? this.#whole();
      reader.at = missed === undefined ? this.#latest : reader.at + 1;
      reader.blocked = !reader.outlet.write(`id: ${this.#epoch}.${reader.at}\nevent: frame\ndata: ${data}\n\n`);
    }
  }
}
