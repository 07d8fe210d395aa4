/** Data sets in ShareGPT's shape: conversations whose first question becomes a prompt, and whose answer says how long one is. */
import type { Files } from '../core/world.ts';
import { decodeUtf8, readPieces } from './file.ts';
import { elementsOf } from './json-elements.ts';

const LINE_FEED = 10;
/** The first conversation of a file is looked for in so many bytes. */
const LOOKED_AT = 1024 * 1024;

/** Whether a file is one of them: the first of its values has `conversations`, a list of who says what. */
export function isConversationsFile(file: string, files: Pick<Files, 'pieces'>, label: string): boolean {
  if (!/\.(?:json|jsonl|ndjson)$/i.test(file)) return false;
  const first = firstValueOf(readPieces(files, file, label), /\.json$/i.test(file));
  return first !== null && turnsOf(first) !== null;
}

function firstValueOf(pieces: Iterable<Uint8Array>, isList: boolean): unknown {
  try {
    if (isList) for (const { bytes } of elementsOf(pieces, stop)) return JSON.parse(decodeUtf8(bytes) ?? '');
    else return JSON.parse(decodeUtf8(firstLineOf(pieces)) ?? '');
  } catch {
    // What is wrong with a file is told where its rows are read.
  }
  return null;
}

function stop(): never {
  throw new Error('no list');
}

function firstLineOf(pieces: Iterable<Uint8Array>): Uint8Array {
  const begun: Uint8Array[] = [];
  let size = 0;
  for (const piece of pieces) {
    const end = piece.indexOf(LINE_FEED);
    begun.push(Buffer.from(end < 0 ? piece : piece.subarray(0, end)));
    size += piece.length;
    if (end >= 0 || size > LOOKED_AT) break;
  }
  return Buffer.concat(begun);
}

interface Turn {
  readonly asks: boolean;
  readonly text: string;
}

/** Null: a value that is no conversation. */
function turnsOf(value: unknown): readonly Turn[] | null {
  if (typeof value !== 'object' || value === null) return null;
  const { conversations } = value as Record<string, unknown>;
  if (!Array.isArray(conversations)) return null;
  const turns: Turn[] = [];
  for (const each of conversations as readonly unknown[]) {
    const { from, role, value: said, content } = (each ?? {}) as Record<string, unknown>;
    const who = String(from ?? role ?? '');
    const text = said ?? content;
    if (typeof text !== 'string') return null;
    if (/^(?:human|user)$/i.test(who)) turns.push({ asks: true, text });
    else if (/^(?:gpt|chatgpt|bing|bard|model|assistant)$/i.test(who)) turns.push({ asks: false, text });
  }
  return turns;
}

/** Words of a text, as a stand-in for its tokens. */
export const wordsIn = (text: string): number => text.trim().split(/\s+/).filter(Boolean).length;

/**
 * A conversation as a row: its fields, and `prompt`, the first question, `answerTokens`, how long the answer to it was, and
 * `questions`, all of them from the first on.
 *
 * @param json an object's text.
 * @returns null: it has no question with an answer.
 */
export function conversationRow(json: string, tokensIn: (text: string) => number): string | null {
  const turns = turnsOf(JSON.parse(json)) ?? [];
  const at = turns.findIndex(({ asks, text }, place) => asks && text.trim() !== '' && turns[place + 1]?.asks === false);
  const question = turns[at];
  const answer = turns[at + 1];
  if (question === undefined || answer === undefined || answer.text.trim() === '') return null;
  const answerTokens = Math.max(1, tokensIn(answer.text));
  const questions = turns.slice(at).flatMap(({ asks, text }) => (asks ? [text] : []));
  const own = JSON.stringify({ prompt: question.text, answerTokens, questions });
  return `${json.trimEnd().slice(0, -1)},${own.slice(1)}`;
}
