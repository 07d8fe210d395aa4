/**
 * What a request's response gives to later steps, and the check that no request uses what is not captured before it.
 */
import { capturedNames } from '../core/capture.ts';
import { RampartError } from '../core/errors.ts';
import { capturedIn, type PartOfRequest } from '../core/placeholders.ts';
import type { Capture, RequestTemplate } from '../core/plan.ts';
import { parseJsonPath } from './checks.ts';
import { isHeaderName } from './header.ts';
import { blame, type Origin, type WrittenRequest } from './raw-settings.ts';
import { didYouMean } from './suggest.ts';
import { quote } from './syntax.ts';

const EXAMPLE = 'write "$.path", "header NAME", "regexp PATTERN", "status" or "answer" (the text of a language model)';

/** What a request's response gives to later steps. @throws RampartError with the place of what is wrong. */
export function resolveCaptures({
  capture,
  originOf,
}: Pick<WrittenRequest, 'capture' | 'originOf'>): readonly Capture[] {
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
  if (text === 'status' || text === 'answer') return { name, from: text };
  if (text.startsWith('$')) return { name, from: 'json', ...parseJsonPath(text, label) };
  const [, kind, rest = ''] = /^(header|regexp)\s+(.+)$/s.exec(text) ?? [];
  if (kind === 'header') {
    if (!isHeaderName(rest)) refuse('is no name of a header');
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

/** Where a part of a request is written. */
export type OriginOfPart = (request: number, part: PartOfRequest) => Origin;

/**
 * A request may only be made of what is surely captured before it.
 *
 * @param known what is. @param flow null: there are no steps before any.
 * @throws RampartError with the place of the first that is not.
 */
export type CheckCaptured = (request: number, known: ReadonlySet<string>, flow: string | null) => void;

/** The check of each of these requests. @param before what the set-up captures. */
export function checkerOfCaptured(
  requests: readonly RequestTemplate[],
  originOf: OriginOfPart,
  before: readonly string[] = [],
): CheckCaptured {
  // Read once for each request, in however many steps it is.
  const used: (ReturnType<typeof capturedIn> | undefined)[] = [];
  return (index, known, flow) => {
    used[index] ??= capturedIn(requests[index] as RequestTemplate);
    const missing = used[index].find(({ name }) => !known.has(name) && !before.includes(name));
    if (missing !== undefined) throw notCaptured(missing.name, requests, flow, originOf(index, missing));
  };
}

/** What is wrong with the use of a value that no step before surely captures. */
export function notCaptured(
  name: string,
  requests: readonly RequestTemplate[],
  flow: string | null,
  { label, code }: Origin,
): RampartError {
  const names = capturedNames({ requests });
  const used = `{{captured.${name}}}`;
  if (!names.includes(name))
    return new RampartError(
      code,
      `${label}: nothing captures ${used}`,
      didYouMean(name, names) ||
        `A request of a scenario file captures it for later steps: "capture": {${JSON.stringify(name)}: "$.path"}.`,
    );
  const where = flow === null ? '' : ` of the flow ${quote(flow)}`;
  return new RampartError(code, `${label}: no step${where} before this one captures ${used}`);
}
