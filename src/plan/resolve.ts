/** From settings to the frozen plan: asks each part for its meaning, in the order in which one needs another. */
import { capturedNames } from '../core/capture.ts';
import { RampartError } from '../core/errors.ts';
import { hasSteps, measuredNames, tagSets } from '../core/flow.ts';
import { passOf } from '../core/pass.ts';
import { cellsOf } from '../core/placeholders.ts';
import {
  type DataSource,
  durationOf,
  type Flow,
  type LoadProfile,
  type NamedTarget,
  type Plan,
  type RequestTemplate,
  type Target,
} from '../core/plan.ts';
import { allChecks } from '../core/request.ts';
import type { RowTable } from '../core/rows.ts';
import { Secrets } from '../core/secret.ts';
import { count, type Micros, micros, seconds } from '../core/units.ts';
import type { Files } from '../core/world.ts';
import { resolveAbortOn } from './abort-on.ts';
import type { Address } from './address.ts';
import { resolveBrowsing } from './browsing.ts';
import { resolveCancel } from './cancel.ts';
import { expectedField, resolveChecks } from './checks.ts';
import { resolveConnections, threadsWithin } from './connections.ts';
import { formatOf, loadRows } from './data.ts';
import { resolveEngine } from './engine.ts';
import { resolveFrame } from './frame.ts';
import { checkedByFunctions, checksWithFunction, refuseUnknownFunctions } from './function-checks.ts';
import { withGoodput } from './goodput.ts';
import { rowsSource } from './inline-rows.ts';
import { probeLoad } from './load.ts';
import { refusePlaceholders, refuseRows } from './parts.ts';
import { resolveTokenizer, withPrompts } from './prompts.ts';
import { blame, type RawSettings, read, refuse } from './raw-settings.ts';
import { type ReplayWish, replayedLoad, resolveReplay } from './replay.ts';
import { type LoadedTrace, loadTrace } from './replay-trace.ts';
import { withRoute } from './route.ts';
import { checkRowsPerUser } from './rows-per-user.ts';
import { refuseMisplaced, resolveSearch } from './search.ts';
import { resolveSecretNames } from './secret-names.ts';
import { type ResolvedLoads, resolveLoads } from './several-loads.ts';
import { readSources, type Sources } from './sources.ts';
import { spreadOver } from './spread.ts';
import { suitedTo } from './suited.ts';
import { resolveTargets } from './targets.ts';
import { parseTemplatedAddress } from './template.ts';
import { meantBy, resolveThresholdList } from './threshold.ts';
import { resolveTiers } from './tiers.ts';
import { resolveTls } from './tls.ts';
import { traced, traceKeyOf, traceWishOf } from './trace.ts';
import { resolveTraffic } from './traffic.ts';
import { resolveUntil } from './until.ts';
import { defaultOf, readOrDefault, readValue } from './value.ts';

/** What a plan needs of the world: the files that settings name, and three things no setting says. */
export interface PlanWorld {
  readonly files: Pick<Files, 'readBytes' | 'pieces' | 'scratch'>;
  readonly host: { readonly cores: number };
  readonly version: string;
  randomSeed(): number;
  /** Says what takes long. */
  note?(line: string): void;
}

const INTERVAL = seconds(1);
const PROBE_WARMUP = count(5);
const PROBE_REQUESTS = count(100);

/**
 * The frozen plan of what was asked for. Whatever is wrong with it is said here, before any request.
 *
 * @throws RampartError naming the flag, variable or field, what was given and what is allowed.
 */
export async function resolvePlan(sources: Sources, world: PlanWorld): Promise<Plan> {
  return (await prepareRun(sources, world)).plan;
}

/** A plan, and the rows of its data in the form in which threads share them. */
export interface PreparedRun {
  readonly plan: Plan;
  readonly rows: RowTable | null;
}

/** @throws RampartError as `resolvePlan`. */
export async function prepareRun(sources: Sources, world: PlanWorld): Promise<PreparedRun> {
  return preparedBy(await readSources(sources, world.files), sources.kind, world);
}

