/** Where a text stops being JSON. */

/** One token after white space: punctuation, string, number or literal, as RFC 8259 spells them. */
const TOKEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these inside a string.
  /[ \t\n\r]*([{}[\],:]|"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

/**
 * Where a text stops being JSON: the offset of the first token that cannot stand there (the text's length if more was
 * expected), or undefined if it is valid. Node 20's own message often quotes the text without saying where.
 */
export function jsonErrorAt(text: string): number | undefined {
  const open: ('{' | '[')[] = [];
  let expected: 'value' | 'value-or-]' | 'key' | 'key-or-}' | ':' | ', or close' | 'end' = 'value';
  TOKEN.lastIndex = 0;
  for (;;) {
    const from = TOKEN.lastIndex;
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) {
      const rest = text.slice(from).search(/[^ \t\n\r]/);
      if (rest === -1) return expected === 'end' ? undefined : text.length;
      return from + rest;
    }
    const at = TOKEN.lastIndex - token.length;
    const inner = open.at(-1);
    const wantsValue = expected === 'value' || expected === 'value-or-]';
    if (token === '{' || token === '[') {
      if (!wantsValue) return at;
      open.push(token);
      expected = token === '{' ? 'key-or-}' : 'value-or-]';
    } else if (token === '}' || token === ']') {
      const mayClose = expected === ', or close' || expected === (token === '}' ? 'key-or-}' : 'value-or-]');
      if (!mayClose || inner !== (token === '}' ? '{' : '[')) return at;
      open.pop();
      expected = open.length > 0 ? ', or close' : 'end';
    } else if (token === ',') {
      if (expected !== ', or close') return at;
      expected = inner === '{' ? 'key' : 'value';
    } else if (token === ':') {
      if (expected !== ':') return at;
      expected = 'value';
    } else if (token.startsWith('"') && (expected === 'key' || expected === 'key-or-}')) {
      expected = ':';
    } else {
      if (!wantsValue) return at;
      expected = open.length > 0 ? ', or close' : 'end';
    }
  }
}
