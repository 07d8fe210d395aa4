/** One operation of an OpenAPI description: what bodies, parameters and headers it may be asked with. */
import { isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../core/json-value.ts';
import { type Candidate, type Content, withParameters } from './exchange.ts';
import { type FileKind, kindsOf, sampleFile } from './sample-files.ts';
import { sampleOf, schemaAt } from './schema.ts';

/** JSON first: what else there is, is told. */
const KINDS: readonly (readonly [type: RegExp, kind: Content['kind']])[] = [
  [/^application\/(?:[\w.+-]*\+)?json\b/i, 'json'],
  [/^\*\/\*/, 'json'],
  [/^application\/x-www-form-urlencoded/i, 'form'],
  [/^multipart\/form-data/i, 'multipart'],
  [/^text\//i, 'text'],
  [/^(?:image|audio)\/|^application\/octet-stream/i, 'file'],
];

/** Headers that say how a request is sent, or of what type its body is: a description has no part in those. */
const SENT_OTHERWISE =
  /^(content-type|accept|host|content-length|transfer-encoding|connection|keep-alive|proxy-connection|upgrade)$/i;

export class Operation {
  readonly method: string;
  readonly #root: JsonObject;
  readonly #operation: JsonObject;
  readonly #parameters: readonly JsonObject[];

  constructor(root: JsonObject, method: string, operation: JsonObject, shared: readonly unknown[]) {
    this.#root = root;
    this.method = method.toUpperCase();
    this.#operation = operation;
    const own = listOf(operation['parameters']).map((each) => schemaAt(each, root));
    const named = new Set(own.map((each) => `${textOf(each['in'])} ${textOf(each['name'])}`));
    const others = shared
      .map((each) => schemaAt(each, root))
      .filter((each) => !named.has(`${textOf(each['in'])} ${textOf(each['name'])}`));
    this.#parameters = [...others, ...own];
  }

  /** What it may be asked with, the likeliest first. */
  candidates(path: string): Candidate[] {
    const whole = this.#pathWith(path);
    const headers = this.#headers();
    const of = (content: Content | null, from: string): Candidate => ({
      method: this.method,
      path: whole,
      headers,
      content,
      from,
    });
    if (this.method === 'GET') return [of(null, 'the parameters that the description asks for')];
    const bodies = this.#bodies();
    return bodies.length === 0
      ? [of(null, 'the description, which asks for no body')]
      : bodies.map(([content, from]) => of(content, from));
  }

  /** Frameworks that read the request themselves leave it out. */
  get describesBody(): boolean {
    return this.#media.length > 0 || this.foreignTypes.length > 0 || this.#asked('query').length > 0;
  }

  /** Whether its body may be anything, as far as it says; one that is read by the framework itself is not described at all. */
  get takesAnything(): boolean {
    const body = this.bodySchema;
    if (body === null) return !this.describesBody;
    const schema = schemaAt(body.schema, this.#root);
    return (
      !isObject(schema['properties']) &&
      !['array', 'string', 'number', 'integer', 'boolean'].includes(textOf(schema['type']))
    );
  }

  /** The schema of the JSON body, which knows what a field that an error names should be. */
  get bodySchema(): { readonly schema: unknown; readonly root: Json } | null {
    const media = this.#media.find(([, kind]) => kind === 'json');
    return media === undefined ? null : { schema: media[2]['schema'], root: this.#root };
  }

  /** How one proves who asks: `the header X-API-Key`. */
  get secrets(): string[] {
    const schemes = {
      ...objectOf(this.#root['securityDefinitions']),
      ...objectOf(objectOf(this.#root['components'])['securitySchemes']),
    };
    const wanted = [...listOf(this.#operation['security'] ?? this.#root['security'])].flatMap((each) =>
      Object.keys(objectOf(each)),
    );
    return wanted.flatMap((name) => {
      const { type, scheme, in: place, name: called } = objectOf(schemes[name]);
      if (type === 'apiKey')
        return place === 'header' ? `-H '${textOf(called)}: KEY'` : `the ${textOf(place)} parameter ${textOf(called)}`;
      if (type === 'http' && textOf(scheme).toLowerCase() === 'basic') return '--user name:password';
      return "-H 'Authorization: Bearer TOKEN'";
    });
  }

  /** Types of bodies that are not made here. */
  get foreignTypes(): string[] {
    return Object.keys(this.#content).filter((type) => KINDS.every(([pattern]) => !pattern.test(type)));
  }

  /** What people are told of it. */
  get #words(): string {
    const { operationId, summary, description } = this.#operation;
    return [operationId, summary, description].map(textOf).join(' ').slice(0, 1_000);
  }

  get #content(): JsonObject {
    const body = schemaAt(this.#operation['requestBody'], this.#root);
    // A type is sent as a header, which a line break in it would end.
    return Object.fromEntries(Object.entries(objectOf(body['content'])).filter(([type]) => /^[ -~]+$/.test(type)));
  }

  get #media(): (readonly [type: string, kind: Content['kind'], media: JsonObject])[] {
    const given = Object.entries(this.#content);
    const swagger = this.#swaggerMedia();
    return KINDS.flatMap(([pattern, kind]) =>
      [...given, ...swagger].flatMap(([type, media]) =>
        pattern.test(type) ? [[type, kind, objectOf(media)] as const] : [],
      ),
    );
  }

  /** Swagger 2 has the body among the parameters. */
  #swaggerMedia(): [string, JsonObject][] {
    const body = this.#parameters.find((each) => each['in'] === 'body');
    if (body !== undefined)
      return [['application/json', { schema: body['schema'] ?? {}, example: body['x-example'] ?? body['example'] }]];
    const fields = this.#parameters.filter((each) => each['in'] === 'formData');
    if (fields.length === 0) return [];
    const properties: JsonObject = {};
    for (const field of fields)
      properties[textOf(field['name'])] =
        field['type'] === 'file' ? { type: 'string', format: 'binary' } : { ...field, required: undefined };
    const required = fields.filter((each) => each['required'] === true).map((each) => textOf(each['name']));
    const consumes = listOf(this.#operation['consumes'] ?? this.#root['consumes']).map(textOf);
    const files = fields.some((each) => each['type'] === 'file') || consumes.some((type) => /multipart/.test(type));
    return [
      [
        files ? 'multipart/form-data' : 'application/x-www-form-urlencoded',
        { schema: { type: 'object', properties, required } },
      ],
    ];
  }

  #bodies(): [Content, string][] {
    return this.#media.flatMap(([type, kind, media]): [Content, string][] => {
      const { schema, example, examples } = media;
      const root = this.#root;
      const written = [
        example,
        ...Object.values(objectOf(examples)).map((each) => objectOf(schemaAt(each, root))['value']),
      ];
      const shown = written.filter((each) => each !== undefined && each !== null);
      const made = [true, false].map((sparse) => sampleOf(schema ?? {}, { root, sparse }));
      const fields = filesOf(media, root);
      const words = `${this.#words} ${Object.keys(fields).join(' ')}`;
      if (kind === 'file')
        return kindsOf(words, type).map((file): [Content, string] => [
          { kind, file, type: type.includes('*') ? sampleFile(file).type : type },
          `a small ${NAMES[file]}, since its description wants ${type}`,
        ]);
      const content = (value: Json): Content => {
        if (kind === 'json' || kind === 'form') return { kind, value };
        if (kind === 'text') return { kind, type, value: typeof value === 'string' ? value : JSON.stringify(value) };
        return { kind: 'multipart', value, files: {} };
      };
      if (kind === 'multipart' && Object.keys(fields).length > 0) return filled(made, fields, words);
      const all: [Content, string][] = [
        ...shown.map((value): [Content, string] => [content(value as Json), "the example in the target's description"]),
        ...made.map((value): [Content, string] => [content(value), "the schema in the target's description"]),
      ];
      return all.filter(([one], n) => all.findIndex(([other]) => JSON.stringify(other) === JSON.stringify(one)) === n);
    });
  }

  #pathWith(path: string): string {
    const given = new URLSearchParams(path.split('?')[1] ?? '');
    const added = this.#asked('query').filter((each) => !given.has(textOf(each['name'])));
    return withParameters(
      path,
      added.map((each) => [textOf(each['name']), this.#parameter(each)]),
    );
  }

  #headers(): [string, string][] {
    return this.#asked('header').flatMap((each): [string, string][] => {
      const name = textOf(each['name']);
      const value = this.#parameter(each);
      // A credential is asked for, never guessed.
      const secret = /auth|token|key|secret|session|cookie/i.test(name);
      return secret || !/^[\w-]+$/.test(name) || SENT_OTHERWISE.test(name) || !/^[ -~]*$/.test(value)
        ? []
        : [[name, value]];
    });
  }

  #asked(place: string): JsonObject[] {
    return this.#parameters.filter((each) => each['in'] === place && each['required'] === true);
  }

  #parameter(parameter: JsonObject): string {
    const { example, schema } = parameter;
    const { required: _, in: _place, name: _name, ...own } = parameter;
    const value = example ?? sampleOf(schema ?? own, { root: this.#root, sparse: true });
    return typeof value === 'string' ? value : JSON.stringify(value);
  }
}

const NAMES: Readonly<Record<FileKind, string>> = { text: 'text file', png: 'PNG picture', wav: 'WAV sound' };

/** Fields of a form that are files, with the media type of each where one is said. */
function filesOf({ schema, encoding }: JsonObject, root: Json): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [name, raw] of Object.entries(objectOf(schemaAt(schema, root)['properties']))) {
    const part = schemaAt(raw, root);
    const item = schemaAt(part['items'], root);
    const isFile = ({ format, contentMediaType }: JsonObject): boolean =>
      format === 'binary' || contentMediaType !== undefined;
    if (!isFile(part) && !isFile(item)) continue;
    const said = textOf(objectOf(objectOf(encoding)[name])['contentType']);
    files[name] = said || textOf(part['contentMediaType']) || textOf(item['contentMediaType']);
  }
  return files;
}

/** Forms with files in them, those of the likeliest kind first. */
function filled(made: readonly Json[], fields: Readonly<Record<string, string>>, words: string): [Content, string][] {
  const kinds = kindsOf(words, Object.values(fields)[0]);
  return kinds.flatMap((kind) =>
    made.map((value): [Content, string] => {
      const files = Object.fromEntries(
        Object.entries(fields).map(([name, type]) => [
          name,
          kindsOf(name, type)[0] === 'text' ? kind : (kindsOf(name, type)[0] ?? kind),
        ]),
      );
      const used = [...new Set(Object.values(files))].map((each) => NAMES[each]).join(' and a ');
      return [{ kind: 'multipart', value, files }, `the schema in the target's description, with a small ${used}`];
    }),
  );
}
