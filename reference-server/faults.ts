/** Faults that a server is told to have: which request has which. */
import { OptionError, parseDuration, parseShare } from './option-syntax.ts';
import { type Random, seededRandom } from './random.ts';

/** What becomes of one request, and how many times as long as usual its work takes. */
export interface Treatment {
  readonly fate: 'answered' | 'failed' | 'dropped' | 'hung';
  readonly stretch: number;
}

const FORMS =
  'stall:1s/10s (frozen for the last second of every ten), error:2% (500), slow:5%x10, drop:1% (connection cut), hang:0.5% (no answer), leak (64 KiB kept per request), warmup:10s (5 times as slow, falling to 1)';

const LEAK_BYTES = 65_536;
const COLD_STRETCH = 5;
/** What two instants may differ by and still be one, ms: rounding. */
const ROUNDING = 1e-6;

interface Chance {
  readonly share: number;
  readonly random: Random;
}

/**
 * Faults on request. Each kind draws from a seeded stream of its own, once per request: the same requests in the same order
 * meet the same faults, whatever other kinds are on. Instants and durations in milliseconds.
 */
export class Faults {
  readonly #startedAt: number;
  #stall: { readonly frozen: number; readonly period: number } | undefined;
  #slow: (Chance & { readonly stretch: number }) | undefined;
  readonly #fates: (Chance & { readonly fate: Treatment['fate'] })[] = [];
  #warmup = 0;
  #leaked: Buffer[] | undefined;

  /** @throws OptionError for a text that is no fault, or a kind that is given twice. */
  constructor(texts: readonly string[], seed: number, startedAt: number) {
    this.#startedAt = startedAt;
    const kinds = new Set<string>();
    for (const text of texts) {
      const kind = text.split(':', 1)[0] as string;
      if (kinds.has(kind)) throw new OptionError(`--fault: ${kind} is given twice`);
      kinds.add(kind);
      this.#add(kind, text.slice(kind.length + 1), text, seed);
    }
  }

  #add(kind: string, value: string, text: string, seed: number): void {
    const what = '--fault';
    const random = (salt: number): Random => seededRandom(seed * 31 + salt);
    if (kind === 'stall') {
      const [frozen = '', period = ''] = value.split('/');
      this.#stall = { frozen: parseDuration(frozen, what), period: parseDuration(period, what) };
      if (this.#stall.frozen >= this.#stall.period) throw new OptionError(`${what}: "${text}" leaves no time to work`);
    } else if (kind === 'slow') {
      const [share = '', times = ''] = value.split('x');
      const stretch = Number(times);
      if (!/^\d+(\.\d+)?$/.test(times) || stretch < 1)
        throw new OptionError(`${what}: "${text}" names no factor from 1 up; write slow:5%x10`);
      this.#slow = { share: parseShare(share, what), stretch, random: random(1) };
    } else if (kind === 'error')
      this.#fates.push({ fate: 'failed', share: parseShare(value, what), random: random(2) });
    else if (kind === 'drop') this.#fates.push({ fate: 'dropped', share: parseShare(value, what), random: random(3) });
    else if (kind === 'hang') this.#fates.push({ fate: 'hung', share: parseShare(value, what), random: random(4) });
    else if (kind === 'warmup') this.#warmup = parseDuration(value, what);
    else if (text === 'leak') this.#leaked = [];
    else throw new OptionError(`${what}: "${text}" is no fault; there are ${FORMS}`);
  }

  /** How many bytes the leak holds. */
  get leakedBytes(): number {
    return (this.#leaked?.length ?? 0) * LEAK_BYTES;
  }

  /** Decides over the next request, which arrives at `now`. */
  next(now: number): Treatment {
    this.#leaked?.push(Buffer.alloc(LEAK_BYTES, 1));
    let fate: Treatment['fate'] = 'answered';
    // Every kind draws for every request, also after one has struck: that keeps the streams in step.
    for (const chance of this.#fates) if (chance.random() < chance.share && fate === 'answered') fate = chance.fate;
    let stretch = 1;
    if (this.#slow !== undefined && this.#slow.random() < this.#slow.share) stretch = this.#slow.stretch;
    const age = now - this.#startedAt;
    if (age < this.#warmup) stretch *= COLD_STRETCH - ((COLD_STRETCH - 1) * age) / this.#warmup;
    return { fate, stretch };
  }

  /** When work of this length, begun at `start`, ends: none is done while the server is frozen, nor does any end then. */
  readonly endOf = (start: number, work: number): number => {
    const stall = this.#stall;
    if (stall === undefined) return start + work;
    const awake = stall.period - stall.frozen;
    const age = start - this.#startedAt;
    const cycle = Math.floor(age / stall.period);
    const done = cycle * awake + Math.min(age - cycle * stall.period, awake) + work;
    let cycles = Math.floor(done / awake);
    let rest = done - cycles * awake;
    if (awake - rest < ROUNDING) {
      cycles++;
      rest = 0;
    }
    return Math.max(start, this.#startedAt + cycles * stall.period + rest);
  };
}
