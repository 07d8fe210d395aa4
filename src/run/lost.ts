/** How a load ends for want of who makes it. */
import { RampartError } from '../core/errors.ts';

/** Who makes a load: generator threads of this machine, or agents. */
export type Makers = 'threads' | 'agents';

/** A generator thread, or an agent, died: what it had under way is unknown, so the run is no measurement any more. */
export class SourceLost extends Error {
  readonly of: Makers;
  readonly source: string;

  constructor(of: Makers, source: string, message: string) {
    super(message);
    this.name = 'SourceLost';
    this.of = of;
    this.source = source;
  }
}

/** One of them was not there when a load was to begin: nothing of that load was sent. */
export class NeverReady extends RampartError {
  /** What this is where a load before has been measured, as the levels of a search are one after the other. */
  readonly loss: SourceLost;

  constructor(loss: SourceLost, message: string, hint = '') {
    super('never-ready', message, hint);
    this.loss = loss;
  }
}
