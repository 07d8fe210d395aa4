/** Names of what responses give to later requests; a name's place is where an exchange keeps its value. */
import type { Plan } from './plan.ts';

/** What the requests of a plan capture, each name once; its place is where an exchange keeps the value. */
export function capturedNames({ requests }: Pick<Plan, 'requests'>): readonly string[] {
  return [...new Set(requests.flatMap(({ captures = [] }) => captures.map(({ name }) => name)))];
}
