/** How a driver's requests are changed just before they are sent. */
import type { Buffer } from 'node:buffer';
import type { Exchange } from '../core/exchange.ts';
import type { Prepared } from './undici/lane.ts';

/** Changes what a driver sends, just before: over raw sockets its bytes, elsewhere its parts. */
export interface Amender {
  bytes(exchange: Exchange, rendered: Buffer): Buffer;
  parts(exchange: Exchange, prepared: Prepared): Prepared;
}
