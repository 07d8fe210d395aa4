/** Secrets that are known only once a request is filled in, kept out of messages about its response. */
import type { Exchange } from '../core/exchange.ts';
import type { Plan } from '../core/plan.ts';
import type { Filling, Payloads } from '../core/ports.ts';
import type { Secrets } from '../core/secret.ts';
import { bodyPlace, type Place } from '../core/template.ts';

/** A part of a request that is filled in, and what it is called; empty: it is searched for names. */
interface Part {
  readonly name: string;
  readonly encoding: 'latin1' | 'utf8';
  readonly filling: Filling;
}

/** Secrets that a row, or a response before it, gave to one request. Made when the first wrong response asks: by then all that is sent is compiled. */
export class SentSecrets {
  readonly #plan: Plan;
  readonly #payloads: Payloads | null;
  #parts: readonly (readonly Part[])[] | null = null;

  constructor(plan: Plan, payloads: Payloads | null) {
    this.#plan = plan;
    this.#payloads = payloads;
  }

  of({ request, index, captured, made, user }: Exchange, secrets: Secrets): string[] {
    const { data, requests } = this.#plan;
    const payloads = this.#payloads;
    if (payloads === null || (data === null && captured === null && made === null)) return [];
    this.#parts ??= requests.map((each) => partsOf(each, payloads));
    return (this.#parts[request] ?? []).flatMap(({ name, encoding, filling }) => {
      const length = filling.fill(index, captured, made, user);
      const text = filling.bytes.toString(encoding, 0, length);
      return name === '' ? secrets.found(text) : secrets.foundIn(name, text);
    });
  }
}

function partsOf(request: Plan['requests'][number], payloads: Payloads): Part[] {
  if (request.templated !== true) return [];
  const { path, headers, body } = request;
  const compile = (name: string, text: string, place: Place): Part => ({
    name,
    encoding: place === 'path' || place === 'header' ? 'latin1' : 'utf8',
    filling: payloads.compile([{ text, place }]),
  });
  return [
    compile('', path, 'path'),
    ...headers.map(([name, text]) => compile(name, text, 'header')),
    ...(body?.encoding === 'utf8' ? [compile('', body.data, bodyPlace(request))] : []),
  ];
}
