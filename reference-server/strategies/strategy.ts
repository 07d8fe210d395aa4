/** Where and when a model does its work, in general. */

/** What came of the rows of one request. */
export interface Prediction {
  readonly outputs: readonly unknown[];
  /** Of the model, where several are served. */
  readonly version?: string;
  /** The process that did the work, where it is not the one that answers. */
  readonly instance?: string;
}

/** Where and when a model does its work: what the articles' deployments differ in. */
export interface Strategy {
  /**
   * @param session where given, requests of the same session go to the same version and replica, as far as there are several.
   * @throws QueueFull or WorkerLost (as rejections).
   */
  predict(rows: readonly unknown[], session?: string): Promise<Prediction>;
  /** Whether a request would be worked on now. */
  readonly ready: boolean;
  /** Requests that wait for a model, not those being worked on. */
  readonly queued: number;
  /** Models that are loaded and at work, by version ("" where there is one). */
  replicas(): Record<string, number>;
  /** Makes the worker of the next request die over it; absent where no worker can die alone. */
  crashNext?(): void;
  /** Ends the workers; requests must have been answered before. */
  close(): Promise<void>;
}

/** The queue is at its bound: try again later. */
export class QueueFull extends Error {
  constructor() {
    super('the queue is full');
  }
}

/** The worker died while it held this request. */
export class WorkerLost extends Error {
  constructor() {
    super('the worker died over this request');
  }
}

/** Told how many rows were predicted together, each time. */
export type OnBatch = (rows: number) => void;
