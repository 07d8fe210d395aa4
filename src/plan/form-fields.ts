/** The fields of a form, as a scenario file has them beside the settings of a request: they become a body and its content type. */
import { Buffer } from 'node:buffer';
import * as z from 'zod';
import { isFault, parseTemplate } from '../core/template.ts';
import { dataUrl } from './data-url.ts';
import { decodeUtf8 } from './file.ts';
import { type FormField, formOf, headOf, mediaTypeOf, multipartOf } from './form-body.ts';
import type { Origin, WrittenPath } from './raw-settings.ts';
import { refusal } from './steps.ts';
import { hasPlaceholder, literalOf, literalText } from './template.ts';

const VALUE = 'must be text, a number, or true or false';
const PART = 'must be text, a number, true or false, or {"file": "picture.png"}';
const value = z.union([z.string(), z.number(), z.boolean()], { error: VALUE });
const file = z.strictObject(
  {
    file: z.string({ error: 'must be the path of a file' }),
    type: z.string({ error: 'must be text' }).optional(),
    name: z.string({ error: 'must be text' }).optional(),
  },
  { error: PART },
);
const part = z.union([value, file], { error: PART });

const FIELDS = 'must be an object of fields by name';

/** By their names. */
export const FORM_FIELDS = {
  form: z
    .record(z.string(), z.union([value, z.array(value)], { error: VALUE }), { error: FIELDS })
    .optional()
    .describe(
      'Fields of a form, sent as application/x-www-form-urlencoded: {"user": "ada"}; a list gives a name twice',
    ),
  multipart: z
    .record(z.string(), z.union([part, z.array(part)], { error: PART }), { error: FIELDS })
    .optional()
    .describe(
      'Parts of a form, sent as multipart/form-data: {"note": "hello", "picture": {"file": "cat.png", "type": "image/png"} }',
    ),
};

type Part = z.infer<typeof part>;

/** What turning fields into a body needs. */
export interface FormMeans {
  /** A file that a part names; its place, for an error. */
  read(path: string, origin: Origin): Uint8Array;
  originOf(...inside: WrittenPath): Origin;
}

/** Settings of a request with a form's body in the place of its fields. @throws RampartError with the place of what is wrong. */
export function withFormBody(
  { form, multipart, ...settings }: Readonly<Record<string, unknown>>,
  means: FormMeans,
): Readonly<Record<string, unknown>> {
  if (form === undefined && multipart === undefined) return settings;
  const field = form === undefined ? 'multipart' : 'form';
  const other = [...(form === undefined ? [] : ['multipart']), 'body', 'bodyFile'].find(
    (name) => ({ ...settings, multipart })[name] !== undefined,
  );
  if (other !== undefined) throw refusal(means.originOf(field), `and ${other} are both given; a request has one body`);
  if (field === 'form') {
    const fields = fieldsOf(checked(FORM_FIELDS.form.unwrap(), form, 'form', means)).map(
      ([name, one]): FormField => [name, String(one)],
    );
    return { body: formOf(fields), ...settings, headers: withType(settings, 'application/x-www-form-urlencoded') };
  }
  if (typeOf(settings) !== undefined)
    throw refusal(
      means.originOf('headers'),
      'name a content type beside multipart, which has one of its own: it says where parts end',
    );
  const written = fieldsOf(checked(FORM_FIELDS.multipart.unwrap(), multipart, 'multipart', means));
  const { body, type } = bodyOf(written, means);
  return { ...body, ...settings, headers: withType(settings, type) };
}

function checked<Fields>(schema: z.ZodType<Fields>, raw: unknown, field: string, { originOf }: FormMeans): Fields {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refusal(originOf(field, ...((issue?.path ?? []) as WrittenPath)), issue?.message ?? 'is not allowed');
}

/** A list is a field that is there more than once. */
const fieldsOf = <One>(fields: Readonly<Record<string, One | readonly One[]>>): (readonly [string, One])[] =>
  Object.entries(fields).flatMap(([name, one]) => [one].flat().map((each) => [name, each as One] as const));

/** Headers as a file has them, with the content type, unless it is there. */
function withType(settings: Readonly<Record<string, unknown>>, type: string): unknown {
  const { headers } = settings;
  if (typeOf(settings) !== undefined) return headers;
  return Array.isArray(headers)
    ? [...headers, `Content-Type: ${type}`]
    : { ...(headers as object), 'Content-Type': type };
}

function typeOf({ headers }: Readonly<Record<string, unknown>>): string | undefined {
  const names = Array.isArray(headers) ? headers.map(String) : Object.keys((headers as object | undefined) ?? {});
  return names.find((name) => /^\s*content-type\s*(?::|$)/i.test(name));
}

/** A part: its text, which may have placeholders, or the bytes of a file that is no text. */
interface WrittenPart {
  readonly head: string;
  readonly template?: string;
  readonly bytes?: Buffer;
}

/** A text where all parts are, or one has placeholders: files that are no text stand in it as bytes. Else bytes. */
function bodyOf(written: readonly (readonly [string, Part])[], { read, originOf }: FormMeans) {
  const parts = written.map(([name, one]): WrittenPart => {
    if (typeof one !== 'object') return { head: headOf(name), template: String(one) };
    const { file, type = mediaTypeOf(file), name: filename = file.split(/[\\/]/).at(-1) ?? file } = one;
    const bytes = Buffer.from(read(file, originOf('multipart', name)));
    const text = decodeUtf8(bytes);
    return {
      head: headOf(name, filename, type),
      ...(text === null ? { bytes } : { template: literalText(text) }),
    };
  });
  const files = parts.flatMap(({ bytes }) => (bytes === undefined ? [] : [bytes]));
  if (files.length > 0 && !parts.some(({ template = '' }) => isMade(template))) {
    const whole = multipartOf(
      parts.map(({ head, template = '', bytes }) => ({ head, bytes: bytes ?? Buffer.from(plain(template)) })),
    );
    return { body: { bodyFile: dataUrl(whole.bytes.toString('base64')) }, type: whole.type };
  }
  const whole = multipartOf(
    parts.map(({ head, template = '', bytes }) => ({
      head,
      bytes: Buffer.from(bytes === undefined ? template : asBytes(bytes)),
    })),
    files,
  );
  return { body: { body: whole.bytes.toString() }, type: whole.type };
}

/** A file that is no text in a text that has placeholders. */
const asBytes = (bytes: Buffer): string => `{{base64 ${bytes.toString('base64')}}}`;

function isMade(template: string): boolean {
  const pieces = parseTemplate(template);
  return isFault(pieces) || hasPlaceholder(pieces);
}

/** What a text without placeholders means. */
function plain(template: string): string {
  const pieces = parseTemplate(template);
  return isFault(pieces) ? template : literalOf(pieces);
}
