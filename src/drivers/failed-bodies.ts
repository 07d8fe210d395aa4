/** The first few bodies of each kind of failure: they often say what went wrong. */
import type { Exchange } from '../core/exchange.ts';
import type { Plan } from '../core/plan.ts';
import type { Payloads } from '../core/ports.ts';
import { MARGIN, Secrets } from '../core/secret.ts';
import { BODIES_KEPT } from '../core/snapshot.ts';
import { utf8Text } from './decoding.ts';
import type { ResponseBuffer } from './response-buffer.ts';
import { SentSecrets } from './sent-secrets.ts';

/** Causes of which bodies are kept, per thread; further ones have none. */
const CAUSES = 20;
const CHARACTERS = 2_000;
/** After so many bodies of one status, whatever their causes, further ones are not even looked at. */
const LOOKS = 4 * BODIES_KEPT;
/** A character of UTF-8 has four bytes at most. */
const BYTES = 4 * (CHARACTERS + MARGIN);

/** Bodies of failed responses, which say why: the first few of each cause are kept, fit to be shown. */
export class FailedBodies {
  readonly #secrets: Secrets;
  readonly #sent: SentSecrets;
  readonly #kept = new Map<string, number>();
  readonly #looked = new Uint8Array(1000);

  constructor(plan: Plan, payloads: Payloads | null) {
    this.#secrets = Secrets.of(plan);
    this.#sent = new SentSecrets(plan, payloads);
  }

  /** Whether a response with this status may be one to keep. */
  wants(status: number): boolean {
    return (this.#looked[status] ?? LOOKS) < LOOKS;
  }

  /** The body of a failed response, where it is one to keep; else empty. */
  of(exchange: Exchange, message: string, response: ResponseBuffer): string {
    const { status, epoch } = exchange;
    if (!this.wants(status)) return '';
    const cause = `${epoch} ${status} ${message}`;
    const kept = this.#kept.get(cause) ?? 0;
    if (kept >= BODIES_KEPT || (kept === 0 && this.#kept.size >= CAUSES)) return '';
    response.decode();
    if (response.end <= response.start || response.tooLarge) return '';
    this.#kept.set(cause, kept + 1);
    this.#looked[status] = (this.#looked[status] ?? 0) + 1;
    const secrets = this.#secrets.knowing(this.#sent.of(exchange, this.#secrets));
    const text = utf8Text(
      response.bytes.subarray(response.start, Math.min(response.end, response.start + BYTES)),
      true,
    );
    return text === null
      ? `(${response.end - response.start} bytes that are no text)`
      : escaped(secrets.excerpt(text, 0, CHARACTERS));
  }
}

/** Without what would move a cursor or turn the writing round; its lines stay lines. */
const escaped = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replaceAll(/[^\P{Cc}\n\t]|\p{Cf}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
