/** Which targets an agent may send to (`--allow`), whoever asks it. */
import { RampartError } from '../core/errors.ts';
import type { Plan, Target } from '../core/plan.ts';

/** Which targets an agent sends to, whoever asks it. */
export class AllowedTargets {
  readonly #patterns: readonly { readonly text: string; readonly matches: (origin: string) => boolean }[];

  /** @param patterns origins, in which `*` stands for anything but a slash. None: all targets. @throws {RampartError} bad-flag */
  constructor(patterns: readonly string[]) {
    this.#patterns = patterns.map((text) => {
      if (!/^https?:\/\/[^/\s]+\/?$/i.test(text))
        throw new RampartError(
          'bad-flag',
          `--allow: ${JSON.stringify(text)} is no origin`,
          "Write it as 'https://*.staging.example.com'.",
        );
      const [scheme = '', host = ''] = text.toLowerCase().replace(/\/$/, '').split('://');
      const usual = scheme === 'https' ? '443' : '80';
      const whole = `${scheme}://${/:(\d+|\*)$/.test(host) ? host : `${host}:${usual}`}`;
      const escaped = whole.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
      const expression = new RegExp(`^${escaped}$`);
      return { text, matches: (origin) => expression.test(origin) };
    });
  }

  /** Whether somebody has said which. */
  get isGiven(): boolean {
    return this.#patterns.length > 0;
  }

  /** Why a plan is refused; null: it is not. Where a plan connects elsewhere than its URL says, that must be allowed too. */
  refusal({ target, targets = [], proxy }: Pick<Plan, 'target' | 'targets' | 'proxy'>): string | null {
    for (const each of [target, ...targets]) {
      const refusal = this.#refusalOf(each, proxy);
      if (refusal !== null) return refusal;
    }
    return null;
  }

  #refusalOf(target: Target, proxy: Plan['proxy']): string | null {
    if (this.#patterns.length === 0) return null;
    const { protocol, host, port, via, socketPath } = target;
    if (socketPath !== undefined) return 'its --allow list has no Unix sockets';
    if (proxy !== null) return 'its --allow list has no proxies';
    const hosts = [
      { host, port },
      ...(via === undefined
        ? []
        : [via, ...(via.addresses ?? []).map((address) => ({ host: address, port: via.port }))]),
    ];
    for (const each of hosts) {
      const origin = `${protocol}//${each.host.includes(':') ? `[${each.host}]` : each.host.toLowerCase()}:${each.port}`;
      if (!this.#patterns.some(({ matches }) => matches(origin))) return `${origin} is not in its --allow list`;
    }
    return null;
  }
}
