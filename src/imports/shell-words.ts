/** Words of commands as a POSIX shell reads them, with `$'…'` as browsers write it; nothing is expanded or run. */
import { unusable } from './imported.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  e: '\x1b',
  0: '\0',
};

/** Commands, each a list of words: a line end, `;` and `&&` part them. A pipe or redirect is a word of its own. @throws RampartError */
export function commandsIn(text: string): string[][] {
  const commands: string[][] = [];
  let words: string[] = [];
  let word: string | null = null;
  const endWord = (): void => {
    if (word !== null) words.push(word);
    word = null;
  };
  const endCommand = (): void => {
    endWord();
    if (words.length > 0) commands.push(words);
    words = [];
  };
  for (let at = 0; at < text.length; ) {
    const character = text[at] ?? '';
    const rest = text.slice(at, at + 3);
    if (character === '\\') {
      const continued = /^\\\r?\n/.exec(rest)?.[0];
      if (continued === undefined) word = (word ?? '') + (text[at + 1] ?? '');
      at += continued?.length ?? 2;
    } else if (character === "'" || rest.startsWith('$"') || character === '"' || rest.startsWith("$'")) {
      const opening = character === '$' ? at + 1 : at;
      const { value, end } = quoted(text, opening, rest.startsWith("$'"));
      word = (word ?? '') + value;
      at = end;
    } else if (character === '#' && word === null) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (character === '\n' || character === ';' || rest.startsWith('&&')) {
      endCommand();
      at += rest.startsWith('&&') ? 2 : 1;
    } else if (/\s/.test(character)) {
      endWord();
      at++;
    } else if (character === '|' || (word === null && /^(?:[12]?>|<|&)/.test(rest))) {
      endWord();
      const operator = /^(?:\|\|?|[12]?>{1,2}&?\d?|<|&)/.exec(rest)?.[0] ?? character;
      words.push(operator);
      at += operator.length;
    } else {
      word = (word ?? '') + character;
      at++;
    }
  }
  endCommand();
  return commands;
}

function quoted(text: string, opening: number, escapes: boolean): { readonly value: string; readonly end: number } {
  const quote = text[opening];
  let value = '';
  for (let at = opening + 1; at < text.length; ) {
    const character = text[at] ?? '';
    if (character === quote) return { value, end: at + 1 };
    if (character !== '\\' || (quote === "'" && !escapes)) {
      value += character;
      at++;
      continue;
    }
    const next = text[at + 1] ?? '';
    if (escapes) {
      const code = /^(?:x([\da-f]{1,2})|u([\da-f]{1,4}))/i.exec(text.slice(at + 1, at + 6));
      value +=
        code === null ? (ESCAPES[next] ?? next) : String.fromCharCode(Number.parseInt(code[1] ?? code[2] ?? '', 16));
      at += 1 + (code?.[0].length ?? 1);
    } else {
      value += next === '\n' ? '' : '"\\$`'.includes(next) ? next : `\\${next}`;
      at += 2;
    }
  }
  const line = text.slice(0, opening).split('\n').length;
  throw unusable(`has a quote that is not closed, in line ${line}`);
}
