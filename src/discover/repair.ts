/**
 * A body put right by the error that refused it: pydantic's details are read first, then errors by field,
 * then sentences; what each asks for is a change of the body, the query or the headers.
 */
import type { Json } from '../core/json-value.ts';
import { jsonOf } from './document.ts';
import { changeOfDetail, detailsOf } from './error-details.ts';
import { changesOfText, fieldErrors, wordsOf } from './error-text.ts';
import type { BodySchema } from './field-value.ts';
import { applied, type Change, MOST_VALUES, valuesIn } from './reshape.ts';

/** So much of an error's text is read, characters. */
const READ = 20_000;

/** A body as an error's text asks for it; null where nothing in it is understood, or nothing would change. */
export function repaired(body: Json, text: string, schema: BodySchema | null): Json | null {
  const before = JSON.stringify(body);
  let changed = structuredClone(body);
  for (const { place, path, make } of changesOf(text, schema)) {
    if (place !== 'body') continue;
    const next = applied(changed, path, make);
    if (valuesIn(next) > MOST_VALUES) break;
    changed = next;
  }
  return JSON.stringify(changed) === before ? null : changed;
}

/** Query parameters and headers that an error asks for. */
export function missingOutside(text: string): { readonly place: 'query' | 'header'; readonly name: string }[] {
  return changesOf(text, null).flatMap(({ place, path }) =>
    place === 'body' || typeof path[0] !== 'string' ? [] : [{ place, name: path[0] }],
  );
}

function changesOf(text: string, schema: BodySchema | null): Change[] {
  const read = text.slice(0, READ);
  const document = jsonOf(read);
  const details = detailsOf(document);
  if (details.length > 0) return details.flatMap((each) => changeOfDetail(each, schema) ?? []);
  const fields = fieldErrors(document);
  if (fields.length > 0) return fields;
  return changesOfText(
    // A page, or plain text.
    document === null
      ? read
          .replaceAll(/<[^>]*>/g, ' ')
          .replaceAll('&#39;', "'")
          .replaceAll('&quot;', '"')
      : wordsOf(document),
    schema,
  );
}
