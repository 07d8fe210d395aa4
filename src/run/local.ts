/** The source that makes load in the calling event loop: for tests, and inside every thread. */
import type { Clock, LoadSource } from '../core/ports.ts';
import type { RowTable } from '../core/rows.ts';
import { SegmentRunner } from './segment-runner.ts';
import { type SegmentWorker, WorkerGroup } from './worker-group.ts';

/**
 * A source in the calling event loop: what threads do, without a thread. Whatever else that loop does shows as lag.
 *
 * @param rows of the plans' data, or null.
 */
export function localSource(clock: Clock, rows: RowTable | null = null): LoadSource {
  return (plan, segment, signal, commands, begin) => {
    const runner = new SegmentRunner(clock, (message) => {
      if (message.type !== 'samples') group.hear(0, message);
    });
    const worker: SegmentWorker = {
      // As between threads: nothing is heard within the call that tells it.
      postMessage: (order) => queueMicrotask(() => runner.hear(order)),
      terminate: () => {},
    };
    const group = new WorkerGroup(plan, segment, rows, [worker], clock, begin);
    return group.run(signal, commands);
  };
}
