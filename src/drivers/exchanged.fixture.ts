/** For tests: one exchange by a driver, and what came of it. */
import { createExchange, type Exchange } from '../core/exchange.ts';
import type { Clock, Driver } from '../core/ports.ts';
import { OUTCOMES } from '../core/sample.ts';

export const outcomeOf = (exchange: Exchange): string => OUTCOMES[exchange.outcome];

/** Sends it, due now. */
export function send(driver: Driver, clock: Clock, exchange: Exchange): void {
  exchange.dueAt = clock.now();
  driver.send(exchange);
}

/** Sends one, and resolves when it has ended. */
export function exchanged(driver: Driver, clock: Clock, exchange = createExchange(0)): Promise<Exchange> {
  return new Promise((resolve) => {
    driver.onDone = resolve;
    send(driver, clock, exchange);
  });
}