/** What the settings of all layers mean. It waits for nothing. @throws RampartError as `resolvePlan`. */
export function preparedBy(written: RawSettings, kind: Plan['kind'], world: PlanWorld): PreparedRun {
  const { given, leftOut } = suitedTo(written, kind);
  if (leftOut !== null) world.note?.(leftOut);
  refusePlaceholders(given);
  const several = given.mix !== undefined || given.settings.replay !== undefined;
  const planned = resolveTargets(given, { files: world.files, several });
  const [firstTarget] = planned ?? [];
  const address: Address | undefined = firstTarget ?? read(given, 'url', parseTemplatedAddress);
  if (address === undefined)
    throw new RampartError('usage', 'no URL is given', 'Give the address of the endpoint: http://host:port/path.');
  const target = firstTarget === undefined ? withRoute(given, address.target) : unnamed(firstTarget.target);
  const { setup, teardown } = resolveFrame(given, { ...world, address, before: [], targets: planned });
  const replay = kind === 'run' ? resolveReplay(given) : null;
  const plain = resolveTraffic(given, {
    // What comes before the path differs from target to target.
    ...{ ...world, address: { ...address, base: '', ...(replay?.format === 'log' ? OF_THE_LINE : {}) } },
    before: capturedNames({ requests: setup }),
  });
  const asWritten = { ...plain, requests: checkedByFunctions(given, plain.requests) };
  const trace = traceWishOf(given);
  const prompted = withPrompts(asWritten.requests, given, world);
  const traffic = { ...asWritten, requests: trace === null ? prompted : traced(prompted, given) };
  const checks = checksWithFunction(given, resolveChecks(given));
  refuseUnknownFunctions(given, asWritten.requests);
  const { data, rows, replayed } = resolveData(given, { requests: traffic.requests, checks }, world, replay);
  const alone = replayed?.methods == null ? traffic : byMethod(traffic, replayed.methods);
  const { requests, flows, targets } =
    planned === null ? { ...alone, targets: null } : spreadOver(given, alone, planned);
  const sent = { requests, ...(flows === null ? {} : { flows }) };
  const names = { ...measuredNames(sent), tags: tagSets(sent) };
  const thresholds = asWritten.thresholds.map((one) => meantBy(one, names));
  const templated = requests.some((request) => request.templated === true);
  if (targets !== null && targets.length > 1 && given.settings.settle !== undefined)
    refuse(given, 'settle', 'waits for the instances of one target, and there are several');
  const ways = (targets ?? [target]).map((one) =>
    resolveEngine(given, one, { templated, several: requests.length > 1 || flows !== null }),
  );
  const engine = ways[0] as (typeof ways)[number];
  const load = replay === null || replayed === null ? null : replayedLoad(given, replay, replayed);
  if (data?.order === 'once' && kind !== 'run')
    refuse(given, 'dataOrder', `once ends a run with its last row; a ${kind} has an end of its own`);
  const secretNames = resolveSecretNames(given);
  const secrets = Secrets.of({ requests, setup, teardown, checks, proxy: engine.proxy, secretNames });
  const until = resolveUntil(given);
  const abortOn = resolveAbortOn(given, names);
  const stream = readOrDefault(given, 'stream');
  const checkEvery = readOrDefault(given, 'checkEvery');
  if (checkEvery > 1 && !allChecks({ checks, requests }).some(({ kind }) => kind !== 'status'))
    refuse(
      given,
      'checkEvery',
      'needs a check of the response, such as --expect-field',
      'A status is always looked at.',
    );
  const asked = kind === 'find' ? 'slos' : 'thresholds';
  const held = blame(given.originOf(asked), (label) =>
    withGoodput([...resolveThresholdList(given, asked, names), ...thresholds], label, names.tags),
  );
  // A name stands in every table: it may not repeat what is secret elsewhere.
  const named = <Request extends RequestTemplate>(request: Request): Request => ({
    ...request,
    name: secrets.maskAddresses(request.name),
  });
  const plan: Plan = {
    kind,
    target,
    ...(targets === null ? {} : { targets }),
    requests: requests.map(named),
    ...(flows === null ? {} : { flows }),
    ...(setup.length === 0 ? {} : { setup: setup.map(named) }),
    ...(teardown.length === 0 ? {} : { teardown: teardown.map(named) }),
    data,
    ...(given.functions === undefined ? {} : { functions: given.functions.source }),
    checks,
    ...(checkEvery === 1 ? {} : { checkEvery }),
    ...withinUsers(withinRows(partsOf(kind, given, world.host.cores, load), data)),
    timeout: readOrDefault(given, 'timeout'),
    ...resolveBrowsing(given),
    maxBody: readOrDefault(given, 'maxBody'),
    ...(stream === 'auto' ? {} : { stream }),
    ...resolveTokenizer(given),
    ...resolveCancel(given, held.thresholds),
    gracefulStop: readOrDefault(given, 'gracefulStop'),
    keepAlive: given.settings.keepalive ?? true,
    connections: resolveConnections(given),
    tls: firstTarget?.target.tls ?? resolveTls(given, target, world.files),
    ...engine,
    seed: readValue(given, 'seed') ?? world.randomSeed(),
    ...(secretNames.length === 0 ? {} : { secretNames }),
    ...(trace === null ? {} : { trace: traceKeyOf(world.randomSeed) }),
    interval: INTERVAL,
    thresholds: kind === 'find' ? [] : held.thresholds,
    ...(held.goodput === null ? {} : { goodput: held.goodput }),
    ...(given.settings.strict === true ? { strict: true } : {}),
    ...(given.settings.preflight === false ? { preflight: false } : {}),
    ...(given.settings.keepFailing === true ? { keepFailing: true } : {}),
    ...(until === null ? {} : { until }),
    ...(abortOn.length === 0 ? {} : { abortOn }),
    search: resolveSearch(given, kind, {
      slos: held.thresholds,
      tiers: resolveTiers(given, names),
      pass: flows !== null && hasSteps({ flows }) ? passOf({ requests, flows }) : null,
    }),
  };
  checkRowsPerUser(given, plan);
  return { plan: freeze(plan), rows };
}

