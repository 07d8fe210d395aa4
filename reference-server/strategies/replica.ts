/** A process with a model of its own, and what is said between it and the server. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ModelName } from '../models/catalogue.ts';
import type { Passing } from '../models/engine.ts';
import { WorkerLost } from './strategy.ts';

/** What a replica's process is told: work, or (no rows) to end. */
export type ToReplica =
  | { readonly id: number; readonly rows: readonly unknown[]; readonly since: number; readonly crash: boolean }
  | 'end';

/** What it says: that it has loaded its model, or the outputs of some work. */
export type FromReplica = 'ready' | { readonly id: number; readonly outputs: readonly unknown[] };

export interface ReplicaOptions {
  readonly model: ModelName;
  readonly passing: Passing;
  /** The built `replica-process.js`. */
  readonly entry: URL;
}

interface Held {
  readonly resolve: (outputs: readonly unknown[]) => void;
  readonly reject: (error: unknown) => void;
}

/** A process with a model of its own. */
export interface Replica {
  readonly pid: number;
  /** Its model is loaded, and it was not asked to end. */
  readonly ready: boolean;
  /** Its model was loaded at some time. */
  readonly wasReady: boolean;
  /** Requests that it holds. */
  readonly held: number;
  /** @throws WorkerLost (as a rejection) if it dies over it. */
  predict(rows: readonly unknown[], since: number, crash: boolean): Promise<readonly unknown[]>;
  /** Answers what it holds, then ends. */
  retire(): Promise<void>;
}

/** Starts a replica; it tells `onChange` when it has become ready, and `onExit` when it has ended, asked to or not. */
export function startReplica(
  options: ReplicaOptions,
  onChange: () => void,
  onExit: (replica: Replica) => void,
): Replica {
  const settings = JSON.stringify({ model: options.model, passing: options.passing });
  const child: ChildProcess = fork(fileURLToPath(options.entry), [settings], { serialization: 'advanced' });
  const held = new Map<number, Held>();
  let nextId = 0;
  let wasReady = false;
  let state: 'starting' | 'ready' | 'retiring' | 'gone' = 'starting';
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      state = 'gone';
      for (const one of held.values()) one.reject(new WorkerLost());
      held.clear();
      resolve();
      onExit(replica);
    });
  });
  const tell = (message: ToReplica): void => {
    // A process that is gone says so by its exit.
    child.send(message, () => {});
  };
  const endIfIdle = (): void => {
    if (state === 'retiring' && held.size === 0) tell('end');
  };
  child.on('message', (message: FromReplica) => {
    if (message === 'ready') {
      wasReady = true;
      if (state === 'starting') state = 'ready';
    } else {
      held.get(message.id)?.resolve(message.outputs);
      held.delete(message.id);
      endIfIdle();
    }
    onChange();
  });
  child.on('error', () => {});

  const replica: Replica = {
    pid: child.pid ?? 0,
    get ready() {
      return state === 'ready';
    },
    get wasReady() {
      return wasReady;
    },
    get held() {
      return held.size;
    },
    predict: (rows, since, crash) =>
      new Promise((resolve, reject) => {
        const id = nextId++;
        held.set(id, { resolve, reject });
        tell({ id, rows, since, crash });
      }),
    retire() {
      if (state !== 'gone') state = 'retiring';
      endIfIdle();
      return ended;
    },
  };
  return replica;
}
