/** What discovery knows of a serving protocol whose addresses it can tell. */
import type { Json } from '../core/json-value.ts';
import type { Content } from './exchange.ts';

/** How an address of a serving protocol is written, and what knows its inputs. */
export interface Protocol {
  readonly name: string;
  /** Routes whose GET describes the inputs: paths. */
  readonly metadata: readonly string[];
  /** Routes that tell which of several servers it is, where their addresses are alike; absent: there is one. */
  readonly signs?: readonly string[];
  /** Its name, by what those said: texts of successes, else null. Absent: `name`. */
  nameBy?(signs: readonly (string | null)[]): string;
  /** Bodies by what the metadata said; the likeliest first. */
  bodies(documents: readonly (Json | null)[]): readonly (readonly [content: Content, from: string])[];
}
