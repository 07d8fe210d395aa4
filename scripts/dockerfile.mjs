import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/**
 * @typedef {{ readonly line: number, readonly word: string, readonly flags: Readonly<Record<string, string>>, readonly rest: string }} Step
 * @typedef {{ readonly name: string, readonly image: string, readonly steps: readonly Step[] }} Stage
 */

const KNOWN = ['WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', 'EXPOSE', 'HEALTHCHECK', 'CMD'];

/**
 * The stages of a Dockerfile, in as much of its language as ours is written in.
 *
 * @param {string} text
 * @returns {Stage[]}
 * @throws Error for an instruction that it does not know: one that is skipped would be one that nobody ran.
 */
export function stagesOf(text) {
  /** @type {{ name: string, image: string, steps: Step[] }[]} */
  const stages = [];
  for (const { line, text: instruction } of instructionsOf(text)) {
    const [, word = '', after = ''] = /^(\w+)\s+(.*)$/s.exec(instruction) ?? [];
    if (word === 'FROM') {
      const [, image = '', name = String(stages.length)] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(after) ?? [];
      stages.push({ name, image, steps: [] });
      continue;
    }
    const stage = stages.at(-1);
    if (!KNOWN.includes(word) || stage === undefined)
      throw new Error(`line ${line}: ${word || instruction} is not known here`);
    /** @type {Record<string, string>} */
    const flags = {};
    let rest = after;
    for (let flag = /^--([\w-]+)=(\S+)\s+/.exec(rest); flag !== null; flag = /^--([\w-]+)=(\S+)\s+/.exec(rest)) {
      flags[/** @type {string} */ (flag[1])] = /** @type {string} */ (flag[2]);
      rest = rest.slice(flag[0].length);
    }
    stage.steps.push({ line, word, flags, rest });
  }
  return stages;
}

/** @param {string} text */
function* instructionsOf(text) {
  let begun = 0;
  let gathered = '';
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (gathered === '') begun = index + 1;
    gathered += line.endsWith('\\') ? `${line.slice(0, -1).trim()} ` : line;
    if (line.endsWith('\\')) continue;
    yield { line: begun, text: gathered };
    gathered = '';
  }
}

/** The command of a step in JSON form; undefined for a line of shell. @param {string} rest @returns {string[] | undefined} */
export function execForm(rest) {
  return rest.startsWith('[') ? JSON.parse(rest) : undefined;
}

/**
 * What a `.dockerignore` keeps out: names at the root, folders with all in them, `*` within a name, `**​/` before one.
 *
 * @param {string} text
 * @returns {(path: string) => boolean} of a path relative to the context
 */
export function ignoring(text) {
  const patterns = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((pattern) => {
      if (pattern.startsWith('!')) throw new Error(`.dockerignore: "${pattern}" is not known here`);
      const anywhere = pattern.startsWith('**/');
      const name = (anywhere ? pattern.slice(3) : pattern).replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '[^/]*');
      return new RegExp(`^${anywhere ? '(.*/)?' : ''}${name}(/|$)`);
    });
  return (path) => patterns.some((pattern) => pattern.test(path));
}

/**
 * COPY as Docker does it: the contents of a folder, or files into a folder.
 *
 * @param {readonly string[]} sources relative to `from`
 * @param {string} from
 * @param {string} to where it goes, a path of this machine
 * @param {boolean} isFolder whether `to` is one (it ended in a slash, or there are several sources)
 * @param {(path: string) => boolean} ignored
 */
export function copy(sources, from, to, isFolder, ignored) {
  mkdirSync(isFolder ? to : dirname(to), { recursive: true });
  for (const source of sources) {
    const path = resolve(from, `./${source}`);
    const target = isFolder && !isDirectory(path) ? join(to, source.split('/').at(-1) ?? '') : to;
    cpSync(path, target, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (one) => one === path || !ignored(relative(from, one)),
    });
  }
}

/** @param {string} path */
function isDirectory(path) {
  try {
    readdirSync(path);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} root @param {string} name */
export const readIn = (root, name) => readFileSync(join(root, name), 'utf8');
