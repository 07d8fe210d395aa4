/** Gathers the text of a stream, for a tokenizer to count afterwards. */
import { Growing } from './event-splitter.ts';

/** Of one stream, bytes: what is longer is not counted by a tokenizer. */
export const TEXT_LIMIT = 64 * 1024;

/** Gathers what a streamed response says, for whoever counts its tokens once it has ended. */
export class StreamText {
  readonly #kept = new Growing();
  /** Where the event under way begins. */
  #mark = 0;
  #whole = true;

  begin(): void {
    this.#kept.clear();
    this.#mark = 0;
    this.#whole = true;
  }

  /** A string of JSON, without its quotes. */
  addString(bytes: Buffer, start: number, end: number): void {
    let escaped = false;
    for (let at = start; at < end && !escaped; at++) escaped = bytes[at] === 92;
    if (!escaped) {
      this.addBytes(bytes, start, end);
      return;
    }
    try {
      const text = Buffer.from(JSON.parse(`"${bytes.toString('utf8', start, end)}"`) as string);
      this.addBytes(text, 0, text.length);
    } catch {
      this.#whole = false;
    }
  }

  addBytes(bytes: Buffer, start: number, end: number): void {
    if (!this.#whole) return;
    if (this.#kept.length + end - start > TEXT_LIMIT) this.#whole = false;
    else this.#kept.add(bytes, start, end);
  }

  /** Nobody can read the rest. */
  giveUp(): void {
    this.#whole = false;
  }

  /** An event has been read. @param isPiece whether what it added is part of the response. */
  settle(isPiece: boolean): void {
    if (!isPiece) this.#kept.length = this.#mark;
    this.#mark = this.#kept.length;
  }

  /** Null: it was too long to be kept, or could not be read. */
  get text(): string | null {
    return this.#whole ? this.#kept.bytes.toString('utf8', 0, this.#kept.length) : null;
  }
}
