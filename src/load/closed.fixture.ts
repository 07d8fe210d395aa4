/** For tests: a closed load in virtual time, over a driver that touches no network. */
import type { OutcomeCode } from '../core/sample.ts';
import type { Segment } from '../core/segment.ts';
import { micros } from '../core/units.ts';
import { ClosedLoad } from './closed.ts';
import { driven } from './driven.fixture.ts';
import { FixtureDriver } from './driver.fixture.ts';
import { Epochs } from './epochs.ts';
import { flowsFixture } from './flows.fixture.ts';
import type { LoadOptions } from './model.ts';
import type { ClosedProfile } from './users.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Of the curve, µs of the clock. */
export const START = 7_000_000;

interface Setting extends Partial<LoadOptions> {
  readonly segment?: Segment;
  readonly index?: number;
  readonly count?: number;
  readonly serviceTime?: (sent: number) => number;
  readonly outcome?: (sent: number) => OutcomeCode;
}

export function begin(profile: ClosedProfile, setting: Setting = {}) {
  const clock = new VirtualClock(micros(START - 3_000));
  const driver = new FixtureDriver(clock, setting.serviceTime ?? (() => 50_000), setting.outcome);
  const segment = setting.segment ?? { index: setting.index ?? 0, count: setting.count ?? 1 };
  const defaults = {
    seed: 1,
    maxRequests: null,
    epochs: new Epochs(micros(START), micros(0)),
    warmupRequests: 0,
    flows: flowsFixture(),
  };
  const load = new ClosedLoad(profile, segment, { ...defaults, ...setting, clock, driver });
  return { clock, driver, load, ...driven(clock, driver, load, START) };
}
