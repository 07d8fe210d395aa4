/** Where in what was given the parts of a request stand: for what is wrong with one of them. */
import { capturedNames } from '../core/capture.ts';
import { RampartError } from '../core/errors.ts';
import { fieldsIn, type PartOfRequest, rowFieldsOf } from '../core/placeholders.ts';
import type { RequestCheck, RequestTemplate } from '../core/plan.ts';
import { isFault, parseTemplate } from '../core/template.ts';
import type { SettingName } from '../settings/table.ts';
import { expectedField } from './checks.ts';
import { type Origin, type RawSettings, refuse, type WrittenRequest } from './raw-settings.ts';
import { suggest } from './suggest.ts';
import { hasPlaceholder } from './template.ts';

/** A request as it was given; without a path it has that of the address. */
type Written = Pick<WrittenRequest, 'given'> & Partial<Pick<WrittenRequest, 'path' | 'originOf'>>;

export function originOfPart({ given, path, originOf }: Written, { place, header }: PartOfRequest): Origin {
  if (place === 'path') return path === undefined || originOf === undefined ? given.originOf('url') : originOf('path');
  if (place === 'header') return given.originOf('headers', header === undefined ? [] : [header]);
  return given.originOf(given.settings.bodyFile === undefined ? 'body' : 'bodyFile');
}

/** Settings of the whole run, whose texts are no addresses of requests. */
const WITHOUT_PLACEHOLDERS = ['proxy', 'outputs'] as const satisfies readonly SettingName[];

/** @throws RampartError with the place of a placeholder that stands where nothing would fill it in. */
export function refusePlaceholders(given: RawSettings): void {
  for (const name of WITHOUT_PLACEHOLDERS)
    for (const text of [given.settings[name] ?? []].flat())
      if (isMade(text)) refuse(given, name, 'has a placeholder, and is the same for the whole run');
}

/** Whether a text has placeholders; two braces alone are none. */
export function isMade(text: string): boolean {
  const pieces = parseTemplate(text);
  return !isFault(pieces) && hasPlaceholder(pieces);
}

/** A row in a request, or in what is expected of its response. */
interface UseOfRow {
  /** Null: the whole row. */
  readonly field: string | null;
  readonly origin: Origin;
}

/** In the order in which a request is read. */
export function usesOfRow(
  written: Written,
  request: RequestTemplate,
  checks: readonly RequestCheck[],
): readonly UseOfRow[] {
  return [
    ...fieldsIn(request).map(({ field, ...part }) => ({ field, origin: originOfPart(written, part) })),
    ...usesInChecks(written.given, checks),
  ];
}

const usesInChecks = (given: RawSettings, checks: readonly RequestCheck[]): readonly UseOfRow[] =>
  checks.flatMap((check) =>
    rowFieldsOf(check).map((field) => ({ field, origin: given.originOf(settingOf(check, field, given)) })),
  );

/** The setting that a check is written in. */
function settingOf({ kind }: RequestCheck, field: string | null, given: RawSettings): SettingName {
  if (kind === 'header') return 'expectHeaders';
  if (kind === 'body') return 'expectBody';
  if (kind === 'contains') return 'expectContains';
  return field !== null && expectedField(given) === field ? 'expectField' : 'expectJson';
}

/** @throws RampartError with the place of the first row, where there are none. */
export function refuseRows(
  given: RawSettings,
  requests: readonly RequestTemplate[],
  checks: readonly RequestCheck[],
): void {
  const [first] = [
    ...requests.flatMap((request, place) =>
      usesOfRow(given.mix?.requests[place] ?? { given }, request, request.checks ?? []),
    ),
    ...usesInChecks(given, checks),
  ];
  if (first === undefined) return;
  const { field, origin } = first;
  const { label, code } = origin;
  const used = field === null ? 'row' : `row.${field}`;
  const captured = field === null ? null : suggest(field, capturedNames({ requests }));
  const file = origin.layer === 'scenario' ? '"data": "rows.csv"' : '--data';
  throw new RampartError(
    code,
    `${label}: {{${used}}} needs rows, and there are none`,
    `${captured === null ? '' : `Did you mean {{captured.${captured}}}? `}Name their file with ${file}.`,
  );
}
