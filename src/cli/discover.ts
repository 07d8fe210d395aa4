import { EXIT, RampartError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import { Secrets } from '../core/secret.ts';
import type { World } from '../core/world.ts';
import type { Discovery } from '../discover/discover.ts';
import { reach } from '../drivers/reach.ts';
import { preparedBy } from '../plan/resolve.ts';
import { readSources } from '../plan/sources.ts';
import { literalText } from '../plan/template.ts';
import { discoveryText } from '../report/discovery.ts';
import { discoverFor } from '../session/discovery.ts';
import { discreet } from './discreet.ts';

/** `rampart discover`: what an address is, and a request that it accepts. Returns the exit code. */
export async function discoverCommand(
  outside: World,
  target: string,
  flags: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { out, json, overwrite, ...rest } = flags;
  const given = await readSources({ kind: 'probe', target, env: outside.env, flags: rest }, outside.files);
  const { plan } = preparedBy(given, 'probe', outside);
  const secrets = Secrets.of(plan);
  const world = discreet(outside, secrets);
  const path = typeof out === 'string' ? out : null;
  if (path !== null) checkPath(world, path, overwrite === true);
  await reach(plan);
  const discovery = await discoverFor(plan, world.clock);
  if (json === true) world.stdout.write(`${JSON.stringify(discoveryJson(plan, discovery, secrets), null, 2)}\n`);
  else world.stdout.write(discoveryText(discovery, secrets));
  if (discovery.accepted === null) return EXIT.unreachable;
  if (path !== null) {
    await world.files.writeText(path, scenarioOf(plan, discovery, secrets)).catch((error: Error) => {
      throw new RampartError('bad-folder', `--out: ${path} cannot be written: ${error.message}`);
    });
    world.stderr.write(`Scenario: ${path}  (rampart run ${path})\n`);
  }
  return EXIT.passed;
}

function checkPath({ files }: World, path: string, overwrite: boolean): void {
  if (!/\.json$/i.test(path))
    throw new RampartError(
      'bad-flag',
      `--out: ${JSON.stringify(path)} is no .json file`,
      'A scenario is a JSON file: -o scenario.json.',
    );
  if (files.exists(path) && !overwrite)
    throw new RampartError(
      'bad-flag',
      `--out: ${path} is there already`,
      'Name another file, or replace it with --overwrite.',
    );
}

/** A scenario that sends what was accepted; secrets are not in it, and are given again with their flags. */
function scenarioOf({ target, requests }: Plan, { accepted }: Discovery, secrets: Secrets): string {
  if (accepted === null) return '';
  const { method, path, headers, body } = accepted.question;
  const url = new URL(target.url);
  const own = new Set(headers.map(([name]) => name.toLowerCase()));
  const kept = [
    ...(requests[0]?.headers.filter(([name]) => !own.has(name.toLowerCase()) && !USUAL.test(name)) ?? []),
    ...headers,
  ];
  const shown = kept.filter(([name, value]) => !secrets.isSecret(name) && secrets.mask(value) === value);
  const scenario = {
    url: literalText(target.socketPath === undefined ? `${url.origin}${path}` : target.url),
    method,
    ...(shown.length === 0
      ? {}
      : { headers: Object.fromEntries(shown.map(([name, value]) => [name, literalText(value)])) }),
    ...(body === null ? {} : { body: bodyOf(literalText(body)) }),
  };
  return `${JSON.stringify(scenario, null, 2)}\n`;
}

/** What a request has anyway. */
const USUAL = /^(accept|user-agent)$/i;

/** To be edited as what it is. */
function bodyOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : text;
  } catch {
    return text;
  }
}

function discoveryJson({ target }: Plan, { accepted, refusal, ...rest }: Discovery, secrets: Secrets): object {
  const replied = (reply: NonNullable<Discovery['refusal']>): object => ({
    status: reply.status,
    body: reply.body === null ? null : secrets.excerpt(reply.body, 0, 2_000),
  });
  return {
    format: 1,
    url: secrets.maskAddresses(target.url),
    ...rest,
    accepted:
      accepted === null
        ? null
        : {
            ...accepted.question,
            headers: accepted.question.headers.map(([name, value]) => [name, secrets.isSecret(name) ? '***' : value]),
            from: accepted.from,
            response: replied(accepted.reply),
          },
    refusal: refusal === null ? null : replied(refusal),
  };
}
