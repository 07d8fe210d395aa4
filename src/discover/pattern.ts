/** A text that a regular expression of a schema matches. */

/** So much of what may be repeated without end. */
const MOST = 12;
/** A pattern that asks for more is not made. */
const LONGEST = 5_000;

/**
 * A text that a regular expression matches; null where it asks for what is not made here (look-arounds, back references), or
 * for a text that is too long. What it makes is checked against the pattern.
 */
export function textOfPattern(pattern: string, least = 0): string | null {
  const reader = new PatternReader(pattern, least);
  const text = reader.read();
  if (text === null || text.length > LONGEST) return null;
  return matches(pattern, text) ? text : null;
}

function matches(pattern: string, text: string): boolean {
  // A hostile pattern takes exponential time on a long text.
  if (/\([^)]*[+*][^)]*\)[+*{]/.test(pattern)) return true;
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return true;
  }
}

class PatternReader {
  readonly #pattern: string;
  readonly #least: number;
  #at = 0;
  #failed = false;
  #size = 0;

  constructor(pattern: string, least: number) {
    this.#pattern = pattern;
    this.#least = least;
  }

  read(): string | null {
    const text = this.#alternatives(0);
    return this.#failed || this.#at < this.#pattern.length ? null : text;
  }

  /** The first of them. */
  #alternatives(depth: number): string {
    if (depth > 20) this.#failed = true;
    let first: string | null = null;
    while (!this.#failed) {
      const text = this.#sequence(depth);
      first ??= text;
      if (this.#pattern[this.#at] !== '|') break;
      this.#at++;
    }
    return first ?? '';
  }

  #sequence(depth: number): string {
    let text = '';
    while (!this.#failed && this.#at < this.#pattern.length && !'|)'.includes(this.#pattern[this.#at] ?? '')) {
      const make = this.#atom(depth);
      const count = this.#count();
      for (let n = 0; n < count && !this.#failed; n++) {
        const piece = make(n);
        text += piece;
        this.#size += piece.length;
        if (this.#size > LONGEST) this.#failed = true;
      }
    }
    return text;
  }

  /** What one repetition of the next thing is. */
  #atom(depth: number): (n: number) => string {
    const character = this.#pattern[this.#at++] ?? '';
    if (character === '^' || character === '$') return () => '';
    if (character === '.') return (n) => 'abcdefghijklmnopqrstuvwxyz'[n % 26] ?? 'a';
    if (character === '[') return this.#among();
    if (character === '(') return this.#group(depth);
    if (character === '\\') return this.#escaped();
    return () => character;
  }

  #group(depth: number): () => string {
    if (this.#pattern[this.#at] === '?') {
      const found = /^\?(?::|P?<[A-Za-z_]\w*>)/.exec(this.#pattern.slice(this.#at));
      if (found === null) this.#failed = true;
      else this.#at += found[0].length;
    }
    const text = this.#alternatives(depth + 1);
    if (this.#pattern[this.#at++] !== ')') this.#failed = true;
    return () => text;
  }

  #escaped(): (n: number) => string {
    const character = this.#pattern[this.#at++] ?? '';
    const set = CLASSES[character];
    if (set !== undefined) return (n) => set[n % set.length] ?? '';
    if (character === 'b' || character === 'A' || character === 'Z' || character === 'z') return () => '';
    if (/[1-9BpPkuxc]/.test(character)) this.#failed = true;
    return () => LITERALS[character] ?? character;
  }

  /** One of the characters between brackets. */
  #among(): (n: number) => string {
    const negated = this.#pattern[this.#at] === '^';
    if (negated) this.#at++;
    let set = '';
    for (let first = true; this.#at < this.#pattern.length; first = false) {
      const character = this.#pattern[this.#at++] ?? '';
      if (character === ']' && !first) break;
      if (character === '\\') {
        const escaped = this.#pattern[this.#at++] ?? '';
        set += CLASSES[escaped] ?? LITERALS[escaped] ?? escaped;
      } else if (this.#pattern[this.#at] === '-' && this.#pattern[this.#at + 1] !== ']') {
        const last = this.#pattern[this.#at + 1] ?? character;
        this.#at += 2;
        for (
          let code = character.charCodeAt(0);
          code <= Math.min(last.charCodeAt(0), character.charCodeAt(0) + 128);
          code++
        )
          set += String.fromCharCode(code);
      } else set += character;
    }
    const usable = negated ? [...PLAIN].filter((each) => !set.includes(each)).join('') : set;
    if (usable === '') this.#failed = true;
    return (n) => usable[n % usable.length] ?? '';
  }

  #count(): number {
    const rest = this.#pattern.slice(this.#at);
    const found = /^(?:[?*+]|\{(\d+)(,?)(\d*)\})[?+]?/.exec(rest);
    if (found === null) return 1;
    this.#at += found[0].length;
    const sign = rest[0];
    if (sign === '?') return 1;
    if (sign === '*' || sign === '+') return Math.max(1, Math.min(MOST, this.#least));
    const least = Number(found[1]);
    const most = found[2] === '' ? least : found[3] === '' ? Math.max(least, MOST) : Number(found[3]);
    return Math.min(Math.max(least, Math.min(most, this.#least, least + MOST), least === 0 ? 1 : 0), most);
  }
}

const PLAIN = 'abcdefghijklmnopqrstuvwxyz0123456789';
const CLASSES: Readonly<Record<string, string>> = {
  d: '1234567890',
  w: 'abcdefghij',
  s: ' ',
  D: 'abc',
  W: '-',
  S: 'abc',
};
const LITERALS: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
