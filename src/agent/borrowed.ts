/** Secrets of a plan on its way to agents: only the names of variables travel, and each agent has the values itself. */
import { RampartError } from '../core/errors.ts';
import type { Plan, RequestTemplate } from '../core/plan.ts';
import { Secrets } from '../core/secret.ts';
import type { Bytes } from '../core/units.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Not in any text that a person writes. */
const OPEN = '\u0002env:';
const CLOSE = '\u0003';
const MARK = new RegExp(`${OPEN}([A-Za-z_][A-Za-z0-9_]*)${CLOSE}`, 'g');

/** Shorter ones would be found in everything. */
const SHORTEST = 4;

const NONE: ReadonlySet<string> = new Set();

/**
 * The plan with its secrets replaced by the names of the variables of this process's environment that hold them.
 *
 * @param captured by the set-up of this run: no variable can have them, and they are sent.
 * @throws {RampartError} bad-flag, where one is in no variable.
 */
export function borrowSecrets(plan: Plan, env: Environment, captured = NONE): Plan {
  const values = secretValuesOf(plan);
  if (values.length === 0) return plan;
  const names = new Map<string, string>();
  // Of our own variables each has a value that is no secret by itself, or one with its name around it.
  for (const [name, value = ''] of Object.entries(env))
    if (value.length >= SHORTEST && !name.startsWith('RAMPART_') && !names.has(value)) names.set(value, name);
  const held = [...names.keys()]
    .filter((value) => values.some((secret) => secret.includes(value)))
    .sort((a, b) => b.length - a.length);
  const borrowed = mapTexts(plan, (text) =>
    held.reduce((left, value) => left.replaceAll(value, `${OPEN}${names.get(value)}${CLOSE}`), text),
  );
  const isCaptured = (secret: string): boolean => [...captured].some((value) => secret.includes(value));
  const open = secretValuesOf(borrowed).filter(
    (value) => !value.includes(OPEN) && !value.includes(CLOSE) && !isCaptured(value),
  );
  if (open.length > 0)
    throw new RampartError(
      'bad-flag',
      `the plan holds ${open.length === 1 ? 'a secret' : 'secrets'} that no environment variable has, and secrets are not sent to agents`,
      'Put it into a variable, here and on each agent (export TOKEN=…), and write: --header "Authorization: Bearer $TOKEN".',
    );
  return borrowed;
}

/** The plan with the values of this process's environment; or the names of those that are not set. */
export function repaySecrets(
  plan: Plan,
  env: Environment,
): { readonly plan: Plan; readonly missing: readonly string[] } {
  const missing = new Set<string>();
  const repaid = mapTexts(plan, (text) =>
    text.replaceAll(MARK, (_, name: string) => {
      const value = env[name];
      if (value === undefined) missing.add(name);
      return value ?? '';
    }),
  );
  return { plan: { ...repaid, requests: repaid.requests.map(withLength) }, missing: [...missing] };
}

/** A body with a secret of another length has another length. */
function withLength(request: RequestTemplate): RequestTemplate {
  const { body } = request;
  if (body === null || body.encoding !== 'utf8') return request;
  return { ...request, body: { ...body, bytes: Buffer.byteLength(body.data) as Bytes } };
}

function secretValuesOf(plan: Plan): string[] {
  const key = plan.tls.key === null ? [] : [plan.tls.key];
  return [...Secrets.of(plan).values, ...key].filter((value) => value.length >= SHORTEST);
}

function mapTexts<Value>(value: Value, change: (text: string) => string): Value {
  if (typeof value === 'string') return change(value) as Value;
  if (Array.isArray(value)) return value.map((each: unknown) => mapTexts(each, change)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTexts(each, change)])) as Value;
}
