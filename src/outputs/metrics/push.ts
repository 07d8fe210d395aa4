import { RampartError } from '../../core/errors.ts';
import type { RunSink } from '../../core/event.ts';
import type { OutputContext } from '../../core/output.ts';
import { Delivery } from '../delivery.ts';
import { Meter } from './meter.ts';

/**
 * Metrics that are sent now and then, and once more at the end.
 * @param usual how often, where the option `every` does not say.
 */
export function pushed<Message>(
  { options, clock, warn }: OutputContext,
  usual: string,
  encode: (meter: Meter) => Message,
  send: (message: Message) => Promise<void>,
): RunSink {
  const every = parseEvery(options['every'] ?? usual);
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

/** @returns µs. @throws RampartError `bad-output` */
export function parseEvery(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  const factor = { ms: 1e3, s: 1e6, m: 6e7 }[unit ?? ''];
  if (number === undefined || factor === undefined || Number(number) === 0)
    throw new RampartError('bad-output', `every=${text} is no duration`, 'Write every=5s.');
  return Number(number) * factor;
}

/** @param text `name=value;name=value`. @throws RampartError `bad-output` */
export function tagsOf(output: string, text = ''): Readonly<Record<string, string>> {
  const tags: Record<string, string> = {};
  for (const piece of text.split(';').filter((each) => each !== '')) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.+)$/s.exec(piece) ?? [];
    if (name === undefined || value === undefined)
      throw new RampartError(
        'bad-output',
        `the output ${output}: ${JSON.stringify(piece)} is no tag`,
        'Write tags=env=ci;branch=main.',
      );
    tags[name] = value;
  }
  return tags;
}
