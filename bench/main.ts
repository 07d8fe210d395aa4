/** The benchmark's command line: which parts are measured, with which tools, and where the page goes. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { agreementTable } from './agreement.ts';
import { claimTables } from './claims.ts';
import { costTable, type Effort, type Setting, variantTable } from './cost.ts';
import { laneTable } from './lanes.ts';
import { describeMachine, divideCores, loadBefore } from './machine.ts';
import { memoryTable } from './memory.ts';
import { pageOf, withParts } from './page.ts';
import { keepPart, keptParts, PARTS, type Part, type PartName } from './parts.ts';
import type { Peer } from './peer.ts';
import { PEERS } from './peers.ts';
import { findRampart } from './rampart.ts';
import { type Table, toText } from './table.ts';
import { startNginx } from './targets.ts';
import { timingTable } from './timing.ts';

const HELP = `npm run bench -- [options]

  --quick          fewer and shorter runs: under two minutes, writes no page
  --long           the memory run takes ten minutes
  --only <parts>   of ${PARTS.join(',')}; comma-separated: these are put into the page that is there
  --keep <folder>  keeps what is measured there, and makes the page of all that was kept (with --only: part by part)
  --peers <names>  compare with these only; comma-separated
  --date <date>    the date on the page (default: today, UTC)
  --out <file>     where the page goes (default: docs/bench.md; "-": nowhere)
  --note <text>    a sentence for the page on the parts measured now, e.g. on what else ran

Tools are looked up on PATH, or where RAMPART_BENCH_<NAME> says (RAMPART_BENCH_LOCUST=/somewhere/bin/locust).
`;

/** @param folder for what the runs write. Returns the exit code: 0 also where a measure is missed (the page says so), 1 where a part could not be measured. */
export async function main(argv: readonly string[], folder: string): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      ...{ quick: { type: 'boolean' }, long: { type: 'boolean' }, help: { type: 'boolean' } },
      ...{ only: { type: 'string' }, peers: { type: 'string' }, date: { type: 'string' } },
      ...{ out: { type: 'string' }, keep: { type: 'string' }, note: { type: 'string' } },
    } as const,
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const quick = values.quick ?? false;
  const wanted = values.only?.split(',') ?? PARTS;
  const effort: Effort = quick ? { rounds: 1, long: 2, short: 1 } : { rounds: 3, long: 4, short: 1 };
  const date = values.date ?? new Date().toISOString().slice(0, 10);
  const out = values.out ?? (quick ? '-' : 'docs/bench.md');
  findRampart();
  const asked = values.peers?.toLowerCase().split(',');
  const unknown = asked?.find((name) => !PEERS.some((peer) => peer.name.toLowerCase() === name));
  if (unknown !== undefined) throw new Error(`nobody knows "${unknown}": ${PEERS.map(({ name }) => name).join(', ')}`);
  const found: { peer: Peer; file: string; version: string }[] = [];
  const missing: string[] = [];
  for (const peer of PEERS) {
    const file = asked === undefined || asked.includes(peer.name.toLowerCase()) ? peer.find() : null;
    if (file === null) missing.push(peer.name);
    else found.push({ peer, file, version: peer.version(file) });
  }
  const tell = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const cores = divideCores();
  const busy = loadBefore();
  tell(describeMachine());
  tell(
    `with ${found.map(({ peer, version }) => `${peer.name} ${version}`).join(', ')}; without ${missing.join(', ') || 'none'}`,
  );
  if (busy > 0.5)
    tell(`something else is running (${busy.toFixed(1)} cores in the last minute): the figures will be noisy`);

  const strange = wanted.filter((name) => !PARTS.some((known) => known === name));
  if (strange.length > 0) throw new Error(`no such part: ${strange.join(', ')}. There are ${PARTS.join(', ')}`);
  const parts: Part[] = [];
  let failures = 0;
  const part = async (name: PartName, measure: () => Promise<readonly Table[]>): Promise<void> => {
    if (!wanted.includes(name)) return;
    try {
      const tables = await measure();
      for (const table of tables) process.stdout.write(toText(table));
      // Later parts come after work of this program's own.
      const before = parts.length === 0 ? busy : 0;
      const measured: Part = {
        ...{ name, measured: `on ${date}: ${describeMachine()}`, busy: before, tables },
        ...(values.note === undefined ? {} : { note: values.note }),
      };
      parts.push(measured);
      if (values.keep !== undefined) keepPart(values.keep, measured);
    } catch (error) {
      // The other parts took minutes, too, and stand.
      tell(`${name} could not be measured: ${(error as Error).message}`);
      failures++;
    }
  };
  const nginx = await startNginx(cores.server, folder);
  const setting: Setting = { url: nginx.url, cores, folder, effort, tell };
  try {
    await part('cost', async () => [await costTable(found, setting)]);
    await part('lanes', async () => [await laneTable(found, setting, quick ? 2 : 4)]);
    // Their ratios are near each other: more rounds, not longer ones.
    const often: Effort = quick ? effort : { rounds: 5, long: 3, short: 1 };
    await part('features', async () => [await variantTable({ ...setting, effort: often })]);
    await part('timing', async () => [await timingTable(setting, quick ? 2 : 5)]);
    await part('memory', async () => [await memoryTable(setting, values.long ? 600 : quick ? 0 : 30)]);
  } finally {
    await nginx.stop();
  }
  await part('agreement', async () => [await agreementTable(setting, quick ? 2 : 4)]);
  await part('accuracy', () => claimTables(found, setting, !quick));

  const shown = values.keep === undefined ? parts : keptParts(values.keep);
  if (out !== '-' && shown.length > 0) {
    mkdirSync(dirname(out), { recursive: true });
    const within = values.only !== undefined && values.keep === undefined && existsSync(out);
    const page = within ? withParts(readFileSync(out, 'utf8'), parts) : pageOf({ parts: shown, cores, found, missing });
    writeFileSync(out, page);
    tell(`written to ${out}`);
  }
  return failures === 0 ? 0 : 1;
}