/** Of several targets one, as the only one would be. */
const unnamed = ({ name: _, weight: __, tls: ___, ...target }: NamedTarget): Target => target;

function resolveData(
  given: RawSettings,
  { requests, checks }: Pick<Plan, 'requests' | 'checks'>,
  { files, note = () => {} }: Pick<PlanWorld, 'files' | 'note'>,
  replay: ReplayWish | null,
): {
  readonly data: DataSource | null;
  readonly rows: RowTable | null;
  readonly replayed: LoadedTrace | null;
} {
  const { data: file } = given.settings;
  const order = readValue(given, 'dataOrder');
  // Rows of a trace are not what functions ask for.
  const cells = cellsOf({ requests, checks }, file !== undefined && replay === null);
  const ownCells = file === undefined ? cells : [];
  const replayed =
    replay === null
      ? null
      : blame(given.originOf('replay'), (label) =>
          loadTrace(replay, { label, cells: ownCells, leftOut: leftOutOf(given) }, files, note),
        );
  if (file === undefined && replayed !== null && replay !== null) {
    if (order !== undefined) refuse(given, 'dataOrder', 'needs --data: the rows of a trace are used at their instants');
    const { table } = replayed;
    const source = { file: replay.file, format: replay.format, order: 'sequential', rows: count(table.rows) } as const;
    return { data: cells.length === 0 ? null : source, rows: table, replayed };
  }
  if (file === undefined) {
    refuseRows(given, requests, checks);
    if (order !== undefined) refuse(given, 'dataOrder', 'needs --data: it is the order of its rows');
    return { data: null, rows: null, replayed: null };
  }
  return blame(given.originOf('data'), (label) => {
    const source = rowsSource(file, files, label);
    const format = source.inline ? 'jsonl' : formatOf(file, files, label);
    const sent = requests.map(({ checks: _, ...request }) => request);
    if (cellsOf({ requests: sent, checks: [] }, true).length === 0)
      throw new RampartError(
        'bad-flag',
        `${label}: no part of the request uses a row`,
        'Write {{row.NAME}} where a value belongs; without a body each row of a .jsonl file is one.',
      );
    const wanted = { ...source, label, format, cells, leftOut: leftOutOf(given) };
    const rows = loadRows(wanted, source.files, note);
    return {
      data: { file: source.file, format, order: order ?? defaultOf('dataOrder'), rows: count(rows.rows) },
      // Rows of their own are in an order of their own.
      rows:
        replayed === null ? rows : { ...rows, trace: { dueAt: replayed.trace.dueAt, period: replayed.trace.period } },
      replayed,
    };
  });
}

/** What a request of a log is made of. */
const OF_THE_LINE = { path: '{{row.path}}', pathname: '{{row.path}}' };

/** The request of a log, once for each of its methods; each is told by it. */
function byMethod(
  { requests: [request] }: Pick<Plan, 'requests'>,
  methods: readonly (readonly [method: string, lines: number])[],
): { readonly requests: readonly RequestTemplate[]; readonly flows: readonly Flow[] | null } {
  const requests = methods.map(([method]) => ({ ...(request as RequestTemplate), name: method, method }));
  const lines = methods.reduce((sum, [, own]) => sum + own, 0);
  const flows = methods.map(
    ([name, own], place): Flow => ({
      name,
      weight: Math.max(0.001, Math.round((100_000 * own) / lines) / 1_000),
      steps: [{ kind: 'request', request: place }],
    }),
  );
  return { requests, flows: methods.length === 1 ? null : flows };
}

