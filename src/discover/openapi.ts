/** Descriptions in OpenAPI 3 and Swagger 2: their routes, and the operation of an address. */
import { isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../core/json-value.ts';
import { decoded } from './document.ts';
import { Operation } from './operation.ts';
import { schemaAt } from './schema.ts';

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'] as const;

/** A description of a server in OpenAPI 3.0, 3.1 or Swagger 2. */
export class ApiDocument {
  readonly title: string;
  /** `OpenAPI 3.1.0`. */
  readonly version: string;
  readonly #root: JsonObject;

  /** Null where a document is none. */
  static of(document: Json | null): ApiDocument | null {
    if (!isObject(document) || !isObject(document['paths'])) return null;
    const { openapi, swagger } = document;
    return typeof openapi === 'string' || typeof swagger === 'string' ? new ApiDocument(document) : null;
  }

  private constructor(root: JsonObject) {
    this.#root = root;
    const { openapi, swagger, info } = root;
    this.title = textOf(objectOf(info)['title']).slice(0, 80);
    this.version =
      typeof openapi === 'string' ? `OpenAPI ${openapi.slice(0, 12)}` : `Swagger ${textOf(swagger).slice(0, 12)}`;
  }

  /** `POST /predict`, those that predict first. */
  get routes(): string[] {
    return Object.entries(objectOf(this.#root['paths'])).flatMap(([path, item]) =>
      METHODS.filter((method) => isObject(objectOf(item)[method])).map((method) => `${method.toUpperCase()} ${path}`),
    );
  }

  /** The operation of an address: POST before GET, since a model predicts from a body. Null where it is not described. */
  operationAt(pathname: string): Operation | null {
    const known = Object.entries(objectOf(this.#root['paths']))
      .filter(([template]) => isAt(template, pathname))
      .sort(([a], [b]) => b.split('/').length - a.split('/').length || placeholders(a) - placeholders(b));
    for (const method of ['post', 'get'] as const)
      for (const [, raw] of known) {
        const item = schemaAt(raw, this.#root);
        if (isObject(item[method])) return new Operation(this.#root, method, item[method], listOf(item['parameters']));
      }
    return null;
  }

  /** The methods of an address that is described. */
  methodsAt(pathname: string): string[] {
    return Object.entries(objectOf(this.#root['paths'])).flatMap(([template, item]) =>
      isAt(template, pathname)
        ? METHODS.filter((method) => isObject(objectOf(item)[method])).map((each) => each.toUpperCase())
        : [],
    );
  }
}

/** A server may stand behind a prefix of which its description does not know. */
function isAt(template: string, pathname: string): boolean {
  const wanted = template.split('/').filter((step) => step !== '');
  const given = pathname.split('/').filter((step) => step !== '');
  if (wanted.length === 0) return given.length === 0;
  const tail = given.slice(-wanted.length);
  return tail.length === wanted.length && wanted.every((step, n) => stepFits(step, tail[n] ?? ''));
}

function stepFits(template: string, step: string): boolean {
  if (template === step || template === decoded(step.replaceAll(/%(?![0-9a-f]{2})/gi, '%25'))) return true;
  const at = template.indexOf('{');
  const end = template.lastIndexOf('}');
  if (at < 0 || end < at) return false;
  const [before, behind] = [template.slice(0, at), template.slice(end + 1)];
  return step.length > before.length + behind.length && step.startsWith(before) && step.endsWith(behind);
}

const placeholders = (template: string): number => template.split('{').length;
