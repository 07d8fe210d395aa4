/** The reader of scenario files in YAML, with places, and bounds against files that grow without end. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml';
import type { JsonPath } from './json.ts';
import {
  type DocumentFault,
  type DocumentReader,
  givenTwice,
  isData,
  isSetting,
  longLine,
  Places,
  type ScenarioDocument,
} from './scenario-document.ts';
import { quote } from './syntax.ts';

/** What the parser calls them is not for everybody. */
const PROBLEMS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab cannot indent; write spaces',
  RESOURCE_EXHAUSTION: 'it is nested too deep',
  MULTIPLE_DOCS: 'a second document begins here; a scenario is one',
  BAD_INDENT: 'it is indented less, or more, than what it belongs to',
};

/** Its tree takes a hundred times the room of the text. Characters. */
const LONGEST = 4 * 2 ** 20;

/** What one alias after the other may become: a few lines can name billions. */
const MOST_VALUES = 250_000;

class Fault extends Error {
  readonly offset: number;

  constructor(offset: number, problem: string) {
    super(problem);
    this.offset = offset;
  }
}

/**
 * A scenario in YAML 1.2, which means what the same JSON means. Anchors, aliases and merge keys are followed; tags are
 * refused, since nothing in a scenario has a type of its own.
 */
export const readYamlDocument: DocumentReader = (text) => {
  const tooLong = longLine(text) ?? tooLarge(text);
  if (tooLong !== null) return { fault: tooLong };
  const places = new Places(text);
  const faultAt = (offset: number, problem: string): { fault: DocumentFault } => ({
    fault: { ...places.at(offset), problem },
  });
  // Doubled keys are looked for here: the parser compares each with each.
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false, version: '1.2' });
  const [wrong = document.warnings[0]] = document.errors;
  if (wrong !== undefined)
    return faultAt(wrong.pos[0], `is not YAML: ${PROBLEMS[wrong.code] ?? lowered(wrong.message)}`);
  try {
    return new YamlReader(places, targetsOf(document)).read(document.contents);
  } catch (error) {
    if (error instanceof Fault) return faultAt(error.offset, error.message);
    throw error;
  }
};

/** What each alias stands for: the last anchor of its name before it. The library looks through the file for each. */
function targetsOf(document: Document): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, (_, node) => {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) targets.set(node, target);
    } else if (isNode(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
  });
  return targets;
}

function tooLarge(text: string): DocumentFault | null {
  if (text.length <= LONGEST) return null;
  return {
    line: 1,
    column: 1,
    problem: 'begins more YAML than 4 MiB: put large bodies into files of their own (bodyFile)',
  };
}

const lowered = (message: string): string => message.charAt(0).toLowerCase() + message.slice(1);

class YamlReader {
  readonly #places: Places;
  readonly #targets: ReadonlyMap<Alias, Node>;
  /** Bodies and lists of rows by path, as the JSON that is sent. */
  readonly #texts = new Map<string, string>();
  /** What is being read, from the outside in: an alias of one of them has no end. */
  readonly #open = new Set<Node>();
  #values = 0;

  constructor(places: Places, targets: ReadonlyMap<Alias, Node>) {
    this.#places = places;
    this.#targets = targets;
  }

  read(contents: Node | null): ScenarioDocument {
    const value = contents === null ? null : this.#value(contents, []);
    return {
      value,
      placeOf: (path) => this.#places.of(path),
      bodyOf: (request) => {
        const path = request === null ? ['body'] : [...request, 'body'];
        return this.#texts.get(JSON.stringify(path)) ?? null;
      },
      rowsOf: (path) => this.#texts.get(JSON.stringify(path)) ?? null,
    };
  }

