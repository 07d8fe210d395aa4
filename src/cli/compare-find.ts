/** Measures deployments in rounds: a search for each one's breaking point, then all at one common load. */
import { join } from 'node:path';
import { FEWEST } from '../analyze/compare/comparison.ts';
import {
  commonLoadOf,
  commonRunOf,
  compareDeployments,
  type MeasuredDeployment,
  searchFiguresOf,
} from '../analyze/compare/deployments.ts';
import { counted, formatTime } from '../analyze/wording.ts';
import type { LoadUnit } from '../core/breaking-point.ts';
import type { CommonLoad, CommonRun, DeploymentComparison, SearchFigures } from '../core/deployments.ts';
import type { World } from '../core/world.ts';
import { Random } from '../load/random.ts';
import { formatLoad } from '../report/search-phrases.ts';
import { attributeOf, SETTINGS, type SettingName, settingsOf } from '../settings/table.ts';
import { type LiveSide, type Measured, measureTurn, type Turn, usualLength, withVoids } from './turns.ts';

export interface DeploymentSide extends LiveSide {
  readonly costPerHour?: number;
}

export interface RoundSettings {
  readonly rounds: number;
  readonly margin: number;
  readonly folder: string;
  readonly seed: number;
  readonly overwrite: boolean;
  readonly unit: LoadUnit;
  /** Whether each one's breaking point is searched for; else they are measured at the common load alone. */
  readonly searched: boolean;
  /** What all are measured at beside; null: half of the lowest breaking point. */
  readonly commonLoad: CommonLoad | null;
  readonly note: (line: string) => void;
  /** Of `find` and of `run`, as they were given. */
  readonly flags: Readonly<Record<string, unknown>>;
}

/**
 * Searches for each deployment's breaking point, then measures all of them at one common load: both in rounds, in which each
 * has its turn, in random order. What changes on the machine meanwhile meets all of them.
 *
 * @param measure what measures a round: another one in tests.
 */
export async function compareByFind(
  world: World,
  sides: readonly DeploymentSide[],
  settings: RoundSettings,
  measure: typeof measureTurn = measureTurn,
): Promise<{ readonly comparison: DeploymentComparison; readonly interrupted: boolean }> {
  const { margin, note, flags, searched } = settings;
  let { unit } = settings;
  const stop = new AbortController();
  const forget = world.onInterrupt(() => stop.abort());
  const random = new Random(settings.seed, 0);
  const voids: string[] = [];
  const slos = new Set<string>();
  const searches = new Map<string, SearchFigures[]>(sides.map(({ label }) => [label, []]));
  const runs = new Map<string, CommonRun[]>(sides.map(({ label }) => [label, []]));

  /** Rounds of one kind, until there are enough of them that say something. */
  const rounds = async (
    kind: 'find' | 'run',
    own: Readonly<Record<string, unknown>>,
    keep: (measured: readonly Measured[]) => { readonly void: string | null; readonly told: string },
  ): Promise<void> => {
    let lost = 0;
    for (let number = 1, round = 1; round <= settings.rounds && lost <= Math.max(FEWEST, settings.rounds); number++) {
      const { folder, seed, overwrite } = settings;
      const turn: Turn = {
        ...{ kind, number, seed, overwrite, flags: { ...flagsFor(kind, flags), ...own } },
        ...{ folder: join(folder, kind), name: `round ${kind}` },
      };
      const measured = await measure(world, shuffled(sides, random), turn, stop.signal);
      if (measured === null) return;
      const { void: reason, told } = keep(measured);
      const place = `${kind === 'find' ? 'search' : 'common load'}, round ${round} of ${settings.rounds}`;
      note(reason === null ? `${place}: ${told}` : `${place} is measured again: ${reason}`);
      if (reason === null) round++;
      else {
        lost++;
        voids.push(reason);
      }
    }
  };

  try {
    const search = (measured: readonly Measured[]) => {
      const found = inOrder(sides, measured).map(({ label, from, result }) => {
        for (const { text } of result.plan.search?.slos ?? []) slos.add(text);
        // Whether a scenario's arrivals are flows or requests, only its searches tell.
        unit = result.breakingPoint?.unit ?? unit;
        return { label, figures: searchFiguresOf(result, from) };
      });
      const lost = found.find(({ figures }) => saysNothing(figures));
      const reason = lost === undefined ? null : `${lost.label}: ${lost.figures.leftOut ?? 'nothing was found out'}`;
      if (reason === null) for (const { label, figures } of found) searches.get(label)?.push(figures);
      const told = found.map(({ label, figures }) => `${label} ${foundText(figures, unit)}`);
      return { void: reason, told: told.join('; ') };
    };
    if (searched) await rounds('find', { allowRough: true }, search);
    const commonLoad =
      settings.commonLoad === null
        ? commonLoadOf([...searches.values()].flat(), unit)
        : { ...settings.commonLoad, unit: arrivalsOf(settings.commonLoad.unit, unit) };
    if (commonLoad !== null && !stop.signal.aborted)
      await rounds('run', loadFlags(commonLoad, flags), (measured) => {
        const done = inOrder(sides, measured).map(({ label, from, result, cpuSeconds }) => ({
          label,
          figures: commonRunOf(result, from, cpuSeconds),
        }));
        const lost = done.find(({ figures }) => figures.leftOut !== undefined);
        const reason = lost === undefined ? null : `${lost.label}: ${lost.figures.leftOut}`;
        if (reason === null) for (const { label, figures } of done) runs.get(label)?.push(figures);
        const told = done.map(({ label, figures: { p95 } }) => `${label} p95 ${p95 === null ? '–' : formatTime(p95)}`);
        return { void: reason, told: told.join('; ') };
      });
    const measured = sides.map(
      ({ label, shown, program, costPerHour }): MeasuredDeployment => ({
        ...{ name: label, target: shown, started: program !== null },
        ...{ searches: searches.get(label) ?? [], runs: runs.get(label) ?? [] },
        ...(costPerHour === undefined ? {} : { costPerHour }),
      }),
    );
    const comparison = compareDeployments(measured, {
      ...{ unit, slos: [...slos], margin, version: world.version, commonLoad },
    });
    return { comparison: withVoids(comparison, voids, ofRounds), interrupted: stop.signal.aborted };
  } finally {
    forget();
  }
}

