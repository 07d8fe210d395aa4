/** What placeholders stand for that are neither in a row nor captured: numbers, choices, prompts, ids of traces. */
import { drawAmount } from '../core/amounts.ts';
import type { Plan } from '../core/plan.ts';
import { type Placeholder, type Style, writeText, writeUntyped } from '../core/template.ts';
import { type TraceKey, traceparentOf } from '../core/trace.ts';
import { splitmix32 } from './random.ts';
import { RequestDraw } from './request-draw.ts';
import { CommonWords, wordsOf } from './words.ts';

/** Streams of random numbers that several placeholders draw from, apart from those of one each. */
const SAME_STREAMS = 2 ** 20;

/** Texts made up for each request, of its number alone. */
export class MadeTexts {
  readonly #seed: number;
  readonly #trace: TraceKey | undefined;
  /** Every random placeholder draws from a stream of its own. */
  #streams = 0;

  constructor({ seed, trace }: Pick<Plan, 'seed' | 'trace'>) {
    this.#seed = seed;
    this.#trace = trace;
  }

  /** What writes the text of a request, as it stands in its place. */
  of(placeholder: Placeholder, style: Style): (index: number) => string {
    if (placeholder.kind === 'seq') return String;
    if (placeholder.kind === 'trace') {
      const trace = this.#trace;
      if (trace === undefined) throw new Error('the plan has trace ids and no key for them');
      return (index) => traceparentOf(trace, index, placeholder.request);
    }
    const same = placeholder.kind === 'words' ? placeholder.same : undefined;
    const draw = new RequestDraw(this.#seed, same === undefined ? this.#streams++ : SAME_STREAMS + same);
    switch (placeholder.kind) {
      case 'uuid':
        return (index) => writeText(draw.uuid(index), style);
      case 'int': {
        const { min, max } = placeholder;
        return (index) => String(min + Math.floor(draw.uniform(index) * (max - min + 1)));
      }
      case 'float': {
        const { min, max } = placeholder;
        return (index) => String(min + draw.uniform(index) * (max - min));
      }
      case 'choice': {
        const words = placeholder.words.map((word) => writeUntyped(word, style));
        return (index) => words[Math.floor(draw.uniform(index) * words.length)] as string;
      }
      case 'amount':
        return (index) => String(drawAmount(placeholder.amounts, (which) => draw.uniform(index, which)));
      case 'words':
        return wordsMaker(placeholder, draw, style);
      default:
        throw new Error(`${placeholder.kind} is a cell of a row`);
    }
  }
}

/** Texts whose beginning all have in common, and whose rest is each one's own. */
function wordsMaker(
  { amounts, shared, key }: Extract<Placeholder, { kind: 'words' }>,
  draw: RequestDraw,
  style: Style,
): (index: number) => string {
  const wordsFor = (index: number): number => drawAmount(amounts, (which) => draw.uniform(index, which));
  // Neither seed nor key changes it: a system prompt is the same in every run, and in every level of a search.
  const common = new CommonWords();
  if (shared === 1) {
    const same = writeText(common.first(wordsFor(0)), style);
    return () => same;
  }
  const ownKey = key === undefined ? draw.key : draw.key ^ splitmix32(key | 0);
  return (index) => {
    const words = wordsFor(index);
    const begun = Math.round(words * shared);
    const own = wordsOf(ownKey, index, words - begun);
    return writeText(begun === 0 ? own : `${common.first(begun)} ${own}`.trim(), style);
  };
}
