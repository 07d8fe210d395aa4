import { describe, expect, test } from 'vitest';
import { instanceOf } from '../instance.ts';
import { Fleet } from './fleet.ts';
import type { Replica } from './replica.ts';
import { QueueFull, WorkerLost } from './strategy.ts';
import { parseSplit, Versions } from './versions.ts';

/** A replica without a process: the test says when it is ready, answers or dies. */
class FakeReplica implements Replica {
  readonly pid: number;
  readonly #onChange: () => void;
  readonly #onExit: (replica: Replica) => void;
  #state: 'starting' | 'ready' | 'retiring' | 'gone' = 'starting';
  #ended: () => void = () => {};
  wasReady = false;
  readonly work: {
    rows: readonly unknown[];
    resolve: (outputs: readonly unknown[]) => void;
    reject: (error: unknown) => void;
  }[] = [];

  constructor(pid: number, onChange: () => void, onExit: (replica: Replica) => void) {
    this.pid = pid;
    this.#onChange = onChange;
    this.#onExit = onExit;
  }

  get ready() {
    return this.#state === 'ready';
  }
  get held() {
    return this.work.length;
  }
  becomeReady() {
    this.#state = 'ready';
    this.wasReady = true;
    this.#onChange();
  }
  predict(rows: readonly unknown[]): Promise<readonly unknown[]> {
    return new Promise((resolve, reject) => this.work.push({ rows, resolve, reject }));
  }
  async answer() {
    const { rows, resolve } = this.work.shift()!;
    resolve(rows);
    if (this.#state === 'retiring' && this.work.length === 0) this.#leave();
    this.#onChange();
    await Promise.resolve();
  }
  die() {
    for (const { reject } of this.work.splice(0)) reject(new WorkerLost());
    this.#leave();
  }
  retire(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#ended = resolve;
    });
    if (this.#state !== 'gone') this.#state = 'retiring';
    if (this.work.length === 0) this.#leave();
    return ended;
  }
  #leave() {
    this.#state = 'gone';
    this.#ended();
    this.#onExit(this);
  }
}

function fakes(readyAtOnce = true) {
  const made: FakeReplica[] = [];
  const start = (onChange: () => void, onExit: (replica: Replica) => void) => {
    const replica = new FakeReplica(made.length + 1, onChange, onExit);
    made.push(replica);
    if (readyAtOnce) queueMicrotask(() => replica.becomeReady());
    return replica;
  };
  return { made, start };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a fleet', () => {
  test('gives each replica one request at a time, in the order of arrival', async () => {
    const { made, start } = fakes();
    const fleet = new Fleet('v1', start, 10, () => {});
    fleet.resize(2);
    await fleet.settled();
    const answers = ['a', 'b', 'c', 'd'].map((row) => fleet.predict([row], undefined));
    expect(made.map((replica) => replica.work.map(({ rows }) => rows[0]))).toEqual([['a'], ['b']]);
    expect([fleet.queued, fleet.working]).toEqual([2, 2]);
    await made[1]!.answer();
    await turn();
    expect(made[1]!.work.map(({ rows }) => rows[0])).toEqual(['c']);
    expect(await answers[1]).toEqual({ outputs: ['b'], version: 'v1', instance: instanceOf(2) });
  });

  test('keeps requests until a replica is ready, and refuses those over the bound', async () => {
    const { made, start } = fakes(false);
    const fleet = new Fleet('v1', start, 1, () => {});
    fleet.resize(1);
    const first = fleet.predict(['a'], undefined);
    await expect(fleet.predict(['b'], undefined)).rejects.toThrow(QueueFull);
    made[0]!.becomeReady();
    await made[0]!.answer();
    expect((await first).outputs).toEqual(['a']);
  });

  test('loses only what a replica that dies held, and replaces it', async () => {
    const { made, start } = fakes();
    const fleet = new Fleet('v1', start, 10, () => {});
    fleet.resize(2);
    await fleet.settled();
    const answers = ['a', 'b', 'c'].map((row) => fleet.predict([row], undefined));
    const lost = expect(answers[0]).rejects.toThrow(WorkerLost);
    made[0]!.die();
    await lost;
    await turn();
    expect(made.length).toBe(3);
    expect(made[2]!.work.map(({ rows }) => rows[0])).toEqual(['c']);
    await made[1]!.answer();
    await made[2]!.answer();
    expect((await Promise.all(answers.slice(1))).map(({ outputs }) => outputs[0])).toEqual(['b', 'c']);
  });

  test('lets a replica that goes answer what it holds', async () => {
    const { made, start } = fakes();
    const fleet = new Fleet('v1', start, 10, () => {});
    fleet.resize(2);
    await fleet.settled();
    const answers = [fleet.predict(['a'], undefined), fleet.predict(['b'], undefined)];
    fleet.resize(1);
    expect(fleet.readyCount).toBe(1);
    await made[1]!.answer();
    expect((await answers[1])!.outputs).toEqual(['b']);
    await made[0]!.answer();
    await fleet.idle();
  });

  test('keeps a session on its replica', async () => {
    const { made, start } = fakes();
    const fleet = new Fleet('v1', start, 100, () => {});
    fleet.resize(3);
    await fleet.settled();
    const seen = new Map<string, Set<number>>();
    for (let n = 0; n < 30; n++) {
      const session = `user ${n % 10}`;
      const answer = fleet.predict([n], session);
      const replica = made.find(({ held }) => held === 1)!;
      seen.set(session, (seen.get(session) ?? new Set()).add(replica.pid));
      await replica.answer();
      await answer;
      await turn();
    }
    for (const pids of seen.values()) expect(pids.size).toBe(1);
    expect(new Set([...seen.values()].flatMap((pids) => [...pids])).size).toBeGreaterThan(1);
  });

  test('is replaced one by one, always with one that is ready', async () => {
    const { made, start } = fakes();
    const fleet = new Fleet('v1', start, 100, () => {});
    fleet.resize(2);
    await fleet.settled();
    await fleet.replaceAll();
    expect(fleet.pids).toEqual([3, 4]);
    expect(made.length).toBe(4);
    expect(fleet.readyCount).toBe(2);
  });
});

