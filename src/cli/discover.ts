/** The command `rampart discover`: finds out what an address accepts, tells it, and writes a scenario of it. */
import { EXIT, RampartError } from '../core/errors.ts';
import { firstTemplate } from '../core/flow.ts';
import { interruptedBy } from '../core/interrupted.ts';
import type { Plan, RequestTemplate } from '../core/plan.ts';
import { MASK, Secrets } from '../core/secret.ts';
import { targetOf } from '../core/targets.ts';
import type { World } from '../core/world.ts';
import type { Discovery } from '../discover/discover.ts';
import { dataUrl } from '../plan/data-url.ts';
import { overlaid } from '../plan/header.ts';
import { jsonOf } from '../plan/json-of.ts';
import { preparedBy } from '../plan/resolve.ts';
import { isScenario, isYaml } from '../plan/scenario-name.ts';
import { readSources } from '../plan/sources.ts';
import { literalText } from '../plan/template.ts';
import { cacheLines, discoveryText } from '../report/discovery.ts';
import { type CacheFinding, probeCache } from '../session/cache-probe.ts';
import { askerOf, discoverFor } from '../session/discovery.ts';
import { reached } from '../session/reached.ts';
import type { RowSettings } from './discovered-rows.ts';
import { discreet } from './discreet.ts';
import { Interruption } from './interruption.ts';

type TextOf = (scenario: object, path: string) => Promise<string>;

/**
 * `rampart discover`: what an address is, and a request that it accepts. Returns the exit code.
 *
 * @param textOf what is written of the scenario that sends it.
 */
export async function discoverCommand(
  outside: World,
  target: string,
  flags: Readonly<Record<string, unknown>>,
  textOf: TextOf = plainText,
): Promise<number> {
  const { out, json, overwrite, rows, record, ...rest } = flags;
  const given = await readSources({ kind: 'probe', target, env: outside.env, flags: rest }, outside.files);
  const { plan } = preparedBy(given, 'probe', outside);
  const secrets = Secrets.of(plan);
  const world = discreet(outside, secrets);
  const path = typeof out === 'string' ? out : null;
  if (path !== null) checkPath(world, path, overwrite === true);
  const rowSettings = rows === undefined && record === undefined ? null : (await ofRows()).rowSettings(flags, world);
  if (rowSettings !== null && json === true)
    throw new RampartError(
      'usage',
      '--json and rows both want standard output',
      'Leave --json, or --rows and --record, out.',
    );
  const interruption = new Interruption(world);
  const { signal } = interruption;
  try {
    return await discovered(world, plan, { rowSettings, path, json: json === true, secrets, textOf, signal });
  } catch (error) {
    throw interruptedBy(signal, error, 'interrupted while its target was asked: no file was written');
  } finally {
    interruption.forget();
  }
}

/** What is done with what is found out. */
interface DiscoverSettings {
  /** Null: no rows. */
  readonly rowSettings: RowSettings | null;
  /** Of the scenario; null: none is written. */
  readonly path: string | null;
  readonly textOf: TextOf;
  readonly json: boolean;
  readonly secrets: Secrets;
  /** Ends the questions, and is thrown. */
  readonly signal: AbortSignal;
}

async function discovered(
  world: World,
  plan: Plan,
  { rowSettings, path, textOf, json, secrets, signal }: DiscoverSettings,
): Promise<number> {
  await reached(plan, world.files, signal);
  const request = firstTemplate(plan);
  const discovery = await discoverFor(plan, request, world.clock, signal);
  const cache = rowSettings === null ? await probeCache(plan, request, discovery, world, signal) : null;
  if (json) world.stdout.write(`${JSON.stringify(discoveryJson(plan, discovery, cache, secrets), null, 2)}\n`);
  else (rowSettings === null ? world.stdout : world.stderr).write(discoveryText(discovery, secrets));
  if (!json && cache?.cached === true)
    world.stdout.write(`${cacheLines(cache, secrets.maskAddresses(plan.target.url)).join('\n')}\n`);
  const { accepted } = discovery;
  if (accepted === null) return EXIT.unreachable;
  const ask = askerOf(plan, request, world.clock, signal);
  const ofThem =
    rowSettings === null
      ? null
      : await (await ofRows()).writeRows(
          world,
          { ...discovery, accepted },
          { settings: rowSettings, plan, ask, secrets, out: path },
        );
  if (path !== null) {
    await writeScenario(
      world,
      path,
      await textOf({ ...scenarioOf(plan, request, discovery, secrets), ...ofThem }, path),
    );
    world.stderr.write(`Scenario: ${path}  (rampart run ${path})\n`);
  }
  return EXIT.passed;
}

