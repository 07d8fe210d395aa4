/** Reads which deployments are to be compared: `--deployment NAME=URL|COMMAND` and `--cost`. */
import { RampartError } from '../core/errors.ts';
import { quote } from '../plan/syntax.ts';

/** A deployment as it was asked for: an address of its own, or a command that starts what answers at the common one. */
export interface WantedDeployment {
  readonly name: string;
  readonly url: string;
  readonly command?: string;
  readonly costPerHour?: number;
}

const NAME = /^[\w.-]{1,40}$/;
/** More cannot be told apart in one picture. */
const MOST = 8;

/**
 * `--deployment four=http://…` or `--deployment 'eight=serve --workers 8'`, each with a name, in their order.
 *
 * @param url the address at which those answer that are started.
 * @throws {RampartError}
 */
export function parseDeployments(texts: readonly string[], url: string | undefined): readonly WantedDeployment[] {
  const wanted = texts.map((text): WantedDeployment => {
    const [name, what] = parted(text, '--deployment', 'Write --deployment four=http://127.0.0.1:8001/predict');
    if (/^https?:\/\//i.test(what)) return { name, url: what };
    if (url === undefined)
      throw new RampartError(
        'usage',
        `--deployment ${name}: a command starts it, and it is not said where it answers then`,
        'Name the URL: rampart compare --find http://127.0.0.1:8000/predict --deployment …',
      );
    return { name, url, command: what };
  });
  const twice = wanted.find(({ name }, i) => wanted.findIndex((other) => other.name === name) < i);
  if (twice !== undefined)
    throw new RampartError(
      'usage',
      `--deployment: two are named ${quote(twice.name)}`,
      'Each needs a name of its own.',
    );
  if (url !== undefined && wanted.every(({ command }) => command === undefined))
    throw new RampartError(
      'usage',
      `${url} stands for no deployment: each has an address of its own`,
      'Give it a name too: --deployment NAME=URL',
    );
  if (wanted.length < 2 || wanted.length > MOST)
    throw new RampartError(
      'usage',
      `--deployment: ${wanted.length} given; 2 to ${MOST} are compared`,
      'The first is what the others are held against.',
    );
  return wanted;
}

/** `--cost four=0.12/h`: what an hour of it costs, in any currency. @throws {RampartError} */
export function withCosts(wanted: readonly WantedDeployment[], costs: readonly string[]): readonly WantedDeployment[] {
  const known = new Map<string, number>();
  for (const text of costs) {
    const [name, amount] = parted(text, '--cost', 'Write --cost four=0.12/h');
    const value = /^(\d+(?:\.\d+)?|\.\d+)\s*\/\s*h$/.exec(amount)?.[1];
    if (value === undefined || Number(value) === 0)
      throw new RampartError(
        'bad-flag',
        `--cost ${name}: ${quote(amount)} is no cost of an hour`,
        'Write an amount above zero and its hour, without a currency: 0.12/h',
      );
    if (!wanted.some((one) => one.name === name))
      throw new RampartError(
        'bad-flag',
        `--cost: there is no deployment ${quote(name)}`,
        `There are: ${wanted.map((one) => one.name).join(', ')}`,
      );
    known.set(name, Number(value));
  }
  return wanted.map((one) => {
    const costPerHour = known.get(one.name);
    return costPerHour === undefined ? one : { ...one, costPerHour };
  });
}

function parted(text: string, flag: string, hint: string): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  const [name, value] = [text.slice(0, Math.max(0, at)).trim(), text.slice(at + 1).trim()];
  if (at < 0 || value === '') throw new RampartError('bad-flag', `${flag}: ${quote(text)} is not NAME=…`, hint);
  if (!NAME.test(name))
    throw new RampartError(
      'bad-flag',
      `${flag}: ${quote(name)} is no name`,
      'Letters, digits, dots and dashes, 40 at most.',
    );
  return [name, value];
}
