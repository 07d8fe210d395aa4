/** Replicas of a model behind one queue. */
import { instanceOf } from '../instance.ts';
import { sharedNow } from '../models/engine.ts';
import type { Replica } from './replica.ts';
import { type Prediction, QueueFull } from './strategy.ts';

/** Starts one replica; the callbacks are those of `startReplica`. */
export type StartReplica = (onChange: () => void, onExit: (replica: Replica) => void) => Replica;

interface Job {
  readonly rows: readonly unknown[];
  readonly session: string | undefined;
  /** When it came, by `sharedNow`. */
  readonly since: number;
  readonly resolve: (prediction: Prediction) => void;
  readonly reject: (error: unknown) => void;
}

/** Pause before another replica is started for one that never got ready, ms. */
const RESTART_MS = 1000;

/** Replicas of one version of a model behind one queue. Each works on one request at a time; one that dies is replaced. */
export class Fleet {
  readonly #version: string;
  readonly #start: StartReplica;
  readonly #bound: number;
  readonly #log: (line: string) => void;
  #replicas: Replica[] = [];
  readonly #retiring = new Set<Replica>();
  #line: Job[] = [];
  #size = 0;
  #crash = false;
  #watchers: (() => void)[] = [];

  /** @param bound how many requests may wait. */
  constructor(version: string, start: StartReplica, bound: number, log: (line: string) => void) {
    this.#version = version;
    this.#start = start;
    this.#bound = bound;
    this.#log = log;
  }

  get queued(): number {
    return this.#line.length;
  }

  /** Requests that replicas work on. */
  get working(): number {
    return [...this.#replicas, ...this.#retiring].reduce((sum, replica) => sum + replica.held, 0);
  }

  /** How many replicas there are to be. */
  get size(): number {
    return this.#size;
  }

  get readyCount(): number {
    return this.#replicas.filter((replica) => replica.ready).length;
  }

  get pids(): number[] {
    return this.#replicas.map((replica) => replica.pid);
  }

  predict(rows: readonly unknown[], session: string | undefined): Promise<Prediction> {
    return new Promise((resolve, reject) => {
      this.#line.push({ rows, session, since: sharedNow(), resolve, reject });
      this.#dispatch();
      // A request that a free replica took at once has not waited.
      if (this.#line.length > this.#bound) this.#line.pop()?.reject(new QueueFull());
    });
  }

  crashNext(): void {
    this.#crash = true;
  }

  /** Starts replicas, or retires some, the youngest first; what these hold is answered. */
  resize(size: number): void {
    this.#size = size;
    while (this.#replicas.length > size) void this.#retire(this.#replicas.pop() as Replica);
    this.#fill();
  }

  /** Resolves when as many replicas are ready as there are to be. */
  async settled(): Promise<void> {
    await this.#until(() => this.readyCount >= this.#size);
  }

  /** Resolves when nobody waits, and nothing is worked on. */
  async idle(): Promise<void> {
    await this.#until(() => this.#line.length === 0 && this.working === 0);
  }

  /** Replaces every replica, one at a time: the new one is ready before the old one goes. */
  async replaceAll(): Promise<void> {
    for (const old of [...this.#replicas]) {
      const fresh = this.#add();
      await this.#until(() => fresh.ready || !this.#replicas.includes(fresh));
      const at = this.#replicas.indexOf(old);
      if (at === -1) continue;
      this.#replicas.splice(at, 1);
      await this.#retire(old);
    }
  }

  async close(): Promise<void> {
    const all = this.#replicas;
    this.#size = 0;
    this.#replicas = [];
    await Promise.all([...all, ...this.#retiring].map((replica) => replica.retire()));
  }

  #fill(): void {
    while (this.#replicas.length < this.#size) this.#add();
  }

  #add(): Replica {
    const replica = this.#start(
      () => this.#changed(),
      (gone) => this.#exited(gone),
    );
    this.#replicas.push(replica);
    return replica;
  }

  #retire(replica: Replica): Promise<void> {
    this.#retiring.add(replica);
    return replica.retire();
  }

  #exited(gone: Replica): void {
    if (!this.#retiring.delete(gone) && this.#replicas.includes(gone)) {
      this.#log(`replica ${gone.pid} died; another one is started`);
      this.#replicas = this.#replicas.filter((replica) => replica !== gone);
      // One that cannot even start must not be started over and over at once.
      if (gone.wasReady) this.#fill();
      else setTimeout(() => this.#fill(), RESTART_MS).unref();
    }
    this.#changed();
  }

  #changed(): void {
    this.#dispatch();
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const look of watchers) look();
  }

  #until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (condition()) resolve();
        else this.#watchers.push(look);
      };
      look();
    });
  }

  #dispatch(): void {
    const ready = this.#replicas.filter((replica) => replica.ready);
    const free = new Set(ready.filter((replica) => replica.held === 0));
    if (free.size === 0) return;
    this.#line = this.#line.filter((job) => {
      // A session's requests wait for its own replica.
      const wanted = job.session === undefined ? free.values().next().value : homeOf(job.session, ready);
      if (wanted === undefined || !free.delete(wanted)) return true;
      this.#give(job, wanted);
      return false;
    });
  }

  #give(job: Job, replica: Replica): void {
    const crash = this.#crash;
    this.#crash = false;
    replica.predict(job.rows, job.since, crash).then((outputs) => {
      job.resolve({ outputs, version: this.#version, instance: instanceOf(replica.pid) });
      this.#changed();
    }, job.reject);
  }
}

/**
 * The replica that a session belongs to, the same as long as that replica lives: the one of the highest score (rendezvous
 * hashing, Thaler and Ravishankar, 1998).
 */
function homeOf(session: string, replicas: readonly Replica[]): Replica | undefined {
  let home: Replica | undefined;
  let best = -1;
  for (const replica of replicas) {
    const score = hashOf(`${session} ${replica.pid}`);
    if (score > best) {
      best = score;
      home = replica;
    }
  }
  return home;
}

/** FNV-1a over UTF-16 units, mixed: a number from 0 to 2^32 - 1. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
  return (hash ^ (hash >>> 15)) >>> 0;
}
