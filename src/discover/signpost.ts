/**
 * Addresses that answer a GET and predict nothing: what tells of a model, a list of models, a description, a page. A load on one
 * measures none of the model's work.
 */
import { isObject, listOf, textOf } from '../core/json-value.ts';
import { jsonOf } from './document.ts';
import { ApiDocument } from './openapi.ts';

/** Descriptions that are longer are not looked at. */
const LONGEST = 2 ** 20;
const ROUTES_SHOWN = 4;

/** What such an address is, and where its model is asked; null: it is none, as far as its response shows. */
export interface Signpost {
  /** Behind "it is": `a page for people`. */
  readonly what: string;
  /** `POST /v2/models/m/infer`, the likeliest first; empty: it does not say. */
  readonly instead: readonly string[];
}

/** @param contentType of the response; empty: it has none. */
export function signpostOf(pathname: string, contentType: string, body: string): Signpost | null {
  if (/^text\/html\b/i.test(contentType)) return { what: 'a page for people', instead: [] };
  const document = body.length > LONGEST ? null : jsonOf(body);
  if (!isObject(document)) return null;
  const api = ApiDocument.of(document);
  if (api !== null)
    return {
      what: 'a description of the server',
      instead: api.routes.filter((route) => route.startsWith('POST ')).slice(0, ROUTES_SHOWN),
    };
  const here = pathname.replace(/\/+$/, '');
  const { inputs, outputs, object, data, models, ready, name, extensions } = document;
  if (/\/v2\/models\/[^/]+$/.test(here) && Array.isArray(inputs) && Array.isArray(outputs))
    return { what: 'what tells of a model', instead: [`POST ${here}/infer`] };
  if (
    /\/v1\/models\/[^/:]+$/.test(here) &&
    (Array.isArray(document['model_version_status']) || typeof ready === 'boolean')
  )
    return { what: 'what tells of a model', instead: [`POST ${here}:predict`] };
  if (/\/v1\/models$/.test(here) && object === 'list' && Array.isArray(data))
    return { what: 'a list of models', instead: [`POST ${here.replace(/\/models$/, '')}/chat/completions`] };
  if (/\/v1\/models$/.test(here) && Array.isArray(models))
    return {
      what: 'a list of models',
      instead: listOf(models)
        .slice(0, ROUTES_SHOWN)
        .flatMap((each) => (textOf(each) === '' ? [] : [`POST ${here}/${textOf(each)}:predict`])),
    };
  if (/\/v2$/.test(here) && typeof name === 'string' && Array.isArray(extensions))
    return { what: 'what tells of a server of models', instead: [`POST ${here}/models/NAME/infer`] };
  return null;
}
