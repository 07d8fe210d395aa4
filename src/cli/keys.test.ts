import { describe, expect, it } from 'vitest';
import { type CommandReply, stagesAfter, withRest } from '../core/command.ts';
import { type LoadProfile, stagesOf } from '../core/plan.ts';
import { count, micros, perSecond, seconds } from '../core/units.ts';
import { Steering } from '../run/steering.ts';
import { steerByKeys } from './keys.ts';

const users = (vus: number): LoadProfile => ({
  model: 'closed',
  vus: [{ duration: seconds(60), from: count(vus), to: count(vus) }],
  thinkTime: null,
});

/** Types keys at a load that carries every edit out 20 ms later. */
function typed(load: LoadProfile, keys: string, kind: 'run' | 'find' = 'run') {
  const steering = new Steering(kind);
  const said: string[] = [];
  const shown: number[] = [];
  let stops = 0;
  let press: (key: string) => void = () => {};
  let now = load;
  steering.attach({
    get load() {
      return now;
    },
    elapsed: seconds(5),
    soonest: micros(5_020_000),
    carryOut: (command): CommandReply => {
      if (command.type === 'reset') return { ok: false, reason: 'no key resets' };
      const at = micros(5_020_000);
      const stages = stagesAfter(now, at, command.edit);
      now = withRest(now, at, stages);
      return { ok: true, change: { type: 'edited', at, edit: command.edit, stages } };
    },
  });
  const leave = steerByKeys({
    keyboard: {
      onKey: (callback) => {
        press = callback;
        return () => {
          press = () => {};
        };
      },
    },
    steering,
    stop: () => stops++,
    onChange: (change) => {
      if (change.type === 'edited')
        shown.push(change.edit.model === 'closed' ? change.edit.vus : change.edit.ratePerSec);
    },
    onRefusal: (reason) => said.push(reason),
  });
  for (const key of keys) press(key);
  leave();
  press('w');
  return { said, shown, stops, last: stagesOf(now).at(-1)?.to };
}

describe('steerByKeys', () => {
  it('adds and takes users by 1 and 10, never below none', () => {
    expect(typed(users(5), 'w').shown).toEqual([6]);
    expect(typed(users(5), 'W').shown).toEqual([15]);
    expect(typed(users(5), 's').shown).toEqual([4]);
    expect(typed(users(5), 'S').shown).toEqual([0]);
  });

  it('counts every key, also those pressed before the load has followed', () => {
    expect(typed(users(5), 'wwwwwWs')).toMatchObject({ shown: [6, 7, 8, 9, 10, 20, 19], last: 19 });
  });

  it('changes the rate in the open model by as many requests per second', () => {
    const open: LoadProfile = {
      model: 'open',
      arrivals: 'uniform',
      rate: [{ duration: seconds(10), from: perSecond(0), to: perSecond(24.666) }],
      maxInFlight: count(10),
    };
    expect(typed(open, 'w').shown).toEqual([13.38]);
    expect(typed(open, 'SS').shown).toEqual([2.38, 0]);
  });

  it('stops at q, and knows no other key', () => {
    expect(typed(users(5), 'qx1 \n')).toEqual({ said: [], shown: [], stops: 1, last: 5 });
  });

  it('says why a key did nothing', () => {
    expect(typed(users(100_000), 'w').said[0]).toMatch(/vus: "100001".*at most 100k/);
    expect(typed(users(5), 'w', 'find').said).toEqual([
      'A search sets the load itself: it cannot be edited, only stopped.',
    ]);
  });
});
