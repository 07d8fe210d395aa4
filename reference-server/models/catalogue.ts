import { loanModel } from './loan/loan.ts';
import type { Model } from './model.ts';

/** Makes each model that can be served, by name: loading one does not load the others. */
export const CATALOGUE = { loan: loanModel } satisfies Record<string, () => Model>;
