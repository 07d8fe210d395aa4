/** Keeps secrets out of all that is written or shown, wherever in a text they stand and however they are encoded. */
import type { Plan } from './plan.ts';
import { allChecks } from './request.ts';
import { isSecretName, plainName } from './secret-names.ts';
import { addressSpans, MASK, type Span, secretSpans } from './secret-spans.ts';
import { isTelling, meantBy, partsOf, waysToWrite } from './secret-values.ts';

export { MASK } from './secret-spans.ts';

/** Beside a secret that is cut in two, so much of the text is looked at, characters. */
export const MARGIN = 8 * 1024;
/** A body is searched for secrets up to here, characters. */
const SEARCHED = 1024 * 1024;

/**
 * What must not be shown, and how it is kept out of a text: values under secret names (see `secret-names`), and values
 * that are known to be secret, wherever they stand. Everything that leaves the process goes through one of these.
 */
export class Secrets {
  readonly #names: readonly string[];
  readonly #more: ReadonlySet<string>;
  readonly #values: ReadonlySet<string>;
  /** All ways of writing each of them, the longest first. */
  readonly #written: readonly string[];
  readonly #isSecret = (name: string): boolean => this.isSecret(name);

  /** @param names whose values are secret too, besides the usual ones. */
  constructor(names: readonly string[] = [], values: Iterable<string> = []) {
    this.#names = names;
    this.#more = new Set(names.map(plainName));
    this.#values = new Set(values);
    this.#written = [...new Set([...this.#values].flatMap(waysToWrite))].sort((a, b) => b.length - a.length);
  }

  /** The secrets of a plan: its secret names, and the values that it sends under them. */
  static of(plan: Pick<Plan, 'requests' | 'setup' | 'teardown' | 'checks' | 'proxy' | 'secretNames'>): Secrets {
    const named = new Secrets(plan.secretNames);
    return named.knowing(named.#valuesOf(plan));
  }

  /** Values that are known to be secret. */
  get values(): ReadonlySet<string> {
    return this.#values;
  }

  knowing(values: Iterable<string>): Secrets {
    return new Secrets(this.#names, [...this.#values, ...values]);
  }

  /** These and others together. */
  with(other: Secrets): Secrets {
    return new Secrets([...this.#names, ...other.#names], [...this.#values, ...other.#values]);
  }

  isSecret(name: string): boolean {
    return isSecretName(name) || (this.#more.size > 0 && this.#more.has(plainName(name)));
  }

  /** Whether a JSON path leads to or through a secret. */
  isSecretPath(steps: readonly (string | number)[]): boolean {
    return steps.some((step) => typeof step === 'string' && this.isSecret(step));
  }

  /** A text from outside, or of a person, as it may be shown. */
  mask(text: string): string {
    return replaced(text, this.#spans(text));
  }

  /** Our own words with addresses in them: prose like `token: it is missing` stays. */
  maskAddresses(text: string): string {
    return replaced(text, [...addressSpans(text, this.#isSecret), ...this.#known(text, isTelling)]);
  }

  /** Our own words that may repeat a known value: nothing else in them is touched. */
  hide(text: string): string {
    return replaced(text, this.#known(text, isTelling));
  }

  /**
   * A text from an offset on, of so many characters at most, as it may be shown. Masked before it is cut, so that no half of
   * a secret is left.
   *
   * @param more written behind them where the text goes on.
   */
  excerpt(text: string, from: number, most: number, more = '…'): string {
    const first = Math.max(0, from - MARGIN);
    const window = text.slice(first, from + most + MARGIN);
    let shown = '';
    let at = from - first;
    for (const { start, end, instead } of merged(this.#spans(window))) {
      if (end <= at) continue;
      if (shown.length > most) break;
      shown += window.slice(at, Math.max(at, start)) + instead;
      at = end;
    }
    shown += window.slice(at, at + Math.max(0, most + 1 - shown.length));
    return shown.length <= most ? shown : `${shown.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')}${more}`;
  }

  /** The secret values that stand in a text under secret names, as they are meant. */
  found(text: string): string[] {
    const searched = text.slice(0, SEARCHED);
    return secretSpans(searched, this.#isSecret).flatMap(({ start, end }) => {
      const written = searched.slice(start, end);
      // Of `user:password` the whole is secret, and the password by itself.
      return [...meantBy(written), ...meantBy(written.slice(written.indexOf(':') + 1))];
    });
  }

  /** What is secret in a header, or a parameter, of that name. */
  foundIn(name: string, value: string): string[] {
    return this.isSecret(name) ? partsOf(value) : this.found(value);
  }

  #valuesOf(plan: Pick<Plan, 'requests' | 'setup' | 'teardown' | 'checks' | 'proxy'>): string[] {
    const { checks, setup = [], teardown = [], proxy } = plan;
    const requests = [...plan.requests, ...setup, ...teardown];
    const values = proxy?.authorization == null ? [] : partsOf(proxy.authorization);
    for (const { path, headers, body } of requests) {
      values.push(...this.found(path));
      for (const [name, value] of headers) values.push(...this.foundIn(name, value));
      if (body?.encoding === 'utf8') values.push(...this.found(body.data));
    }
    for (const check of allChecks({ checks, requests })) {
      if (check.kind === 'header') values.push(...this.foundIn(check.name, check.value));
      else if (check.kind === 'body' || check.kind === 'contains') values.push(...this.found(check.text));
      else if (check.kind === 'json' && check.expected?.from === 'plan') {
        const { json } = check.expected;
        values.push(...(this.isSecretPath(check.steps) ? meantBy(json) : this.found(json)));
      }
    }
    return values;
  }

  #spans(text: string): Span[] {
    return [...secretSpans(text, this.#isSecret), ...this.#known(text, () => true)];
  }

  #known(text: string, wanted: (value: string) => boolean): Span[] {
    const spans: Span[] = [];
    for (const value of this.#written) {
      if (!wanted(value)) continue;
      const anywhere = isTelling(value);
      for (let start = text.indexOf(value); start >= 0; start = text.indexOf(value, start + 1)) {
        const end = start + value.length;
        if (anywhere || (isBorder(text[start - 1]) && isBorder(text[end]))) spans.push({ start, end, instead: MASK });
      }
    }
    return spans;
  }
}

const isBorder = (character: string | undefined): boolean =>
  character === undefined || !/[\p{L}\p{N}]/u.test(character);

/** Overlapping and touching stretches made one, in order. */
function merged(spans: readonly Span[]): Span[] {
  const all: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = all.at(-1);
    if (last === undefined || span.start > last.end) all.push(span);
    else if (span.end > last.end) all[all.length - 1] = { ...last, end: span.end };
  }
  return all;
}

function replaced(text: string, spans: readonly Span[]): string {
  let shown = '';
  let at = 0;
  for (const { start, end, instead } of merged(spans)) {
    shown += text.slice(at, start) + instead;
    at = end;
  }
  return shown + text.slice(at);
}
