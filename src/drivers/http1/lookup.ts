import type { LookupAddress } from 'node:dns';
import { lookup as resolve } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Clock } from '../../core/ports.ts';
import { type Micros, seconds } from '../../core/units.ts';

const TIME_TO_LIVE = seconds(60);

/**
 * Name look-up with a memory, in the shape of `net.connect`'s `lookup` option: opening 10,000 connections must not ask
 * the resolver 10,000 times. Look-ups of one name under way are shared; a failure is not remembered.
 */
export function createLookup(clock: Clock): LookupFunction {
  type Waiting = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;
  const known = new Map<string, { addresses: LookupAddress[]; until: Micros }>();
  const asked = new Map<string, Waiting[]>();

  return (name, options, callback) => {
    const answer: Waiting = (error, addresses) => {
      if (error !== null) callback(error, '', 0);
      else if (options.all) callback(null, addresses);
      else callback(null, addresses[0]?.address ?? '', addresses[0]?.family ?? 4);
    };
    const remembered = known.get(name);
    if (remembered !== undefined && remembered.until > clock.now()) {
      answer(null, remembered.addresses);
      return;
    }
    const waiting = asked.get(name);
    if (waiting !== undefined) {
      waiting.push(answer);
      return;
    }
    const queue: Waiting[] = [answer];
    asked.set(name, queue);
    resolve(name, { all: true }, (error, addresses) => {
      asked.delete(name);
      if (error === null) known.set(name, { addresses, until: (clock.now() + TIME_TO_LIVE) as Micros });
      for (const waiter of queue) waiter(error, addresses);
    });
  };
}
