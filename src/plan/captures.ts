import { RampartError } from '../core/errors.ts';
import type { Capture, Flow, RequestTemplate } from '../core/plan.ts';
import { capturedIn, type Place } from '../core/template.ts';
import { parseJsonPath } from './checks.ts';
import type { Origin, WrittenRequest } from './raw-settings.ts';
import { blame } from './sources.ts';
import { didYouMean } from './suggest.ts';
import { quote } from './syntax.ts';

const EXAMPLE = 'write "$.path", "header NAME", "regexp PATTERN" or "status"';

/** What a request's response gives to later steps. @throws RampartError with the place of what is wrong. */
export function resolveCaptures({ capture, originOf }: WrittenRequest): readonly Capture[] {
  return Object.entries(capture).map(([name, text]) =>
    blame(originOf('capture', name), (label) => parseCapture(name, text.trim(), label)),
  );
}

function parseCapture(name: string, text: string, label: string): Capture {
  const refuse = (problem: string): never => {
    throw new RampartError('bad-flag', `${label}: ${quote(text)} ${problem}`);
  };
  if (!/^[A-Za-z_][\w-]*$/.test(name))
    throw new RampartError('bad-flag', `${label} is no name: letters, digits, _ and - only`);
  if (text === 'status') return { name, from: 'status' };
  if (text.startsWith('$')) return { name, from: 'json', ...parseJsonPath(text, label) };
  const [, kind, rest = ''] = /^(header|regexp)\s+(.+)$/s.exec(text) ?? [];
  if (kind === 'header') {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(rest)) refuse('is no name of a header');
    return { name, from: 'header', header: rest };
  }
  if (kind !== 'regexp') return refuse(`is nothing to capture; ${EXAMPLE}`);
  try {
    new RegExp(rest, 'mu');
  } catch (error) {
    refuse(`is no regular expression: ${(error as Error).message.replace(/^Invalid regular expression: /, '')}`);
  }
  return { name, from: 'regexp', pattern: rest };
}

/**
 * A step may only be made of what a step before it has captured.
 *
 * @param flows null: there are no steps before any.
 * @throws RampartError with the place of the first that is not.
 */
export function checkCaptured(
  requests: readonly RequestTemplate[],
  flows: readonly Flow[] | null,
  originOf: (request: number, place: Place) => Origin,
): void {
  const names = requests.flatMap(({ captures = [] }) => captures.map(({ name }) => name));
  const alone = requests.map((_, request) => ({ name: '', weight: 1, steps: [{ kind: 'request' as const, request }] }));
  for (const flow of flows ?? alone) {
    const known = new Set<string>();
    for (const step of flow.steps) {
      if (step.kind !== 'request') continue;
      const request = requests[step.request] as RequestTemplate;
      const missing = capturedIn(request).find(({ name }) => !known.has(name));
      if (missing !== undefined) {
        const { label, code } = originOf(step.request, missing.place);
        const used = `{{captured.${missing.name}}}`;
        const where = flows === null ? '' : ` of the flow ${quote(flow.name)}`;
        throw names.includes(missing.name)
          ? new RampartError(code, `${label}: no step${where} before this one captures ${used}`)
          : new RampartError(code, `${label}: nothing captures ${used}`, didYouMean(missing.name, names));
      }
      for (const { name } of request.captures ?? []) known.add(name);
    }
  }
}
