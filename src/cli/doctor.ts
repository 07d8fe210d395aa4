/** The command `rampart doctor`: whether this machine is fit to measure, and how much load it can make. */
import {
  checkFitness,
  type EngineFigures,
  type Fitness,
  type FitnessCheck,
  type FitnessMeasurements,
  isFit,
} from '../analyze/fitness.ts';
import { EXIT, RampartError } from '../core/errors.ts';
import { interruptedBy } from '../core/interrupted.ts';
import type { RunResult } from '../core/result.ts';
import { type Micros, millis, toMillis, toSeconds } from '../core/units.ts';
import type { World } from '../core/world.ts';
import { parseCount, parseDuration } from '../plan/syntax.ts';
import { type Ink, paint } from '../report/terminal.ts';
import { colourOf } from './colour.ts';
import { Interruption } from './interruption.ts';
import { readLimits } from './machine.ts';
import { type BenchRequest, RESPONSE_BYTES, Workbench } from './workbench.ts';

/** The flags of `doctor`, as written. Method, headers and body are those of the request to measure with. */
export interface DoctorFlags extends BenchRequest {
  readonly connections: string;
  readonly duration: string;
  readonly json?: boolean;
  readonly calibrate?: boolean;
  readonly budget?: string;
}

/** How long the server takes by which the engines are compared: long beside what either needs for a request. */
const DELAY = millis(20);
const LAG_RATE = 1_000;
/** Budget of each search of a calibration. */
const CALIBRATION = '60s';

/** `rampart doctor`: whether this machine is fit to measure. Returns 0, or the code of an invalid measurement. */
export async function doctorCommand(world: World, target: string | undefined, flags: DoctorFlags): Promise<number> {
  const interruption = new Interruption(world);
  const { signal } = interruption;
  try {
    return await examined(world, target, flags, signal);
  } catch (error) {
    throw interruptedBy(signal, error, 'interrupted: what there is so far says nothing about this machine');
  } finally {
    interruption.forget();
  }
}

/** @param signal ends it, and something is thrown. */
async function examined(
  world: World,
  target: string | undefined,
  flags: DoctorFlags,
  signal: AbortSignal,
): Promise<number> {
  if (flags.calibrate === true) {
    if (target !== undefined)
      throw new RampartError('usage', '--calibrate takes no URL', 'It searches on queues of its own, that are known.');
    const { budget = CALIBRATION } = flags;
    parseDuration(budget, '--budget', { min: '5s', max: '24h' });
    const { calibrateCommand } = await import('./calibrate.ts');
    return calibrateCommand(world, { budget, json: flags.json === true, signal });
  }
  if (flags.budget !== undefined) throw new RampartError('usage', '--budget needs --calibrate');
  const connections = parseCount(flags.connections, '--connections', { min: '1', max: '10k' });
  const duration = parseDuration(flags.duration, '--duration', { min: '1s', max: '5m' });
  const bench = new Workbench(world, flags, signal);
  try {
    const measured = await examine(world, bench, target, { connections, duration, quiet: flags.json === true });
    const checks = checkFitness(measured);
    const fit = isFit(checks);
    const { stdout } = world;
    if (flags.json) stdout.write(`${JSON.stringify({ format: 1, fit, checks, measured }, null, 2)}\n`);
    else stdout.write(render(checks, fit, colourOf(stdout, world.env)));
    return fit ? EXIT.passed : EXIT.invalid;
  } finally {
    await bench.close();
  }
}

interface Examination {
  readonly connections: number;
  readonly duration: Micros;
  readonly quiet: boolean;
}

async function examine(
  world: World,
  bench: Workbench,
  target: string | undefined,
  { connections, duration, quiet }: Examination,
): Promise<FitnessMeasurements> {
  const note = (line: string): void => {
    if (!quiet) world.stderr.write(`${line} …\n`);
  };
  const startedAt = world.clock.now();
  const wallStartedAt = world.wallTime().getTime();
  const { path, bytes } = target === undefined ? { path: '/', bytes: RESPONSE_BYTES } : await bench.look(target);
  // A second more, for the warm-up.
  const length = { duration: `${toSeconds(duration) + 1}s`, warmup: '1s' };
  const vus = String(connections);

  const idle = await bench.serve({ responseBytes: bytes, delay: millis(0) });
  note(`The ceiling: ${connections} connections to a server that does nothing`);
  const top = await bench.measure(idle, path, { ...length, vus });
  note(`The send lag: ${LAG_RATE} requests per second`);
  const open = await bench.measure(idle, path, { ...length, rate: `${LAG_RATE}/s`, threads: '1' });
  const slow = await bench.serve({ responseBytes: bytes, delay: DELAY });
  note('The engines: this one and autocannon against the same server');
  const own: EngineFigures[] = [];
  const peer: EngineFigures[] = [];
  // In turn and back again, so that a machine that gets busier in between is busier for both.
  const half = { duration: `${Math.max(1, toSeconds(duration) / 2) + 1}s`, warmup: '1s', vus };
  for (const engine of ['rampart', 'autocannon', 'autocannon', 'rampart'])
    (engine === 'rampart' ? own : peer).push(figuresOf(await bench.measure(slow, path, { ...half, engine })));

  const { lag } = open.latency;
  const elapsed = world.clock.now() - startedAt;
  const driftMs = world.wallTime().getTime() - wallStartedAt - elapsed / 1e3;
  return {
    connections,
    threads: top.plan.threads,
    answerBytes: bytes,
    ceiling: figuresOf(top),
    agreement: { own: together(own), peer: together(peer), delayMs: toMillis(DELAY) },
    lag: { ratePerSec: LAG_RATE, p50Ms: lag.p50, p95Ms: lag.p95, p99Ms: lag.p99 },
    clock: { seconds: elapsed / 1e6, driftMs },
    limits: readLimits(world),
  };
}

function figuresOf({ rates, latency, totals }: RunResult): EngineFigures {
  return { achievedPerSec: rates.achievedPerSec, p50Ms: latency.response.p50, failed: totals.failed };
}

/** The figures of several runs of equal length together. */
function together(runs: readonly EngineFigures[]): EngineFigures {
  const mean = (of: (figures: EngineFigures) => number): number =>
    runs.reduce((sum, figures) => sum + of(figures), 0) / runs.length;
  const known = runs.every(({ p50Ms }) => p50Ms !== null);
  return {
    achievedPerSec: mean(({ achievedPerSec }) => achievedPerSec),
    p50Ms: known ? mean(({ p50Ms }) => p50Ms ?? 0) : null,
    failed: runs.reduce((sum, { failed }) => sum + failed, 0),
  };
}

const SHAPES: Readonly<Record<Fitness, readonly [shape: string, ink: Ink]>> = {
  good: ['●', 'green'],
  doubtful: ['○', 'yellow'],
  unfit: ['■', 'red'],
};

function render(checks: readonly FitnessCheck[], fit: boolean, colour: boolean): string {
  const widest = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, fitness, found, advice }) => {
    const [shape, ink] = SHAPES[fitness];
    const line = `${paint(shape, ink, colour)} ${name.padEnd(widest)}  ${found}`;
    return advice === '' ? [line] : [line, `  ${' '.repeat(widest)}  ${advice}`];
  });
  const doubts = checks.filter(({ fitness }) => fitness === 'doubtful').length;
  const verdict = !fit
    ? 'This machine is not fit to measure as it is: see ■.'
    : doubts > 0
      ? 'This machine is fit to measure, with the doubts marked ○.'
      : 'This machine is fit to measure.';
  return `${lines.join('\n')}\n\n${paint(verdict, 'bold', colour)}\n`;
}
