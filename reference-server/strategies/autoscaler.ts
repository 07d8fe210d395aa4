export interface ScalingRules {
  readonly min: number;
  readonly max: number;
  /** Requests, waiting or worked on, that one replica is to have. */
  readonly target: number;
  /** How long less must have been enough before a replica goes, ms. */
  readonly cooldownMs: number;
}

/** How many replicas a load wants: up at once, down when the cooldown has passed without a need for more. */
export class Autoscaler {
  readonly #rules: ScalingRules;
  #neededAt = Number.NEGATIVE_INFINITY;

  constructor(rules: ScalingRules) {
    this.#rules = rules;
  }

  /** @param load requests that wait or are worked on; @param current replicas, those starting included. */
  decide(now: number, load: number, current: number): number {
    const { min, max, target, cooldownMs } = this.#rules;
    const wanted = Math.min(max, Math.max(min, Math.ceil(load / target)));
    if (wanted >= current) {
      this.#neededAt = now;
      return wanted;
    }
    return now - this.#neededAt >= cooldownMs ? wanted : current;
  }
}
