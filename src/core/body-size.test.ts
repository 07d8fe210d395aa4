import { expect, it } from 'vitest';
import { averageBody, wholeBodies } from './body-size.ts';

it('is the mean of bodies that came to their end', () => {
  const byOutcome = { ok: 4, 'http-error': 1, timeout: 2, 'connect-error': 3, cancelled: 5, aborted: 1 };
  const counted = { ok: 4, byOutcome, bodyBytesIn: 700, unfinishedBodyBytesIn: 200 };
  expect(wholeBodies(counted)).toEqual({ count: 5, bytes: 500 });
  expect(averageBody(counted)).toBe(100);
});

it('is not of bodies that were given up as too long', () => {
  const byOutcome = { ok: 4, 'wrong-answer': 3 };
  const counted = { ok: 4, byOutcome, bodyBytesIn: 700, unfinishedBodyBytesIn: 200, tooLong: 2 };
  expect(wholeBodies(counted)).toEqual({ count: 5, bytes: 500 });
  expect(averageBody({ ok: 0, byOutcome: { 'wrong-answer': 2 }, bodyBytesIn: 0, tooLong: 2 })).toBeNull();
});

it('is none where no body came to its end', () => {
  const byOutcome = { cancelled: 3, timeout: 1 };
  expect(averageBody({ ok: 0, byOutcome, bodyBytesIn: 90, unfinishedBodyBytesIn: 90 })).toBeNull();
});

it('takes the bodies of an older journal for whole', () => {
  expect(averageBody({ ok: 2, byOutcome: { ok: 2 }, bodyBytesIn: 30 })).toBe(15);
});
