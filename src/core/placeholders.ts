/** Which placeholders the requests and checks of a plan have, and where. */
import type { Plan, RequestCheck, RequestTemplate } from './plan.ts';
import { allChecks } from './request.ts';
import {
  bodyPlace,
  type Cell,
  cellKey,
  fieldOf,
  isFault,
  LINE_CELL,
  type Place,
  type Placeholder,
  parseTemplate,
  styled,
  WHOLE_ROW,
} from './template.ts';

/** Where in a request something stands. */
export interface PartOfRequest {
  readonly place: Place;
  /** The name of the header. */
  readonly header?: string | undefined;
}

/** A placeholder of a request, and where it stands. */
interface Use extends PartOfRequest {
  readonly piece: Placeholder;
}

function usesIn(request: RequestTemplate): readonly Use[] {
  return templatesOf(request).flatMap(([template, place, header]) =>
    placeholdersOf(template).map((piece) => ({ piece, place, header })),
  );
}

/** Of a broken template there are none. */
function placeholdersOf(template: string): readonly Placeholder[] {
  const parsed = parseTemplate(template);
  return isFault(parsed) ? [] : parsed.filter((piece) => typeof piece !== 'string');
}

/** What a request is made of, in the order of its texts. */
export const placeholdersIn = (request: RequestTemplate): readonly Placeholder[] =>
  usesIn(request).map(({ piece }) => piece);

/** Names of captured values that a request is made of, and where they go. */
export const capturedIn = (request: RequestTemplate): readonly (PartOfRequest & { readonly name: string })[] =>
  usesIn(request).flatMap(({ piece, ...part }) => (piece.kind === 'captured' ? [{ name: piece.name, ...part }] : []));

/** Fields of rows (null: the whole row) that a request is made of, and where they go. */
export const fieldsIn = (request: RequestTemplate): readonly (PartOfRequest & { readonly field: string | null })[] =>
  usesIn(request).flatMap(({ piece, ...part }) => {
    const field = fieldOf(piece);
    return field === undefined ? [] : [{ field, ...part }];
  });

/** Functions that a request is made by, and where what they make goes. */
export const functionsOf = (request: RequestTemplate): readonly { readonly number: number; readonly place: Place }[] =>
  usesIn(request).flatMap(({ piece, place }) => (piece.kind === 'function' ? [{ number: piece.number, place }] : []));

/** Fields of rows (null: the whole row) that a check expects. */
export function rowFieldsOf(check: RequestCheck): readonly (string | null)[] {
  if (check.kind === 'json' && check.expected?.from === 'row') return [check.expected.field];
  return checkTemplatesOf(check).flatMap(([template]) =>
    placeholdersOf(template)
      .map(fieldOf)
      .filter((field) => field !== undefined),
  );
}

/**
 * All cells that the plan's requests and checks use, each once. Everybody who counts cells counts them in this order.
 *
 * @param toFunctions whether functions of a scenario are given rows: where there are any.
 */
export function cellsOf(plan: Pick<Plan, 'requests' | 'checks'>, toFunctions: boolean): readonly Cell[] {
  const { requests } = plan;
  const checks = allChecks(plan);
  const cells = new Map<string, Cell>();
  const add = (cell: Cell): void => {
    if (!cells.has(cellKey(cell))) cells.set(cellKey(cell), cell);
  };
  for (const [template, place] of [...requests.flatMap(templatesOf), ...checks.flatMap(checkTemplatesOf)]) {
    const parsed = parseTemplate(template);
    if (isFault(parsed)) continue;
    for (const { piece, style } of styled(parsed, place)) {
      const field = fieldOf(piece);
      if (field !== undefined) add({ field, style });
    }
  }
  const calls = checks.some(({ kind }) => kind === 'function') || requests.some((one) => functionsOf(one).length > 0);
  if (toFunctions && calls) add(WHOLE_ROW);
  for (const check of checks)
    if (check.kind === 'json' && check.expected?.from === 'row') add({ field: check.expected.field, style: 'json' });
  if (cells.size > 0 && checks.length > 0) add(LINE_CELL);
  return [...cells.values()];
}

/** Every text of a templated request in which placeholders are read. */
function templatesOf(
  request: RequestTemplate,
): readonly (readonly [template: string, place: Place, header?: string])[] {
  if (request.templated !== true) return [];
  const parts: [string, Place, string?][] = [[request.path, 'path']];
  for (const [name, value] of request.headers) parts.push([value, 'header', name]);
  if (request.body?.encoding === 'utf8') parts.push([request.body.data, bodyPlace(request)]);
  return parts;
}

/** Every text of a check in which placeholders are read. */
function checkTemplatesOf(check: RequestCheck): readonly (readonly [template: string, place: Place])[] {
  switch (check.kind) {
    case 'status':
    case 'function':
      return [];
    case 'header':
      return check.templated ? [[check.value, 'text']] : [];
    case 'body':
    case 'contains':
      return check.templated ? [[check.text, 'text']] : [];
    case 'json':
      return check.expected?.from === 'template' ? [[check.expected.text, check.expected.place]] : [];
  }
}
