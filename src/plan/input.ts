import type { Plan } from '../core/plan.ts';

/** Where settings come from. Precedence: defaults < scenario file < environment < flags. */
export interface Sources {
  readonly kind: Plan['kind'];
  /** A URL, or the path of a scenario file: what ends in `.json` and has neither scheme nor port. */
  readonly target: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By setting, or by the flag's own name in camel case (`header` for `headers`). */
  readonly flags: Readonly<Record<string, unknown>>;
}
