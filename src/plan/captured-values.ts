/** Puts values that the set-up captured in the place of their placeholders, in the requests of the load. */
import { Buffer } from 'node:buffer';
import { RampartError } from '../core/errors.ts';
import type { RequestTemplate } from '../core/plan.ts';
import {
  bodyPlace,
  isFault,
  type Piece,
  type Place,
  parseTemplate,
  type Style,
  styled,
  writeUntyped,
} from '../core/template.ts';
import { bytes } from '../core/units.ts';
import { hasPlaceholder, literalOf, literalText } from './template.ts';

/** A placeholder, or two braces that are meant as such. */
const MARK = /\{\{\{\{|\{\{.*?\}\}/gs;

/**
 * A request with values that are known by now in the place of `{{captured.NAME}}`. One that has no other placeholders is
 * rendered once from then on, as if it had been written so.
 */
export function withCaptured<Request extends RequestTemplate>(
  request: Request,
  values: ReadonlyMap<string, string>,
): Request {
  if (request.templated !== true || values.size === 0) return request;
  const { body } = request;
  const text = body?.encoding === 'utf8' ? body.data : '';
  const filled = {
    path: filledIn(request.path, 'path', values),
    headers: request.headers.map(([name, value]) => [name, filledIn(value, 'header', values)] as const),
    body: filledIn(text, bodyPlace(request), values),
  };
  const varies = [filled.path, filled.body, ...filled.headers.map(([, value]) => value)].some((each) =>
    hasPlaceholder(piecesOf(each)),
  );
  const plain = (template: string): string => (varies ? template : literalOf(piecesOf(template)));
  const data = plain(filled.body);
  const { templated: _, ...rest }: RequestTemplate = request;
  const made: RequestTemplate = {
    ...rest,
    path: plain(filled.path),
    headers: filled.headers.map(([name, value]) => [name, plain(value)] as const),
    body: body?.encoding === 'utf8' ? { encoding: 'utf8', data, bytes: bytes(Buffer.byteLength(data)) } : body,
    ...(varies ? { templated: true as const } : {}),
  };
  return made as Request;
}

function filledIn(template: string, place: Place, values: ReadonlyMap<string, string>): string {
  if (!template.includes('{{')) return template;
  const placeholders = styled(piecesOf(template), place).filter(({ piece }) => typeof piece !== 'string');
  let filled = '';
  // Braces of a value and of what is around it may stand together: they are escaped as one text.
  let text = '';
  let at = 0;
  let next = 0;
  for (const { 0: mark, index } of template.matchAll(MARK)) {
    text += template.slice(at, index);
    at = index + mark.length;
    if (mark === '{{{{') {
      text += '{{';
      continue;
    }
    const { piece, style } = placeholders[next++] as { readonly piece: Piece; readonly style: Style };
    const value = typeof piece !== 'string' && piece.kind === 'captured' ? values.get(piece.name) : undefined;
    if (value === undefined) {
      filled += beforePlaceholder(text) + mark;
      text = '';
    } else text += writeUntyped(value, style);
  }
  return filled + literalText(text + template.slice(at));
}

/** @throws RampartError where it ends in a single brace: no template says so. */
function beforePlaceholder(text: string): string {
  if ((/\{*$/.exec(text)?.[0].length ?? 0) % 2 === 1)
    throw new RampartError('unusable', 'a captured value ends in a brace, right before another placeholder');
  return literalText(text);
}

function piecesOf(template: string): readonly Piece[] {
  const pieces = parseTemplate(template);
  if (isFault(pieces)) throw new Error(`a template of the plan is broken: ${pieces.problem}`);
  return pieces;
}
