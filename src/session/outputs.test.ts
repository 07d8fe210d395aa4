import { describe, expect, it } from 'vitest';
import { finishedOf, planOf, secondOf, startedOf } from '../analyze/events.fixture.ts';
import { RampartError } from '../core/errors.ts';
import type { RunSink } from '../core/event.ts';
import type { Output, OutputContext } from '../core/output.ts';
import type { Machine } from '../core/world.ts';
import { VirtualClock } from '../load/virtual-clock.ts';
import { Artifacts } from './artifacts.ts';
import { openOutputs } from './outputs.ts';

const clock = new VirtualClock();
const machine = { clock, files: { readText: () => '' }, assets: new URL('file:///nowhere/') } as unknown as Machine;
const followed = () => ({ id: 'a-run', plan: planOf(), record: new Artifacts() });
const opening = (output: Partial<Output>, options: Readonly<Record<string, string>> = {}) =>
  openOutputs(machine, [{ output: { name: 'mine', ...output } as Output, options }], followed());

async function refusalOf(opened: Promise<unknown>): Promise<RampartError> {
  const error = await opened.catch((reason: unknown) => reason);
  if (!(error instanceof RampartError)) throw error;
  expect(error.code).toBe('bad-output');
  return error;
}

describe('opening an output', () => {
  it('hands it what it is to know, and what the events come to', async () => {
    const { record, ...rest } = followed();
    let seen: OutputContext | null = null;
    const sink = { accept: () => {}, close: () => {} };
    const output: Output = {
      name: 'mine',
      options: { to: 'where' },
      open: (context) => {
        seen = context;
        return sink;
      },
    };
    const [queue] = await openOutputs(machine, [{ output, options: { to: 'x' } }], { ...rest, record });
    for (const event of [startedOf(planOf()), secondOf(0, { ok: [1_000, 2_000] }), finishedOf('completed', 1)])
      record.accept(event);
    const context = seen as unknown as OutputContext;
    expect(queue?.name).toBe('mine');
    expect([context.id, context.options]).toEqual(['a-run', { to: 'x' }]);
    expect(context.result().totals.ok).toBe(2);
    expect(JSON.parse(await context.file('result.json')).totals.ok).toBe(2);
  });

  it('says why it cannot be opened, with the cause', async () => {
    const cause = new Error('no such host');
    const fail = (): never => {
      throw cause;
    };
    for (const open of [fail, () => Promise.reject(cause)]) {
      const error = await refusalOf(opening({ open }));
      expect([error.message, error.cause]).toEqual(['the output mine cannot be opened: no such host', cause]);
    }
  });

  it.each([undefined, null, 3, {}, { accept: () => {} }])('refuses %j, which is no sink', async (sink) => {
    const error = await refusalOf(opening({ open: () => sink as never }));
    expect(error.message).toContain('gave no sink');
  });

  it('refuses options that it does not take', async () => {
    const error = await refusalOf(opening({ open: () => ({ accept: () => {}, close: () => {} }) }, { from: 'x' }));
    expect([error.message, error.hint]).toEqual(['the output mine has no option "from"', 'It has no options.']);
  });

  it('does not wait for ever', async () => {
    const opened = refusalOf(opening({ open: () => new Promise(() => {}) }));
    clock.runUntil((clock.now() + 30e6) as ReturnType<typeof clock.now>);
    expect((await opened).message).toBe('the output mine was not open after 30 s');
  });

  it('closes one that opens after nobody waits for it any more', async () => {
    let closed = 0;
    let opens: (sink: RunSink) => void = () => {};
    const slow = new Promise<RunSink>((resolve) => {
      opens = resolve;
    });
    const opened = refusalOf(opening({ open: () => slow }));
    clock.runUntil((clock.now() + 30e6) as ReturnType<typeof clock.now>);
    await opened;
    opens({ accept: () => {}, close: () => void closed++ });
    await slow;
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(1);
  });

  it('closes those that are open when another one cannot be', async () => {
    let closed = 0;
    const first: Output = { name: 'first', open: () => ({ accept: () => {}, close: () => void closed++ }) };
    const second: Output = {
      name: 'second',
      open: () => {
        throw new Error('no');
      },
    };
    await refusalOf(openOutputs(machine, [{ output: first }, { output: second }], followed()));
    expect(closed).toBe(1);
  });
});