/** A rate that was given is of flows where those of the searches are. */
const arrivalsOf = (given: LoadUnit, searched: LoadUnit): LoadUnit =>
  given === 'req/s' && searched === 'flows/s' ? searched : given;

/** One that held at every load, or at none, is a result, whatever else the search has to say against itself. */
const saysNothing = ({ leftOut, status }: SearchFigures): boolean =>
  status === null || status === 'undecided' || (leftOut !== undefined && (status === 'found' || status === 'rough'));

function foundText({ status, estimate, interval }: SearchFigures, unit: LoadUnit): string {
  if (estimate !== null) return `${status === 'rough' ? 'roughly ' : ''}${formatLoad(estimate, unit)}`;
  return interval === null ? `${status}` : `at least ${formatLoad(interval[0], unit)}`;
}

/** The flags that a command has; those of the load are of the run, those of the search of the search. */
function flagsFor(kind: 'find' | 'run', flags: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const taken = settingsOf(kind).filter((name) => kind === 'run' || SETTINGS[name].refusedBy?.find === undefined);
  const known = new Set<string>(taken.flatMap((name: SettingName) => [name, attributeOf(name)]));
  return Object.fromEntries(Object.entries(flags).filter(([name]) => known.has(name)));
}

function loadFlags({ load, unit, chosen }: CommonLoad, flags: Readonly<Record<string, unknown>>) {
  return {
    ...usualLength(flags),
    ...(chosen ? (unit === 'vus' ? { vus: `${load}` } : { rate: `${load}/s` }) : {}),
  };
}

/** In the order of the deployments, whatever that of the round was. */
const inOrder = (sides: readonly DeploymentSide[], measured: readonly Measured[]): readonly Measured[] =>
  sides.flatMap(({ label }) => measured.find((one) => one.label === label) ?? []);

function shuffled<Item>(items: readonly Item[], random: Random): readonly Item[] {
  const drawn = items.map((item) => ({ item, at: random.uniform() }));
  return drawn.sort((a, b) => a.at - b.at).map(({ item }) => item);
}

const ofRounds = (rounds: number): string => `${counted(rounds, 'round')} said nothing of the deployments`;
