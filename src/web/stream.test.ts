import { describe, expect, it } from 'vitest';
import { EventStream, type Outlet } from './stream.ts';

/** A browser's end of the line: what it got, and whether it takes more. */
class Browser implements Outlet {
  text = '';
  full = false;
  ended = false;
  readonly #listeners = new Map<string, () => void>();

  write(text: string): boolean {
    this.text += text;
    return !this.full;
  }

  end(): void {
    this.ended = true;
  }

  on(event: 'drain' | 'close', listener: () => void): void {
    this.#listeners.set(event, listener);
  }

  tell(event: 'drain' | 'close'): void {
    this.#listeners.get(event)?.();
  }

  get frames(): [id: string, data: string][] {
    return [...this.text.matchAll(/^id: (.+)\nevent: frame\ndata: (.*)$/gm)].map(([, id = '', data = '']) => [
      id,
      data,
    ]);
  }

  get data(): string[] {
    return this.frames.map(([, data]) => data);
  }
}

function streamed(count: number) {
  let latest = 0;
  const stream = new EventStream('e', () => `whole of ${latest}`);
  const publish = (n: number): void => {
    for (let i = 0; i < n; i++) stream.publish(`step ${++latest}`);
  };
  publish(count);
  return { stream, publish };
}

describe('EventStream', () => {
  it('gives a browser the whole, then what is new, each with an id of its own', () => {
    const { stream, publish } = streamed(3);
    const browser = new Browser();
    stream.attach(browser, null);
    publish(2);
    expect(browser.data).toEqual(['whole of 3', 'step 4', 'step 5']);
    expect(new Set(browser.frames.map(([id]) => id)).size).toBe(3);
    expect(browser.text.startsWith('retry: ')).toBe(true);
  });

  it('gives one that comes back what it missed, nothing missing, nothing twice', () => {
    const { stream, publish } = streamed(0);
    const before = new Browser();
    stream.attach(before, null);
    publish(4);
    before.tell('close');
    publish(3);
    const after = new Browser();
    stream.attach(after, before.frames.at(-1)?.[0] ?? '');
    publish(1);
    expect([...before.data, ...after.data]).toEqual([
      'whole of 0',
      ...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => `step ${n}`),
    ]);
    expect(stream.readers).toBe(1);
  });

  it('gives the whole to one that missed too much, or comes from another server', () => {
    const { stream, publish } = streamed(5);
    const old = new Browser();
    stream.attach(old, null);
    old.tell('close');
    publish(500);
    for (const id of [old.frames[0]?.[0] ?? '', 'other.3', 'e.9999', 'nonsense', '']) {
      const browser = new Browser();
      stream.attach(browser, id);
      expect(browser.data).toEqual(['whole of 505']);
    }
  });

  it('queues nothing for a browser that reads too slowly, and holds up nobody for it', () => {
    const { stream, publish } = streamed(0);
    const [slow, quick] = [new Browser(), new Browser()];
    slow.full = true;
    stream.attach(slow, null);
    stream.attach(quick, null);
    publish(50);
    expect(slow.data).toEqual(['whole of 0']);
    expect(quick.data).toHaveLength(51);
    slow.full = false;
    slow.tell('drain');
    expect(slow.data).toEqual(quick.data);
    slow.full = true;
    publish(300);
    slow.full = false;
    slow.tell('drain');
    expect(slow.data.at(-1)).toBe('whole of 350');
    expect(slow.data).toHaveLength(53);
  });

  it('says farewell', () => {
    const { stream } = streamed(1);
    const browser = new Browser();
    stream.attach(browser, null);
    stream.beat();
    stream.close();
    expect(browser.text).toContain('event: beat\n');
    expect(browser.text).toMatch(/event: bye\ndata:\n\n$/);
    expect(browser.ended).toBe(true);
  });
});
