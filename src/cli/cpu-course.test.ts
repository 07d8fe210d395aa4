import { describe, expect, it } from 'vitest';
import { type Micros, millis } from '../core/units.ts';
import { VirtualClock } from '../load/virtual-clock.ts';
import { CpuCourse } from './cpu-course.ts';

const courseOf = (clock: VirtualClock, used: (seconds: number) => number | null): CpuCourse => {
  const origin = clock.now();
  const seconds = (): number => (clock.now() - origin) / 1e6;
  return new CpuCourse({ clock, wallTime: () => new Date(1_000 + 1_000 * seconds()) }, () => used(seconds()));
};

describe('processor time over the wall clock', () => {
  it('is known between any two instants while it was looked at, and nowhere else', () => {
    const clock = new VirtualClock();
    const course = courseOf(clock, (seconds) => 0.7 * seconds);
    clock.runUntil((clock.now() + millis(3_200)) as Micros);
    course.end();
    expect(course.between(1_000, 4_200)).toBeCloseTo(0.7 * 3.2, 9);
    expect(course.between(1_350, 2_850)).toBeCloseTo(0.7 * 1.5, 9);
    expect(course.between(900, 2_000)).toBeNull();
    expect(course.between(2_000, 4_300)).toBeNull();
  });

  it('is not known where the system does not tell', () => {
    const clock = new VirtualClock();
    const course = courseOf(clock, () => null);
    clock.runUntil((clock.now() + millis(2_000)) as Micros);
    course.end();
    expect(course.between(1_200, 1_800)).toBeNull();
  });

  it('looks no more once it has ended', () => {
    const clock = new VirtualClock();
    let looks = 0;
    const course = courseOf(clock, () => {
      looks++;
      return 0;
    });
    clock.runUntil((clock.now() + millis(1_200)) as Micros);
    course.end();
    const before = looks;
    clock.runUntil((clock.now() + millis(5_000)) as Micros);
    expect(looks).toBe(before);
  });
});
