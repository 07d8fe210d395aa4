/** Keeps the secrets of a start form on the server: the page shows masks, and what comes back masked is put back. */
import { MASK, type Secrets } from '../core/secret.ts';
import type { FieldError } from './edit.ts';
import { publishCommand } from './publish.ts';

type Texts = Readonly<Record<string, string>>;

/**
 * What a form is filled in with, and the secrets of it that the page does not get to see: what comes back as it was shown
 * is put back, for the target that it was given for.
 */
export class FormMemory {
  /** As the page may show them. */
  readonly shown: Texts;
  /** Names that are secret besides the usual ones. */
  readonly secretNames: readonly string[];
  readonly #given: Texts;

  constructor(given: Texts, secrets: Secrets, secretNames: readonly string[] = []) {
    this.#given = given;
    this.secretNames = secretNames;
    this.shown = Object.fromEntries(
      Object.entries(given).map(([field, text]) => [field, shownOf(field, text, secrets)]),
    );
  }

  /** @returns the texts with their secrets; or what stands in the way, beside its field. */
  restore(texts: Texts): { readonly texts: Texts; readonly errors: readonly FieldError[] } {
    const restored: Record<string, string> = { ...texts };
    const errors: FieldError[] = [];
    const url = texts['url'] === this.shown['url'] ? this.#given['url'] : texts['url'];
    const same = originOf(url ?? '') === originOf(this.#given['url'] ?? '');
    for (const [field, text] of Object.entries(texts)) {
      const given = this.#given[field];
      const shown = this.shown[field];
      if (given === undefined || shown === undefined || given === shown) continue;
      restored[field] = same ? putBack(text, given, shown) : text;
      if (!restored[field]?.includes(MASK)) continue;
      const why = same ? 'in a part that was changed' : `for another target than ${originOf(this.#given['url'] ?? '')}`;
      errors.push({ field, message: `${MASK} stands for a secret that is kept from this page ${why}: write it out.` });
    }
    return { texts: restored, errors };
  }
}

function shownOf(field: string, text: string, secrets: Secrets): string {
  if (field === 'url') return publishCommand([text], secrets).join('');
  if (field === 'headers' || field === 'targets') return publishCommand(text.split('\n'), secrets).join('\n');
  return field === 'body' ? secrets.mask(text) : text;
}

/** The whole, or line by line: another header may have been added. */
function putBack(text: string, given: string, shown: string): string {
  const plain = text.replaceAll('\r\n', '\n');
  if (plain === shown.replaceAll('\r\n', '\n')) return given;
  const lines = new Map(shown.split('\n').map((line, number) => [line, given.split('\n')[number] ?? line]));
  return plain
    .split('\n')
    .map((line) => lines.get(line) ?? line)
    .join('\n');
}

/** Of an address; of a scenario file its path. */
function originOf(url: string): string {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(url.trim()) ? url.trim() : `http://${url.trim()}`;
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(address)?.[0].toLowerCase() ?? url;
}
