/** What the stream of a run says of its end: how it ended, what ended the load, what its tear-down came to. */
import type { Broken, FailingAlike, RunEvent, TornDown } from '../core/event.ts';
import type { RunResult } from '../core/result.ts';
import type { Check } from '../core/verdict.ts';

type Finished = Extract<RunEvent, { type: 'finished' }>;
type Ended = Extract<RunEvent, { type: 'known' | 'failing' | 'broken' | 'torn-down' | 'finished' }>;

export class EndingFold {
  /** Null: it goes on, or its journal breaks off. */
  finished: Finished | null = null;
  /** Whether the load ended since what `plan.until` asks for was known. */
  known = false;
  failing: FailingAlike | null = null;
  #tornDown: TornDown | null = null;
  #broken: (Broken & { readonly at: number }) | null = null;

  accept(event: Ended): void {
    switch (event.type) {
      case 'known':
        this.known = true;
        break;
      case 'failing':
        this.failing = event.failure;
        break;
      case 'broken':
        this.#broken = event;
        break;
      case 'torn-down': {
        const { requests, failures } = event;
        this.#tornDown = { requests, failures };
        break;
      }
      case 'finished':
        this.finished = event;
        break;
    }
  }

  /** The threshold that ended the load stands behind those of the plan. */
  withBroken(judged: readonly Check[]): readonly Check[] {
    if (this.#broken === null) return judged;
    const { threshold, actual, limit, unit, message } = this.#broken;
    return [...judged, { threshold, actual, limit, unit, message, status: 'failed', outcome: 'broken' }];
  }

  get result(): Pick<RunResult, 'abortedBy' | 'teardown'> {
    return {
      ...(this.#broken === null ? {} : { abortedBy: abortOf(this.#broken) }),
      ...(this.#tornDown === null ? {} : { teardown: this.#tornDown }),
    };
  }
}

const abortOf = ({
  threshold,
  at,
  message,
}: Broken & { readonly at: number }): NonNullable<RunResult['abortedBy']> => ({
  threshold,
  at: at / 1e6,
  message,
});
