/** How many replicas a load wants. */

/** What the number of replicas follows: all requests there are, or those that wait for a replica. */
export const SCALED_BY = ['in-flight', 'queue'] as const;
export type ScaledBy = (typeof SCALED_BY)[number];

export interface ScalingRules {
  readonly min: number;
  readonly max: number;
  readonly by: ScaledBy;
  /** By in-flight: requests, waiting or worked on, that one replica is to have. By queue: waiting ones that call for one more. */
  readonly target: number;
  /** How long less must have been enough before a replica goes, ms. */
  readonly cooldownMs: number;
}

/** Requests that are there. */
export interface Load {
  readonly queued: number;
  readonly working: number;
}

/** How many replicas a load wants: up at once, down when the cooldown has passed without a need for more. */
export class Autoscaler {
  readonly #rules: ScalingRules;
  #neededAt = Number.NEGATIVE_INFINITY;

  constructor(rules: ScalingRules) {
    this.#rules = rules;
  }

  /** @param current replicas, those starting included. */
  decide(now: number, { queued, working }: Load, current: number): number {
    const { min, max, by, target, cooldownMs } = this.#rules;
    const asked = by === 'queue' ? working + Math.ceil(queued / target) : Math.ceil((queued + working) / target);
    const wanted = Math.min(max, Math.max(min, asked));
    if (wanted >= current) {
      this.#neededAt = now;
      return wanted;
    }
    return now - this.#neededAt >= cooldownMs ? wanted : current;
  }
}
