/** Where a text stops being JSON, and where in it each value stands. */

/** A place in a text; both count from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Where a text stops being JSON. */
export interface JsonFault extends TextPlace {
  readonly problem: string;
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const BAD_STRING = 'a text is not closed, or has a character or escape that JSON does not allow';

/** Names of fields and numbers of elements that lead to a value. */
export type JsonPath = readonly (string | number)[];

/**
 * Where and why a text is not JSON (RFC 8259), or null where it is: `JSON.parse` does not always say. Also calls back
 * for every field, at its name, and for every element of a list, with its path (valid until the next call) and offset.
 */
export function checkJson(text: string, onPart?: (path: JsonPath, offset: number) => void): JsonFault | null {
  const open: ('{' | '[')[] = [];
  /** Of what is open, the field or element that was begun last. */
  const path: (string | number)[] = [];
  const beginElement = (): void => {
    if (open.at(-1) !== '[') return;
    path[open.length - 1] = Number(path[open.length - 1] ?? -1) + 1;
    path.length = open.length;
    onPart?.(path, at);
  };
  let expects: 'value' | 'value or end' | 'field' | 'field or end' | 'colon' | 'comma or end' = 'value';
  let at = 0;
  const fault = (problem: string): JsonFault => ({ ...positionOf(text, at), problem });
  const readString = (): boolean => {
    const { end, closed } = endOfString(text, at);
    at = end;
    return closed;
  };

  for (;;) {
    while (' \t\r\n'.includes(text[at] ?? '-')) at += 1;
    const character = text[at];
    const within = open.at(-1);
    if (character === undefined) {
      if (expects === 'comma or end' && within === undefined) return null;
      return fault(at === 0 || text.trim() === '' ? 'there is nothing in it' : 'it ends too early');
    }
    if (expects === 'comma or end') {
      if (within === undefined) return fault(`it goes on with ${show(character)} after its end`);
      if (character === ',') expects = within === '{' ? 'field' : 'value';
      else if (character === (within === '{' ? '}' : ']')) open.pop();
      else return fault(`a comma or ${within === '{' ? '}' : ']'} is expected here, not ${show(character)}`);
      at += 1;
    } else if (expects === 'colon') {
      if (character !== ':') return fault(`a colon is expected here, not ${show(character)}`);
      expects = 'value';
      at += 1;
    } else if (expects === 'field' || expects === 'field or end') {
      if (character === '}' && expects === 'field or end') {
        open.pop();
        expects = 'comma or end';
        at += 1;
        continue;
      }
      if (character !== '"') return fault(`a field name in double quotes is expected here, not ${show(character)}`);
      const start = at;
      if (!readString()) return fault(BAD_STRING);
      path[open.length - 1] = String(JSON.parse(text.slice(start, at)));
      path.length = open.length;
      onPart?.(path, start);
      expects = 'colon';
    } else if (character === ']' && expects === 'value or end') {
      open.pop();
      expects = 'comma or end';
      at += 1;
    } else if (character === '{' || character === '[') {
      beginElement();
      open.push(character);
      path.length = open.length - 1;
      expects = character === '{' ? 'field or end' : 'value or end';
      at += 1;
    } else if (character === '"') {
      beginElement();
      if (!readString()) return fault(BAD_STRING);
      expects = 'comma or end';
    } else {
      beginElement();
      const literal = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;
      literal.lastIndex = at;
      const found = literal.exec(text)?.[0];
      if (found === undefined) return fault(`a value is expected here, not ${show(character)}`);
      at += found.length;
      expects = 'comma or end';
    }
  }
}

/** The offset after the string that starts at `start`, or of what is wrong with it. */
function endOfString(text: string, start: number): { readonly end: number; readonly closed: boolean } {
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '"') return { end: at + 1, closed: true };
    if (character < ' ') return { end: at, closed: false };
    if (character !== '\\') continue;
    const escaped = text[at + 1] ?? '';
    if (escaped === 'u' && /^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6))) at += 5;
    else if (escaped !== '' && '"\\/bfnrt'.includes(escaped)) at += 1;
    else return { end: at, closed: false };
  }
  return { end: text.length, closed: false };
}

function show(character: string): string {
  return character === '\ufeff' ? 'a byte order mark' : JSON.stringify(character);
}

/** Finds the places of many offsets in a text that is read once. */
export function positionsIn(text: string): (offset: number) => TextPlace {
  const starts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return (offset) => {
    let low = 0;
    for (let high = starts.length; high - low > 1; ) {
      const middle = (low + high) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] as number) + 1 };
  };
}

export function positionOf(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n') };
}
