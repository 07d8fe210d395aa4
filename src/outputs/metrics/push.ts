/** Sends metrics every so often, and once more at the end. */
import type { RunSink } from '../../core/event.ts';
import type { OutputContext } from '../../core/output.ts';
import { Delivery } from '../delivery.ts';
import { durationOf } from '../options.ts';
import { Meter } from './meter.ts';

/** How often, where the option `every` does not say. */
const USUAL = '5s';

/** Metrics that are sent now and then, and once more at the end. */
export function pushed<Message>(
  output: string,
  { options, clock, warn }: OutputContext,
  encode: (meter: Meter) => Message,
  send: (message: Message) => Promise<unknown>,
): RunSink {
  const every = durationOf(output, 'every', options['every'] ?? USUAL);
  const meter = new Meter();
  const delivery = new Delivery(send, { clock, warn });
  let sentAt = 0;
  return {
    accept: (event) => {
      meter.accept(event);
      if (event.type === 'interval' && event.snapshot.endAt - sentAt >= every) {
        sentAt = event.snapshot.endAt;
        delivery.offer(encode(meter));
      }
      if (event.type === 'finished') delivery.offer(encode(meter));
    },
    close: () => delivery.finish(),
  };
}