/** The field of a row with the expected answer: one, since it is left out wherever a row is sent as a whole. */
function leftOutOf(given: RawSettings): string | null {
  let field: string | null = null;
  for (const each of given.mix?.requests.map((request) => request.given) ?? [given]) {
    const its = expectedField(each);
    if (its === null) continue;
    if (field !== null && its !== field) refuse(each, 'expectField', `is another field than "${field}"`);
    field = its;
  }
  return field;
}

/** Rows that are used once end the run. */
function withinRows(parts: PartsByKind, data: DataSource | null): PartsByKind {
  if (data?.order !== 'once') return parts;
  const { maxRequests } = parts;
  return { ...parts, maxRequests: count(Math.min(maxRequests ?? Number.POSITIVE_INFINITY, data.rows)) };
}

/**
 * A number of requests is dealt to the threads that have users: others would end at once, and could take none later, when
 * an edit of the running test gives them users.
 */
function withinUsers(parts: PartsByKind): PartsByKind {
  const { load, maxRequests, threads } = parts;
  if (load.model === 'open' || maxRequests === null) return parts;
  const users = load.vus.reduce((most, { from, to }) => Math.max(most, Math.ceil(from), Math.ceil(to)), 1);
  return { ...parts, threads: count(Math.min(threads, users)) };
}

type PartsByKind = Pick<Plan, 'load' | 'loads' | 'maxRequests' | 'warmup' | 'rampEnd' | 'warmupRequests' | 'threads'>;

function partsOf(kind: Plan['kind'], given: RawSettings, cores: number, replayed: LoadProfile | null): PartsByKind {
  if (kind === 'probe') return probeParts(given);
  // A search begins with one user; every other load is its own decision.
  if (kind === 'find') return runParts(given, cores, { load: probeLoad(given), loads: null });
  return runParts(given, cores, replayed === null ? resolveLoads(given) : { load: replayed, loads: null });
}

function runParts(given: RawSettings, cores: number, { load, loads }: ResolvedLoads): PartsByKind {
  const warmup = resolveWarmup(given, durationOf(load));
  // Of several loads each has a ramp of its own.
  const rampEnd = given.settings.spawnRate === undefined || loads !== null ? null : rampEndOf(load, warmup);
  return {
    load,
    ...(loads === null ? {} : { loads }),
    maxRequests: readValue(given, 'requests') ?? null,
    warmup,
    ...(rampEnd === null ? {} : { rampEnd }),
    warmupRequests: count(0),
    threads: threadsWithin(given, resolveConnections(given), Math.min(256, Math.max(1, cores - 1))),
  };
}

function probeParts(given: RawSettings): PartsByKind {
  refuseMisplaced(given, 'probe', 'does not apply to a probe, which sends one request at a time');
  return {
    load: probeLoad(given),
    maxRequests: count((readValue(given, 'requests') ?? PROBE_REQUESTS) + PROBE_WARMUP),
    warmup: micros(0),
    warmupRequests: PROBE_WARMUP,
    threads: count(1),
  };
}

function resolveWarmup(given: RawSettings, whole: Micros): Micros {
  const asked = readValue(given, 'warmup') ?? micros(0);
  const warmup = micros(Math.ceil(asked / INTERVAL) * INTERVAL);
  if (warmup > 0 && warmup >= whole)
    refuse(
      given,
      'warmup',
      `of ${warmup / 1e6} s leaves nothing to measure of ${whole / 1e6} s; it must be shorter than the whole`,
      'A warm-up is rounded up to whole seconds.',
    );
  return warmup;
}

/** A full load that lasts less is too little to stand for the run. */
const SHORTEST_FULL_LOAD = seconds(3);

/** When all users have started; null: never, or within the warm-up, or just before the end. */
function rampEndOf(load: LoadProfile, warmup: Micros): Micros | null {
  const [rising] = load.model === 'closed' && load.goal === undefined ? load.vus : [];
  if (rising === undefined || rising.from === rising.to) return null;
  const end = micros(Math.ceil(rising.duration / INTERVAL) * INTERVAL);
  return end <= warmup || durationOf(load) - end < SHORTEST_FULL_LOAD ? null : end;
}

function freeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}
