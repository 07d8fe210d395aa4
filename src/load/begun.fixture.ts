/** For tests: a load in virtual time that has begun, over a driver that touches no network. */
import type { OutcomeCode } from '../core/sample.ts';
import type { Segment } from '../core/segment.ts';
import { micros } from '../core/units.ts';
import type { OpenProfile } from './arrivals.ts';
import { ClosedLoad } from './closed.ts';
import { driven } from './driven.fixture.ts';
import { FixtureDriver } from './driver.fixture.ts';
import { Epochs } from './epochs.ts';
import { flowsFixture } from './flows.fixture.ts';
import type { LoadModel, LoadOptions } from './model.ts';
import { OpenLoad, type OpenOptions } from './open.ts';
import type { ClosedProfile } from './users.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Of the curve, µs of the clock. */
export const START = 7_000_000;

type Setting<Options> = Partial<Options> & {
  readonly segment?: Segment;
  readonly index?: number;
  readonly count?: number;
  readonly serviceTime?: (sent: number) => number;
  readonly outcome?: (sent: number) => OutcomeCode;
};

export const beginClosed = (profile: ClosedProfile, setting: Setting<LoadOptions> = {}) =>
  begun((segment, options) => new ClosedLoad(profile, segment, options), setting, 50_000);

export const beginOpen = (profile: OpenProfile, setting: Setting<OpenOptions> = {}) =>
  begun((segment, options) => new OpenLoad(profile, segment, options), setting, 20_000);

/** @param service µs that a request takes where nothing else is said. */
function begun<Load extends LoadModel>(
  make: (segment: Segment, options: OpenOptions) => Load,
  setting: Setting<OpenOptions>,
  service: number,
) {
  const clock = new VirtualClock(micros(START - 3_000));
  const driver = new FixtureDriver(clock, setting.serviceTime ?? (() => service), setting.outcome);
  const segment = setting.segment ?? { index: setting.index ?? 0, count: setting.count ?? 1 };
  const defaults = {
    seed: 1,
    maxRequests: null,
    epochs: new Epochs(micros(START), micros(0)),
    warmupRequests: 0,
    flows: flowsFixture(),
  };
  const load = make(segment, { ...defaults, ...setting, clock, driver });
  return { clock, driver, load, ...driven(clock, driver, load, START) };
}