describe('versions', () => {
  async function versions(split: Record<string, number>) {
    const { made, start } = fakes();
    const strategy = await Versions.start(
      {
        split,
        rules: { min: 1, max: 1, by: 'in-flight', target: 2, cooldownMs: 1000 },
        queue: 1e6,
        startReplica: start,
        random: (() => {
          let n = 0;
          return () => (n++ % 100) / 100;
        })(),
        log: () => {},
      },
      () => {},
    );
    /** Asks and has it answered: how many of each version did. */
    const share = async (count: number, session?: (n: number) => string) => {
      const counts: Record<string, number> = {};
      for (let n = 0; n < count; n++) {
        const asked = strategy.predict([n], session?.(n));
        await made.find(({ held }) => held === 1)!.answer();
        const { version = '' } = await asked;
        counts[version] = (counts[version] ?? 0) + 1;
        await turn();
      }
      return counts;
    };
    return { strategy, share };
  }

  test('share the traffic as asked, also after a change', async () => {
    const { strategy, share } = await versions({ v1: 90, v2: 10 });
    expect(await share(100)).toEqual({ v1: 90, v2: 10 });
    await strategy.setSplit({ v1: 50, v2: 50 });
    expect(await share(100)).toEqual({ v1: 50, v2: 50 });
    await strategy.close();
  });

  test('roll out to a new one, and let the old one go', async () => {
    const { strategy, share } = await versions({ v1: 1 });
    await strategy.rollOut('v2', 4);
    expect(strategy.split).toEqual({ v1: 0, v2: 100 });
    expect(strategy.replicas()).toEqual({ v1: 0, v2: 1 });
    expect(await share(20)).toEqual({ v2: 20 });
    await strategy.close();
  });

  test('keep a session', async () => {
    const { strategy, share } = await versions({ v1: 50, v2: 50 });
    expect(Object.keys(await share(20, () => 'me')).length).toBe(1);
    expect(Object.keys(await share(40, (n) => `user ${n}`)).length).toBe(2);
    await strategy.close();
  });

  test('of no traffic are refused', async () => {
    const { strategy } = await versions({ v1: 1 });
    await expect(strategy.setSplit({ v1: 0 })).rejects.toThrow('no version gets any traffic');
    await strategy.close();
    expect(parseSplit('v1=90, v2=10')).toEqual({ v1: 90, v2: 10 });
    expect(() => parseSplit('v1')).toThrow('"v1" is no share');
    expect(() => parseSplit('v1=0')).toThrow('no version');
    expect(() => parseSplit('__proto__=100')).toThrow('"__proto__=100" is no share');
    expect(() => parseSplit('v1=1000000001')).toThrow('above 1000000000');
  });

  test('move without keeping anybody else from their turn, and no further than the server lives', async () => {
    const { strategy } = await versions({ v1: 1 });
    // It would take minutes, and no timer would go off if each step did not leave the others a turn.
    const long = strategy.rollOut('v2', 1_000_000);
    setTimeout(() => void strategy.close(), 200);
    await long;
    expect((strategy.split['v2'] ?? 0) / 100).toBeLessThan(1);
  }, 20_000);
});
