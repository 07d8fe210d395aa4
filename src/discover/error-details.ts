/**
 * Errors as pydantic lists them: each with the place of a field, a type, and the limits that were broken.
 * What each of them asks for is told by its type, and by its message where that says more.
 */
import { isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../core/json-value.ts';
import { widthIn } from './error-text.ts';
import { type BodySchema, valueFor } from './field-value.ts';
import { textOfPattern } from './pattern.ts';
import { type Change, type Make, stretched, WIDEST, widened } from './reshape.ts';
import { FORMATS, textNamed } from './sample-text.ts';

/** pydantic's list, wherever a framework puts it. */
export function detailsOf(document: unknown): JsonObject[] {
  for (const list of [
    document,
    objectOf(document)['detail'],
    objectOf(document)['errors'],
    objectOf(document)['error'],
  ]) {
    const found = listOf(list).filter((each): each is JsonObject => isObject(each) && Array.isArray(each['loc']));
    if (found.length > 0) return found.slice(0, 200);
  }
  return [];
}

/** What one detail asks for; null where it is not understood, or is of no place that can be changed. */
export function changeOfDetail(detail: JsonObject, schema: BodySchema | null): Change | null {
  const [head, ...rest] = listOf(detail['loc']).filter(
    (each) => typeof each === 'string' || typeof each === 'number',
  ) as (string | number)[];
  const inBody = head === 'body';
  const place = head === 'query' || head === 'header' ? head : 'body';
  const path = inBody || place !== 'body' ? rest : head === undefined ? [] : [head, ...rest];
  if (head === 'path' || head === 'cookie') return null;
  const make = makerOf(detail, path, schema);
  return make === null ? null : { place, path, make };
}

/** Values of the types that an error wants instead. */
const VALUES: readonly (readonly [type: RegExp, value: Json])[] = [
  [/^(int_|integer|type_error\.integer)/, 1],
  [/^(float_|number|decimal_|type_error\.(float|decimal))/, 1.5],
  [/^(bool_|type_error\.bool)/, true],
  [/^(date_from|date_type|date_parsing|value_error\.date$|date$)/, FORMATS.date],
  [/^(date_past)/, '2020-01-15'],
  [/^(date_future)/, '2099-01-15'],
  [/^(datetime_|timezone_|value_error\.datetime)/, FORMATS['date-time']],
  [/^(time_delta|value_error\.duration)/, FORMATS.duration],
  [/^(time_)/, FORMATS.time],
  [/^(uuid_|type_error\.uuid)/, FORMATS.uuid],
  [/^(url_|value_error\.url)/, FORMATS.url],
  [/^(bytes_)/, FORMATS.binary],
  [/^(dict_|model_|mapping_|dataclass_|type_error\.dict)/, {}],
  [/^(ip_v4|ip_any|value_error\.ipv4|value_error\.ipvany)/, FORMATS.ipv4],
  [/^(ip_v6|value_error\.ipv6)/, FORMATS.ipv6],
];

function makerOf(detail: JsonObject, path: readonly (string | number)[], schema: BodySchema | null): Make | null {
  const name = String(path.at(-1) ?? '');
  const type = textOf(detail['type']);
  const message = textOf(detail['msg']);
  const limits = { ...objectOf(detail['ctx']) };
  const numberIn = (...names: string[]): number | null => {
    const found = names.map((each) => Number(limits[each])).find((each) => Number.isFinite(each));
    return found ?? null;
  };
  if (/missing|required/i.test(type) || /^field required/i.test(message)) return () => valueFor(schema, path, name);
  if (/extra_forbidden|value_error\.extra/.test(type)) return () => undefined;
  const member = /(?:'([^']*)'|"([^"]*)"|permitted: '?([^',]+)'?)/.exec(textOf(limits['expected']) || message);
  if (/enum|literal|const/.test(type)) {
    const permitted = listOf(limits['enum_values'] ?? limits['permitted'])[0];
    const text = member?.[1] ?? member?.[2] ?? member?.[3] ?? /(-?\d+)/.exec(message)?.[1];
    const found = permitted ?? text;
    return found === undefined
      ? null
      : () => (typeof found === 'string' && /^-?\d+$/.test(found) && member === null ? Number(found) : (found as Json));
  }
  const above = numberIn('gt', 'ge', 'limit_value');
  if (/greater_than|not_gt|not_ge/.test(type) && above !== null)
    return () => (/equal|ge/.test(type) ? above : above + 1);
  const below = numberIn('lt', 'le', 'limit_value');
  if (/less_than|not_lt|not_le/.test(type) && below !== null)
    return () => (/equal|le/.test(type) ? below : below - (Number.isInteger(below) && below > 1 ? 1 : 0.001));
  const step = numberIn('multiple_of');
  if (/multiple/.test(type) && step !== null) return () => step;
  const least = numberIn('min_length', 'limit_value', 'min_items');
  if (/string_too_short|any_str\.min/.test(type) && least !== null)
    return (now) => String(now ?? '').padEnd(Math.min(least, WIDEST), 'x');
  const most = numberIn('max_length', 'limit_value', 'max_items');
  if (/string_too_long|any_str\.max/.test(type) && most !== null) return (now) => String(now ?? '').slice(0, most);
  if (/pattern|regex/.test(type)) {
    const text = textOfPattern(textOf(limits['pattern']));
    return text === null ? null : () => text;
  }
  if (/too_short|min_items/.test(type) && least !== null) return (now) => stretched(now, least);
  if (/too_long|max_items/.test(type) && most !== null) return (now) => (Array.isArray(now) ? now.slice(0, most) : now);
  if (/^(list_|tuple_|set_|frozen_set_|type_error\.(list|tuple|set))/.test(type)) return (now) => [now ?? 1];
  if (/^(string_|str_|type_error\.str)/.test(type)) return () => textNamed(name);
  if (/union_tag/.test(type)) {
    const tag = textOf(limits['discriminator']).replaceAll("'", '');
    const first = /'([^']+)'/.exec(textOf(limits['expected_tags']))?.[1];
    return (now) => (tag === '' || first === undefined ? now : { ...objectOf(now), [tag]: first });
  }
  if (/email/i.test(message)) return () => FORMATS.email;
  const known = VALUES.find(([pattern]) => pattern.test(type))?.[1];
  if (known !== undefined) return () => known;
  const width = widthIn(message);
  return width === null ? null : (now) => widened(now, width);
}
