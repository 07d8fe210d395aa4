/** How many of something, drawn for each request: the words of a prompt, the tokens of a response. */
export type Amounts =
  /** Both ends included; the same number always where they are equal. */
  | { readonly kind: 'uniform'; readonly min: number; readonly max: number }
  | { readonly kind: 'exponential'; readonly mean: number }
  /** By its own mean and standard deviation, not those of the logarithm. */
  | { readonly kind: 'lognormal'; readonly mean: number; readonly deviation: number };

export const MOST_OF_THEM = 1_000_000;

const WHOLE = /^\d{1,9}$/;

/** `512`, `100-800`, `uniform:100-800`, `exp:512`, `lognormal:512±200`. @returns what is wrong with it, else. */
export function parseAmounts(text: string): Amounts | string {
  const [, shape = 'uniform', rest = ''] = /^(?:(uniform|exp|lognormal):)?(.*)$/s.exec(text) ?? [];
  const [first = '', second] = rest.split(shape === 'lognormal' ? /±|\+-/ : '-');
  const numbers = [first, ...(second === undefined ? [] : [second])].map((each) => each.trim());
  if (!numbers.every((each) => WHOLE.test(each))) return `"${text}" is no number of them`;
  const [one = 0, two] = numbers.map(Number);
  if (Math.max(one, two ?? 0) > MOST_OF_THEM) return `"${text}" is more than a million`;
  if (shape === 'exp')
    return two === undefined && one > 0 ? { kind: 'exponential', mean: one } : `"${text}" has no mean`;
  if (shape === 'lognormal')
    return two === undefined || one === 0
      ? `"${text}" has no mean and deviation`
      : { kind: 'lognormal', mean: one, deviation: two };
  const max = two ?? one;
  return one > max ? `"${text}" goes from the larger to the smaller number` : { kind: 'uniform', min: one, max };
}

/** As `parseAmounts` reads it. */
export function amountsText(amounts: Amounts): string {
  switch (amounts.kind) {
    case 'uniform':
      return amounts.min === amounts.max ? String(amounts.min) : `${amounts.min}-${amounts.max}`;
    case 'exponential':
      return `exp:${amounts.mean}`;
    case 'lognormal':
      return `lognormal:${amounts.mean}±${amounts.deviation}`;
  }
}

/**
 * A number of them. Those of a distribution without ends are 1 at least, and a million at most.
 *
 * @param uniform two independent numbers in [0, 1).
 */
export function drawAmount(amounts: Amounts, uniform: (which: 0 | 1) => number): number {
  switch (amounts.kind) {
    case 'uniform':
      return amounts.min + Math.floor(uniform(0) * (amounts.max - amounts.min + 1));
    case 'exponential':
      return within(-Math.log(1 - uniform(0)) * amounts.mean);
    case 'lognormal': {
      const { mean, deviation } = amounts;
      const variance = Math.log(1 + (deviation / mean) ** 2);
      // G. Box, M. Muller, 1958.
      const normal = Math.sqrt(-2 * Math.log(1 - uniform(0))) * Math.cos(2 * Math.PI * uniform(1));
      return within(Math.exp(Math.log(mean) - variance / 2 + Math.sqrt(variance) * normal));
    }
  }
}

const within = (value: number): number => Math.min(MOST_OF_THEM, Math.max(1, Math.round(value)));
