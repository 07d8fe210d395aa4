/** A driver that does something beside another one, which sends: what it does not change goes on to that one. */
import type { Exchange } from './exchange.ts';
import type { Driver, OnPieces } from './ports.ts';
import type { ConnectionCounts } from './snapshot.ts';

export abstract class PassingDriver<Inner extends Driver = Driver> implements Driver {
  onDone: (exchange: Exchange) => void = () => {};
  protected readonly inner: Inner;

  constructor(inner: Inner) {
    this.inner = inner;
    inner.onDone = (exchange) => this.done(exchange);
  }

  /** The other one is done with it. */
  protected done(exchange: Exchange): void {
    this.onDone(exchange);
  }

  abstract send(exchange: Exchange): void;

  get inFlight(): number {
    return this.inner.inFlight;
  }

  get onPieces(): OnPieces | null {
    return this.inner.onPieces ?? null;
  }

  set onPieces(hear: OnPieces | null) {
    this.inner.onPieces = hear;
  }

  cancel(exchange: Exchange): void {
    this.inner.cancel?.(exchange);
  }

  abort(): void {
    this.inner.abort();
  }

  retire(user: number): void {
    this.inner.retire(user);
  }

  close(): void {
    this.inner.close();
  }

  takeConnectionCounts(): ConnectionCounts | null {
    return this.inner.takeConnectionCounts?.() ?? null;
  }
}