  /** As `JSON.parse` would give it; every setting's place is kept. */
  #value(written: Node, path: JsonPath): unknown {
    return this.#within(written, (node) => {
      if (path.at(-1) === 'body' && isSetting(path) && !isScalar(node)) {
        const body = this.#jsonOf(node);
        this.#texts.set(JSON.stringify(path), body);
        return JSON.parse(body) as unknown;
      }
      if (isSeq(node) && isData(path)) {
        for (const [index, row] of (node.items as Node[]).entries()) this.#placeRow(row, [...path, index]);
        const rows = this.#jsonOf(node);
        this.#texts.set(JSON.stringify(path), rows);
        return JSON.parse(rows) as unknown;
      }
      if (isMap(node)) {
        const value: Record<string, unknown> = {};
        for (const [key, { offset, of }] of this.#fields(node.items as Pair[], path)) {
          const inside = [...path, key];
          if (isSetting(inside)) this.#places.add(inside, offset);
          // A field named __proto__ is a field, not a prototype.
          Object.defineProperty(value, key, {
            value: of === null ? null : this.#value(of, inside),
            ...{ enumerable: true, configurable: true, writable: true },
          });
        }
        return value;
      }
      if (isSeq(node))
        return (node.items as Node[]).map((item, index) => {
          const inside = [...path, index];
          if (isSetting(inside)) this.#places.add(inside, startOf(item));
          return this.#value(item, inside);
        });
      return (node as Scalar).value;
    });
  }

  #placeRow(row: Node, path: JsonPath): void {
    this.#places.add(path, startOf(row));
    if (!isMap(row)) return;
    for (const { key } of row.items as Pair<Node | null, Node | null>[])
      if (isScalar(key)) this.#places.add([...path, String(key.source ?? key.value)], startOf(key));
  }

  #json(written: Node | null): string {
    return written === null ? 'null' : this.#within(written, (node) => this.#jsonOf(node));
  }

  /** The JSON that is sent: numbers as they are written, where JSON writes them so. */
  #jsonOf(node: Node): string {
    if (isMap(node)) {
      const fields = [...this.#fields(node.items as Pair[], null)];
      return `{${fields.map(([key, { of }]) => `${JSON.stringify(key)}:${this.#json(of)}`).join(',')}}`;
    }
    if (isSeq(node)) return `[${(node.items as Node[]).map((item) => this.#json(item)).join(',')}]`;
    const { value, source = '' } = node as Scalar;
    if (typeof value !== 'number') return JSON.stringify(value);
    if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(source)) return source;
    if (!Number.isFinite(value)) throw new Fault(startOf(node), `is ${source}, which JSON has no number for`);
    return JSON.stringify(value);
  }

  /** Fields of a map by name, those it is merged with beneath its own. */
  #fields(
    items: readonly Pair[],
    path: JsonPath | null,
  ): Map<string, { readonly offset: number; readonly of: Node | null }> {
    const own = new Map<string, { readonly offset: number; readonly of: Node | null }>();
    const merged: Node[] = [];
    for (const { key, value } of items as Pair<Node | null, Node | null>[]) {
      if (!isScalar(key)) throw new Fault(startOf(key ?? value), 'is no name: a name is text');
      const name = key.value === null ? '' : String(key.source ?? key.value);
      if (name === '<<' && key.type === 'PLAIN') {
        if (value !== null) merged.push(...(isSeq(value) ? (value.items as Node[]) : [value]));
        continue;
      }
      if (own.has(name))
        throw new Fault(startOf(key), path === null ? `: ${quote(name)} is given twice` : givenTwice([...path, name]));
      own.set(name, { offset: startOf(key), of: value });
    }
    for (const other of merged)
      this.#within(other, (node) => {
        if (!isMap(node)) throw new Fault(startOf(other), 'is no object: << takes the fields of one');
        for (const [name, field] of this.#fields(node.items as Pair[], path)) if (!own.has(name)) own.set(name, field);
      });
    return own;
  }

  /** Reads what a node stands for. @throws Fault where that has no end, or too much comes of it. */
  #within<Value>(written: Node, read: (node: Node) => Value): Value {
    const node = isAlias(written) ? this.#targets.get(written) : written;
    if (node === undefined)
      throw new Fault(startOf(written), `is not YAML: there is no anchor ${quote((written as Alias).source)}`);
    if (this.#open.has(node)) throw new Fault(startOf(written), 'is an alias of what it stands in: that has no end');
    this.#values += 1;
    if (this.#values > MOST_VALUES)
      throw new Fault(startOf(written), 'makes the file more than 250,000 values, with all that its aliases stand for');
    this.#open.add(node);
    try {
      return read(node);
    } finally {
      this.#open.delete(node);
    }
  }
}

const startOf = (node: Node | null): number => node?.range?.[0] ?? 0;
