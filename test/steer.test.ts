import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { publicationOf } from '../src/cli/publication.ts';
import { editedLoad, type LoadChange, type LoadEdit } from '../src/core/command.ts';
import type { RunEvent } from '../src/core/event.ts';
import { changeInMillis } from '../src/core/in-millis.ts';
import { stagesOf } from '../src/core/plan.ts';
import type { RunResult } from '../src/core/result.ts';
import type { IntervalSnapshot } from '../src/core/snapshot.ts';
import { count, micros, millis, perSecond } from '../src/core/units.ts';
import { SystemClock } from '../src/load/clock.ts';
import { areaAt } from '../src/load/curve.ts';
import { prepareRun } from '../src/plan/resolve.ts';
import type { ResultFile } from '../src/report/json.ts';
import { readJournal } from '../src/run/journal.ts';
import { Steering } from '../src/run/steering.ts';
import { Artifacts } from '../src/session/artifacts.ts';
import { execute } from '../src/session/execution.ts';
import { procedureOf } from '../src/session/procedures.ts';
import { RunFolder } from '../src/session/run-folder.ts';
import { rampart, taken, temporaryFolder } from './command.ts';
import { afterEachAttempt, undisturbed } from './disturbed.ts';
import { fixedTarget, httpTarget, type TestTarget } from './target.ts';
import { worldWith } from './world.ts';

let target: TestTarget | null = null;
afterEachAttempt(async () => {
  await target?.close();
  target = null;
});

interface Steered {
  readonly folder: string;
  readonly result: RunResult;
  readonly changes: LoadChange[];
  readonly snapshots: IntervalSnapshot[];
}

/** Runs with the built threads, while `steer` gives its commands. */
async function steered(
  flags: Readonly<Record<string, unknown>>,
  steer: (steering: Steering, changes: LoadChange[]) => Promise<void>,
): Promise<Steered> {
  const clock = new SystemClock();
  const folder = join(temporaryFolder(), 'run');
  const world = worldWith({ clock });
  const { plan, rows } = await prepareRun({ kind: 'run', target: target?.url ?? '', env: {}, flags }, world);
  const steering = new Steering(plan.kind);
  const changes: LoadChange[] = [];
  const never = new AbortController();
  const kept = await RunFolder.open(world.files, { path: folder, label: '', overwrite: false });
  const [result] = await Promise.all([
    execute(world, {
      id: 'steered',
      plan,
      rows,
      publication: publicationOf(world, plan),
      folder: kept,
      signal: never.signal,
      steering,
      procedure: await procedureOf(plan),
      record: new Artifacts(),
      outputs: [],
    }),
    steer(steering, changes),
  ]);
  taken.push(result);
  expect(kept.losses).toEqual([]);
  const events: RunEvent[] = readJournal(readFileSync(join(folder, 'journal.ndjson'), 'utf8'), folder);
  expect(events.filter(({ type }) => type === 'edited' || type === 'reset')).toEqual(changes);
  expect(result.changes ?? []).toEqual(changes);
  const saved = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as ResultFile;
  expect(saved.changes ?? []).toEqual(changes.map(changeInMillis));
  return {
    folder,
    result,
    changes,
    snapshots: events.flatMap((event) => (event.type === 'interval' ? [event.snapshot] : [])),
  };
}

/** Waits until the load is so old, s. */
async function until(steering: Steering, seconds: number): Promise<void> {
  while ((steering.present?.elapsed ?? -1) < seconds * 1e6) await sleep(5);
}

function push(steering: Steering, changes: LoadChange[], edit: LoadEdit | 'reset'): LoadChange {
  const reply = steering.push(edit === 'reset' ? { type: 'reset' } : { type: 'edit', edit });
  if (!reply.ok) throw new Error(reply.reason);
  changes.push(reply.change);
  return reply.change;
}

const users = (vus: number, spawnRate: number | null = null): LoadEdit => ({
  model: 'closed',
  vus: count(vus),
  spawnRate: spawnRate === null ? null : perSecond(spawnRate),
});
const rate = (ratePerSec: number, ramp = 0): LoadEdit => ({
  model: 'open',
  ratePerSec: perSecond(ratePerSec),
  ramp: millis(ramp),
});

type Field = 'due' | 'sent' | 'ok' | 'failed';

function totalOf(snapshots: readonly IntervalSnapshot[], field: Field): number {
  return snapshots.flatMap(({ series }) => Object.values(series)).reduce((sum, each) => sum + each[field], 0);
}

/** Every file, drawn again from the journal alone, is the same to the last byte. */
async function drawnAgain(folder: string): Promise<void> {
  const again = join(temporaryFolder(), 'again');
  await rampart(['report', folder, '-o', again]);
  const names = readdirSync(folder).filter((name) => name !== 'journal.ndjson');
  expect(readdirSync(again).sort()).toEqual(names.sort());
  for (const name of names)
    expect(readFileSync(join(again, name), 'utf8') === readFileSync(join(folder, name), 'utf8'), name).toBe(true);
}

