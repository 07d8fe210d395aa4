/** Several versions of a model side by side, and how the traffic is split between them. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { OptionError, parseCount } from '../option-syntax.ts';
import type { Random } from '../random.ts';
import { Autoscaler, type ScalingRules } from './autoscaler.ts';
import { Fleet, hashOf, type StartReplica } from './fleet.ts';
import type { OnBatch, Prediction, Strategy } from './strategy.ts';

/** Shares of the traffic by version; only their ratio counts. */
export type Split = Readonly<Record<string, number>>;

/** Each version with traffic has processes of its own. */
export const MOST_VERSIONS = 16;
/** Of one version; a sum of them is still exact. */
export const LARGEST_SHARE = 1e9;

/** Whether a version can be called so: not what every object has, since they are keys. */
export function isVersion(name: string): boolean {
  return /^[\w.-]{1,64}$/.test(name) && !(name in Object.prototype);
}

/** "v1=90,v2=10". @throws OptionError */
export function parseSplit(text: string): Split {
  const split: Record<string, number> = {};
  for (const part of text.split(',')) {
    const [, version, share] = /^\s*([\w.-]+)\s*=\s*(\d+)\s*$/.exec(part) ?? [];
    if (version === undefined || share === undefined || !isVersion(version))
      throw new OptionError(`--split: "${part}" is no share of a version; write v1=90,v2=10`);
    split[version] = parseCount(share, '--split', 0);
    if ((split[version] ?? 0) > LARGEST_SHARE)
      throw new OptionError(`--split: the share of ${version} is above ${LARGEST_SHARE}`);
  }
  if (Object.keys(split).length > MOST_VERSIONS) throw new OptionError(`--split: more than ${MOST_VERSIONS} versions`);
  checkSplit(split);
  return split;
}

function checkSplit(split: Split): void {
  if (Object.values(split).every((share) => share === 0)) throw new OptionError('--split: no version gets any traffic');
}

export interface FleetOptions {
  /** Versions and their shares at the start. */
  readonly split: Split;
  /** Replicas of each version that has traffic. */
  readonly rules: ScalingRules;
  /** How many requests may wait, per version. */
  readonly queue: number;
  readonly startReplica: StartReplica;
  readonly random: Random;
  readonly log: (line: string) => void;
}

/** How often a fleet's size is looked at, ms. */
const LOOK_EVERY_MS = 200;

/**
 * Replica processes that follow the load between two bounds, for one version of the model or several at once, with shares of
 * the traffic that may be changed while it flows.
 */
export class Versions implements Strategy {
  readonly #options: FleetOptions;
  readonly #onBatch: OnBatch;
  readonly #fleets = new Map<string, { readonly fleet: Fleet; readonly scaler: Autoscaler }>();
  #split: Split = {};
  #rollingOut = false;
  #closed = false;
  readonly #timer: NodeJS.Timeout;

  private constructor(options: FleetOptions, onBatch: OnBatch) {
    this.#options = options;
    this.#onBatch = onBatch;
    this.#timer = setInterval(() => this.#scale(), LOOK_EVERY_MS);
  }

  /** Resolves when every version that has traffic is ready. */
  static async start(options: FleetOptions, onBatch: OnBatch): Promise<Versions> {
    const versions = new Versions(options, onBatch);
    await versions.setSplit(options.split);
    return versions;
  }

  get split(): Split {
    return this.#split;
  }

  get ready(): boolean {
    return Object.entries(this.#split).every(
      ([version, share]) => share === 0 || (this.#fleets.get(version)?.fleet.readyCount ?? 0) > 0,
    );
  }

  get queued(): number {
    let sum = 0;
    for (const { fleet } of this.#fleets.values()) sum += fleet.queued;
    return sum;
  }

  replicas(): Record<string, number> {
    return Object.fromEntries([...this.#fleets].map(([version, { fleet }]) => [version, fleet.readyCount]));
  }

  /** Process ids, by version. */
  pids(): Record<string, number[]> {
    return Object.fromEntries([...this.#fleets].map(([version, { fleet }]) => [version, fleet.pids]));
  }

  crashNext(): void {
    for (const [version, { fleet }] of this.#fleets) if ((this.#split[version] ?? 0) > 0) fleet.crashNext();
  }

  predict(rows: readonly unknown[], session?: string): Promise<Prediction> {
    this.#onBatch(rows.length);
    return this.#fleet(this.#pick(session)).predict(rows, session);
  }

  /** Changes the shares. A version that is new to traffic has its replicas ready first; one that loses it is emptied. */
  async setSplit(split: Split): Promise<void> {
    checkSplit(split);
    const { min } = this.#options.rules;
    for (const [version, share] of Object.entries(split)) {
      const fleet = this.#fleet(version);
      if (share > 0 && fleet.size === 0) fleet.resize(min);
      if (share > 0) await fleet.settled();
    }
    this.#split = split;
    for (const [version, { fleet }] of this.#fleets) {
      if ((split[version] ?? 0) > 0 || fleet.size === 0) continue;
      await fleet.idle();
      fleet.resize(0);
    }
  }

  /** Moves all traffic to a version, step by step, with as many replicas of it as there are of the others. */
  async rollOut(version: string, steps: number): Promise<void> {
    if (this.#rollingOut) throw new OptionError('a roll-out is under way');
    this.#rollingOut = true;
    try {
      const before = Object.fromEntries(Object.entries(this.#split).filter(([name]) => name !== version));
      const sum = Object.values(before).reduce((all, share) => all + share, 0);
      if (sum === 0) return;
      for (let step = 1; step <= steps && !this.#closed; step++) {
        // Where all replicas are ready nothing else waits, and requests and signals must be heard meanwhile.
        await nextTurn();
        const left = Object.entries(before).map(([name, share]) => [name, (share / sum) * (1 - step / steps) * 100]);
        await this.setSplit({ ...Object.fromEntries(left), [version]: (step / steps) * 100 });
      }
    } finally {
      this.#rollingOut = false;
    }
  }

  /** Replaces every replica, one at a time. */
  async replaceAll(): Promise<void> {
    for (const { fleet } of this.#fleets.values()) await fleet.replaceAll();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await Promise.all([...this.#fleets.values()].map(({ fleet }) => fleet.close()));
  }

  #pick(session: string | undefined): string {
    const shares = Object.entries(this.#split);
    const sum = shares.reduce((all, [, share]) => all + share, 0);
    // A session's place among the shares is always the same, so that it changes version only as these move.
    let left = (session === undefined ? this.#options.random() : hashOf(session) / 2 ** 32) * sum;
    for (const [version, share] of shares) {
      left -= share;
      if (left < 0) return version;
    }
    return shares.findLast(([, share]) => share > 0)?.[0] ?? '';
  }

  #fleet(version: string): Fleet {
    const known = this.#fleets.get(version);
    if (known !== undefined) return known.fleet;
    const { startReplica, queue, rules, log } = this.#options;
    const fleet = new Fleet(version, startReplica, queue, log);
    this.#fleets.set(version, { fleet, scaler: new Autoscaler(rules) });
    return fleet;
  }

  #scale(): void {
    for (const { fleet, scaler } of this.#fleets.values()) {
      // Size 0: it has no traffic.
      if (fleet.size === 0) continue;
      const size = scaler.decide(performance.now(), fleet, fleet.size);
      if (size !== fleet.size) fleet.resize(size);
    }
  }
}
