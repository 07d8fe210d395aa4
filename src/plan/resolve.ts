/** From settings to the frozen plan: asks each part for its meaning, in the order in which one needs another. */
import { capturedNames } from '../core/capture.ts';
import { RampartError } from '../core/errors.ts';
import { hasSteps, measuredNames, tagSets } from '../core/flow.ts';
import { passOf } from '../core/pass.ts';
import type { NamedTarget, Plan, RequestTemplate, Target } from '../core/plan.ts';
import { allChecks } from '../core/request.ts';
import type { RowTable } from '../core/rows.ts';
import { Secrets } from '../core/secret.ts';
import { looksAtStreams } from '../core/threshold.ts';
import type { Files } from '../core/world.ts';
import { resolveAbortOn } from './abort-on.ts';
import type { Address } from './address.ts';
import { resolveBrowsing } from './browsing.ts';
import { resolveCancel } from './cancel.ts';
import { resolveChecks } from './checks.ts';
import { resolveConnections } from './connections.ts';
import { resolveData } from './data-source.ts';
import { resolveEngine } from './engine.ts';
import { resolveFrame } from './frame.ts';
import { checkedByFunctions, checksWithFunction, refuseUnknownFunctions } from './function-checks.ts';
import { withGoodput } from './goodput.ts';
import { byMethod, OF_THE_LINE } from './log-requests.ts';
import { refusePlaceholders } from './parts.ts';
import { resolveTokenizer, withPrompts } from './prompts.ts';
import { blame, type RawSettings, read, refuse } from './raw-settings.ts';
import { replayedLoad, resolveReplay } from './replay.ts';
import { withRoute } from './route.ts';
import { checkRowsPerUser } from './rows-per-user.ts';
import { resolveSearch } from './search.ts';
import { resolveSecretNames } from './secret-names.ts';
import { readSources, type Sources } from './sources.ts';
import { spreadOver } from './spread.ts';
import { suitedTo } from './suited.ts';
import { resolveTargets } from './targets.ts';
import { parseTemplatedAddress } from './template.ts';
import { meantBy, resolveThresholdList } from './threshold.ts';
import { resolveTiers } from './tiers.ts';
import { resolveTls } from './tls.ts';
import { traced, traceKeyOf, traceSettingsOf } from './trace.ts';
import { resolveTraffic } from './traffic.ts';
import { resolveUntil } from './until.ts';
import { readOrDefault, readValue } from './value.ts';
import { INTERVAL, resolveWorkload } from './workload.ts';

/** What a plan needs of the world: the files that settings name, and three things no setting says. */
export interface PlanWorld {
  readonly files: Pick<Files, 'readBytes' | 'pieces' | 'scratch'>;
  readonly host: { readonly cores: number };
  readonly version: string;
  randomSeed(): number;
  /** Says what takes long. */
  note?(line: string): void;
}

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
  const trace = traceSettingsOf(given);
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
  const ofStreams = held.thresholds.find(looksAtStreams);
  if (engine.engine === 'autocannon' && ofStreams !== undefined)
    refuse(given, asked, `does not go with the autocannon engine: it follows no streams, as "${ofStreams.text}" needs`);
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
    ...resolveWorkload(given, { kind, cores: world.host.cores, replayed: load, data }),
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

function freeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}