describe('a running test with virtual users', () => {
  it(
    'goes up, down and starts its statistics anew, without losing a request',
    undisturbed(async () => {
      // Slow, and with a status of its own, up to the reset: so slow requests are under way when it comes.
      let slow = (): boolean => true;
      let underWay = 0;
      target = await httpTarget((_request, response) => {
        const old = slow();
        underWay++;
        response.statusCode = old ? 201 : 200;
        const answer = (): void => {
          underWay--;
          response.end('{}');
        };
        setTimeout(answer, old ? 900 : 20);
      });
      const run = await steered({ vus: '6', duration: '6s', threads: '2' }, async (steering, changes) => {
        await until(steering, 0.6);
        push(steering, changes, users(12));
        while (underWay < 12) await sleep(5);
        push(steering, changes, users(4, 20));
        while (underWay > 4) await sleep(5);
        // Early in an interval: a busy machine may take a while between one word and the next.
        while ((steering.present?.elapsed ?? 0) % 1e6 > 0.3e6) await sleep(5);
        const { at } = push(steering, changes, 'reset');
        slow = () => (steering.present?.elapsed ?? at) < at;
        // Once more within the same interval is the same reset.
        expect(steering.push({ type: 'reset' })).toEqual({ ok: true, change: changes.at(-1) });
      });
      const { result, snapshots, changes } = run;
      const reset = changes.at(-1) as LoadChange;
      const discarded = reset.at / 1e6;
      expect(Number.isInteger(discarded)).toBe(true);

      // The server counts as many as were sent, all of them were answered, and each is counted once.
      expect(totalOf(snapshots, 'sent')).toBe(target.received());
      expect(totalOf(snapshots, 'ok')).toBe(target.received());
      const old = snapshots.filter(({ resets = 0 }) => resets === 0);
      const fresh = snapshots.filter(({ resets }) => resets === 1);
      expect(totalOf(old, 'ok')).toBe(totalOf(old, 'sent'));
      expect(result.totals).toMatchObject({ sent: totalOf(fresh, 'sent'), ok: totalOf(fresh, 'sent'), failed: 0 });
      expect(result.totals.durationMs).toBe(6_000 - 1_000 * discarded);

      // Slow ones ended after the reset, and count in no statistic.
      expect(
        totalOf(
          old.filter(({ startAt }) => startAt >= reset.at),
          'ok',
        ),
      ).toBeGreaterThan(0);
      expect(result.totals.byStatus).toEqual({ 200: result.totals.sent });
      expect(result.latency.response.count).toBe(result.totals.sent);

      expect(result.timeline.find(({ t }) => t > discarded)?.vus).toBe(4);
      expect(result.timeline.filter(({ phase }) => phase !== 'drain').map(({ phase }) => phase)).toEqual([
        ...new Array(discarded).fill('discarded'),
        ...new Array(6 - discarded).fill('measure'),
      ]);
      const stages = stagesOf(editedLoad(result.plan.load, changes));
      expect(stages.map(({ to }) => to)).toEqual([6, 12, 4, 4]);
      await drawnAgain(run.folder);
    }),
  );

  it('refuses what it cannot do, with the reason, and nothing changes', async () => {
    target = await fixedTarget(5);
    const steering = new Steering('find');
    expect(steering.push({ type: 'reset' })).toMatchObject({ ok: false, reason: expect.stringContaining('search') });
    const { snapshots } = await steered({ vus: '2', duration: '1900ms', threads: '1' }, async (own) => {
      expect(own.push({ type: 'reset' })).toEqual({ ok: false, reason: 'No load is under way.' });
      await until(own, 0.2);
      expect(own.push({ type: 'edit', edit: rate(5) })).toMatchObject({
        ok: false,
        reason: 'This run has virtual users: it has no rate to change.',
      });
      await until(own, 1.05);
      expect(own.push({ type: 'reset' })).toMatchObject({
        ok: false,
        reason: 'The load ends before the statistics could start anew.',
      });
    });
    expect(Math.max(...snapshots.map(({ load }) => load.vus))).toBe(2);
  });
});

describe('a running test with arrivals', () => {
  it(
    'sends what the edited rate asks for, to the request',
    undisturbed(async () => {
      target = await fixedTarget(150);
      const flags = { rate: '40/s', duration: '5s', threads: '2', arrivals: 'uniform' };
      const run = await steered(flags, async (steering, changes) => {
        await until(steering, 0.7);
        push(steering, changes, rate(200));
        await until(steering, 1.4);
        push(steering, changes, rate(80, 500));
        await until(steering, 2.2);
        push(steering, changes, 'reset');
        await until(steering, 3.4);
        push(steering, changes, rate(120));
      });
      const { result, snapshots, changes } = run;
      const stages = stagesOf(editedLoad(result.plan.load, changes));
      const from = changes.find(({ type }) => type === 'reset')?.at ?? 0;
      const offered = (at: number): number => Math.ceil(areaAt(stages, micros(at)) - 1e-6);
      expect(Math.abs(totalOf(snapshots, 'due') - offered(5e6))).toBeLessThanOrEqual(1);
      expect(Math.abs(result.totals.offered - (offered(5e6) - offered(from)))).toBeLessThanOrEqual(1);
      expect(result.totals).toMatchObject({ sent: result.totals.offered, ok: result.totals.offered, dropped: 0 });
      expect(totalOf(snapshots, 'sent')).toBe(target.received());
      expect(totalOf(snapshots, 'ok')).toBe(target.received());
      expect(result.verdict.doubts.map(({ code }) => code)).not.toContain('rate-not-met');
      await drawnAgain(run.folder);
    }),
  );
});
