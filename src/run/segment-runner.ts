/** What a load thread does: prepares a segment of a plan, starts it when told to, and posts its snapshots. */
import type { Clock } from '../core/ports.ts';
import { Http1Driver } from '../drivers/http1/driver.ts';
import { measureConnect } from '../drivers/reach.ts';
import { GeneratorProbe } from '../record/probe.ts';
import { SampleLog } from '../record/sample-log.ts';
import type { Engine } from './engine.ts';
import { engineFor } from './engines.ts';
import { Generation } from './generation.ts';
import type { FromThread, ToThread } from './protocol.ts';

/** Works on segments of plans, one after the other, in the calling event loop, as it is told to. */
export class SegmentRunner {
  readonly #tell: (message: FromThread) => void;
  #engine: Engine;
  #prepared: Extract<ToThread, { type: 'prepare' }> | null = null;
  #generation: Generation | null = null;

  constructor(clock: Clock, tell: (message: FromThread) => void) {
    this.#tell = tell;
    this.#engine = {
      clock,
      createDriver: (plan, own, segment) => new Http1Driver(plan, own, segment),
      createProbe: (spins) => new GeneratorProbe(spins),
      measureConnect,
    };
  }

  hear(message: ToThread): void {
    switch (message.type) {
      case 'prepare':
        this.#prepared = message;
        void engineFor(message.plan, message.rows).then((createDriver) => {
          if (this.#prepared !== message) return;
          this.#engine = { ...this.#engine, createDriver, trace: message.rows?.trace };
          this.#tell({ type: 'ready' });
        });
        break;
      case 'start': {
        if (this.#prepared === null) break;
        const { plan, segment, samples } = this.#prepared;
        const log = samples === undefined ? null : new SampleLog(samples);
        this.#generation = new Generation(
          plan,
          segment,
          message.startAt,
          this.#engine,
          (snapshots) => {
            const batch = log?.take() ?? null;
            if (batch !== null) this.#tell({ type: 'samples', batch });
            this.#tell({ type: 'interval', snapshots });
          },
          () => this.#ended(),
          log,
        );
        break;
      }
      case 'change':
        this.#generation?.change(message.change);
        break;
      case 'stop':
        if (this.#generation !== null) this.#generation.stop();
        else if (this.#prepared !== null) this.#ended();
    }
  }

  #ended(): void {
    this.#prepared = null;
    this.#generation = null;
    this.#tell({ type: 'end' });
  }
}
