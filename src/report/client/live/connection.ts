/** The page's connection to its server, taken up again after every interruption. */
import type { Frame } from './frame.ts';

/** `lost`: the server does not answer, and is asked again. `gone`: it said that it ends. */
export type Link = 'connecting' | 'live' | 'lost' | 'gone';

/** The server gives a sign of life every 10 s; after so long without one the connection is dead, ms. */
const PATIENCE = 25_000;
const AGAIN = 2_000;

/** Follows the page's server, and comes back to it after every interruption. */
export class Connection {
  readonly #frame: (frame: Frame) => void;
  readonly #link: (link: Link) => void;
  #source: EventSource | null = null;
  #watch = 0;
  /** The server said that it ends: that it then does not answer is no news. */
  #gone = false;

  constructor(frame: (frame: Frame) => void, link: (link: Link) => void) {
    this.#frame = frame;
    this.#link = link;
    this.#open();
  }

  #open(): void {
    this.#source?.close();
    const source = new EventSource('/events');
    this.#source = source;
    this.#alive();
    source.addEventListener('open', () => this.#alive());
    source.addEventListener('beat', () => this.#alive());
    source.addEventListener('frame', (event) => {
      this.#alive();
      this.#gone = false;
      this.#link('live');
      this.#frame(JSON.parse((event as MessageEvent<string>).data) as Frame);
    });
    source.addEventListener('bye', () => {
      clearTimeout(this.#watch);
      source.close();
      this.#gone = true;
      this.#link('gone');
      // Another rampart may get this address.
      this.#again();
    });
    source.addEventListener('error', () => {
      if (this.#source !== source) return;
      if (!this.#gone) this.#link('lost');
      // What the browser gives up by itself is tried again here.
      if (this.#gone) source.close();
      if (source.readyState === EventSource.CLOSED) this.#again();
    });
  }

  #alive(): void {
    clearTimeout(this.#watch);
    this.#watch = window.setTimeout(() => {
      this.#link('lost');
      this.#open();
    }, PATIENCE);
  }

  #again(): void {
    clearTimeout(this.#watch);
    this.#watch = window.setTimeout(() => this.#open(), this.#gone ? 5 * AGAIN : AGAIN);
  }
}
