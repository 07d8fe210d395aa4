/** What fields of the documented formats are made of: a kind, and what it means. */
import * as z from 'zod';

export type TimeUnit = 'µs' | 'ms';

export const text = (description: string) => z.string().describe(description);
export const amount = (description: string) => z.number().nonnegative().describe(description);
export const count = (description: string) => z.int().nonnegative().describe(description);
export const maybe = (description: string) => z.number().nonnegative().nullable().describe(description);
