/** `rampart discover --rows 1000`: bodies that differ, and `--record FILE`: what the target answers to them. */
import { dirname, relative } from 'node:path';
import { RampartError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { Secrets } from '../core/secret.ts';
import type { World } from '../core/world.ts';
import type { Discovery } from '../discover/discover.ts';
import type { Accepted, Ask } from '../discover/exchange.ts';
import { type RowsFound, rowsLike } from '../discover/rows.ts';
import { Random } from '../load/random.ts';
import { parseCount } from '../plan/syntax.ts';
import { type Recording, recordingOf } from '../session/recording.ts';

const MOST_ROWS = '1m';
const USUAL_ROWS = 100;
/** Rows are written so many at a time. */
const AT_ONCE = 1_000;

/** What is wanted of rows; null: none are. */
export interface RowSettings {
  readonly count: number;
  /** File for the responses; null: the rows alone, on standard output. */
  readonly record: string | null;
  readonly overwrite: boolean;
}

/** @throws RampartError */
export function rowSettings(
  { rows, record, overwrite }: Readonly<Record<string, unknown>>,
  { files }: World,
): RowSettings | null {
  if (rows === undefined && record === undefined) return null;
  const count = rows === undefined ? USUAL_ROWS : parseCount(String(rows), '--rows', { min: '1', max: MOST_ROWS });
  if (record === undefined) return { count, record: null, overwrite: false };
  const path = String(record);
  if (!/\.(?:jsonl|ndjson)$/i.test(path))
    throw new RampartError(
      'bad-flag',
      `--record: ${JSON.stringify(path)} is no .jsonl file`,
      'Rows are a value of JSON a line.',
    );
  if (files.exists(path) && overwrite !== true)
    throw new RampartError(
      'bad-flag',
      `--record: ${path} is there already`,
      'Name another file, or replace it with --overwrite.',
    );
  return { count, record: path, overwrite: overwrite === true };
}

/** Rows of a target, written; and what a scenario says of them in the place of a body. @throws RampartError */
export async function writeRows(
  world: World,
  { accepted, bodySchema }: Discovery & { readonly accepted: Accepted },
  {
    settings,
    plan,
    ask,
    secrets,
    out,
  }: {
    readonly settings: RowSettings;
    readonly plan: Plan;
    readonly ask: Ask;
    readonly secrets: Secrets;
    readonly out: string | null;
  },
): Promise<Readonly<Record<string, unknown>> | null> {
  const random = new Random(plan.seed, 0);
  const found = await rowsLike(accepted, bodySchema, ask, () => random.uniform());
  if (typeof found === 'string') throw new RampartError('unusable', `no rows were made: ${found}`);
  const { url } = plan.target;
  if (settings.record === null) {
    const made = printRows(world, found, settings.count);
    const fewer = made < settings.count ? '; there are no more that differ' : '';
    world.stderr.write(
      `${made.toLocaleString('en')} rows: ${found.from} (seed ${plan.seed})${fewer}. Ten of them were asked, and accepted.\n` +
        `  rampart run ${secrets.maskAddresses(url)} --data rows.jsonl\n`,
    );
    return null;
  }
  world.stderr.write(
    `Asks ${settings.count.toLocaleString('en')} rows, one after the other, and twenty of them three times …\n`,
  );
  const recording = await recordingOf(accepted.question, found.make, ask, settings.count);
  if (recording.lines.length === 0)
    throw new RampartError(
      'unusable',
      recording.refused > 0
        ? `nothing was recorded: ${recording.refused} of ${recording.refused} rows were refused`
        : 'nothing was recorded: all of a response differs from repeat to repeat',
      'A target whose responses are never the same has none that could be expected.',
    );
  await world.files.writeText(settings.record, `${recording.lines.join('\n')}\n`).catch((error: Error) => {
    throw new RampartError('bad-folder', `--record: ${settings.record} cannot be written: ${error.message}`);
  });
  const expectField = `${recording.field}${recording.tolerance === 0 ? '' : `±${recording.tolerance}`}`;
  world.stderr.write(toldOf(recording, settings.record, expectField, secrets.maskAddresses(url)));
  return {
    data: out === null ? settings.record : relative(dirname(out), settings.record),
    ...(recording.bodyField === null ? { body: '{{row}}' } : { body: `{{row.${recording.bodyField}}}` }),
    expectField,
  };
}

function printRows({ stdout }: World, { make }: RowsFound, count: number): number {
  let made = 0;
  for (let lines: string[] = []; made <= count; lines = []) {
    while (lines.length < AT_ONCE && made < count) {
      const body = make.next();
      if (body === null) break;
      lines.push(`${body}\n`);
      made++;
    }
    if (lines.length === 0) break;
    stdout.write(lines.join(''));
  }
  return made;
}

function toldOf(
  { lines, refused, unsteady, exhausted, bodyField, tolerance }: Recording,
  path: string,
  expectField: string,
  url: string,
): string {
  const said = [
    `${path}: ${lines.length.toLocaleString('en')} rows with their responses in the field ${expectField.split('±')[0]}`,
    ...(exhausted ? ['  there are no more bodies that differ'] : []),
    ...(refused === 0 ? [] : [`  left out: ${refused} rows that were refused`]),
    ...(unsteady.length === 0
      ? []
      : [`  left out, since they differ from repeat to repeat, or have too many digits: ${unsteady.join(', ')}`]),
    `  numbers may lie ${tolerance} apart, by what three repeats of twenty rows showed`,
    `  rampart run ${url} --data ${path}${bodyField === null ? '' : ` --body '{{row.${bodyField}}}'`} --expect-field '${expectField}'`,
  ];
  return `${said.join('\n')}\n`;
}