/** Few ask for them. */
const ofRows = () => import('./discovered-rows.ts');

/** @throws RampartError where no scenario can be written there. */
export function checkPath({ files }: World, path: string, overwrite: boolean): void {
  if (!isScenario(path))
    throw new RampartError(
      'bad-flag',
      `--out: ${JSON.stringify(path)} is no .yaml or .json file`,
      'A scenario is one of these: -o scenario.yaml.',
    );
  if (files.exists(path) && !overwrite)
    throw new RampartError(
      'bad-flag',
      `--out: ${path} is there already`,
      'Name another file, or replace it with --overwrite.',
    );
}

/** @throws RampartError */
export async function writeScenario({ files }: World, path: string, text: string): Promise<void> {
  await files.writeText(path, text).catch((error: Error) => {
    throw new RampartError('bad-folder', `--out: ${path} cannot be written: ${error.message}`);
  });
}

/** A scenario that sends what was accepted; secrets are not in it, and are given again with their flags. */
function scenarioOf(plan: Plan, request: RequestTemplate, { accepted }: Discovery, secrets: Secrets): object {
  if (accepted === null) return {};
  const target = targetOf(plan, request);
  const { method, path, headers, body, bytes } = accepted.question;
  const url = new URL(target.url);
  const kept = overlaid(
    request.headers.filter(([name]) => !USUAL.test(name)),
    headers,
  );
  const shown = kept.filter(([name, value]) => !secrets.isSecret(name) && secrets.mask(value) === value);
  return {
    url: literalText(withoutSecrets(target.socketPath === undefined ? `${url.origin}${path}` : target.url, secrets)),
    method,
    ...(shown.length === 0
      ? {}
      : { headers: Object.fromEntries(shown.map(([name, value]) => [name, literalText(value)])) }),
    ...(bytes === undefined ? {} : { bodyFile: dataUrl(bytes) }),
    ...(body === null ? {} : { body: jsonOf(literalText(body)) ?? literalText(body) }),
  };
}

/** In the format that the file's name says. */
async function plainText(scenario: object, path: string): Promise<string> {
  if (!isYaml(path)) return `${JSON.stringify(scenario, null, 2)}\n`;
  const { yamlText } = await import('../plan/yaml-text.ts');
  return yamlText(scenario);
}

/** An address without the parameters of its query that are secret. */
function withoutSecrets(address: string, secrets: Secrets): string {
  const [route = '', ...query] = address.split('?');
  const kept = query
    .join('?')
    .split('&')
    .filter((pair) => pair !== '' && secrets.mask(`?${pair}`) === `?${pair}`);
  return kept.length === 0 ? route : `${route}?${kept.join('&')}`;
}

/** What a request has anyway. */
const USUAL = /^(accept|user-agent)$/i;

/** All that is known, but for what is secret. */
function discoveryJson(
  { target }: Plan,
  { accepted, refusal, bodySchema: _, ...rest }: Discovery,
  cache: CacheFinding | null,
  secrets: Secrets,
): unknown {
  const replied = ({ status, body }: NonNullable<Discovery['refusal']>): object => ({
    status,
    body: body === null ? null : secrets.excerpt(body, 0, 2_000),
  });
  const json = {
    format: 1,
    url: target.url,
    ...rest,
    accepted:
      accepted === null
        ? null
        : {
            ...accepted.question,
            headers: accepted.question.headers.map(([name, value]) => [name, secrets.isSecret(name) ? MASK : value]),
            from: accepted.from,
            response: replied(accepted.reply),
          },
    refusal: refusal === null ? null : replied(refusal),
    cache,
  };
  return masked(json, secrets);
}

function masked(value: unknown, secrets: Secrets): unknown {
  if (typeof value === 'string') return secrets.mask(value);
  if (Array.isArray(value)) return value.map((one) => masked(one, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, masked(one, secrets)]));
}
