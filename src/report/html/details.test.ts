import { describe, expect, it } from 'vitest';
import { closedRun, openRun } from '../../../test/sample-run.ts';
import type { Plan } from '../../core/plan.ts';
import { bytes, count, millis, perSecond, seconds } from '../../core/units.ts';
import { searchResult } from '../search.fixture.ts';
import { detailsOf } from './details.ts';

const withPlan = (plan: Partial<Plan>): string => {
  const result = closedRun();
  return detailsOf({ ...result, plan: { ...result.plan, ...plan } });
};

describe('the plan', () => {
  it('says the load stage by stage', () => {
    expect(detailsOf(closedRun())).toContain('0 → 100 users over 50 s, then 100 users for 10 s');
    expect(detailsOf(openRun())).toContain('30/s → 250/s over 1 min');
    const rate = [{ duration: seconds(90), from: perSecond(200), to: perSecond(200) }];
    const load = { model: 'open', arrivals: 'uniform', rate, maxInFlight: count(64) } as const;
    expect(withPlan({ load })).toContain('200/s for 1 min 30 s');
    expect(withPlan({ load })).toContain('at most 64 requests');
  });

  it('shows the request as sent, and cuts a long body', () => {
    expect(detailsOf(closedRun())).toContain(
      'POST /predict\naccept: */*\ncontent-type: application/json\n\n{&quot;income',
    );
    const [request] = closedRun().plan.requests;
    const body = { encoding: 'utf8', data: 'x'.repeat(5_000), bytes: bytes(5_000) } as const;
    const long = withPlan({ requests: [{ ...request!, body }] });
    expect(long).toContain(`${'x'.repeat(2_000)}… (5.0 kB in all)`);
    expect(long).not.toContain('x'.repeat(2_001));
    const binary = { encoding: 'base64', data: 'AAEC', bytes: bytes(3) } as const;
    expect(withPlan({ requests: [{ ...request!, body: binary }] })).toContain('(3 B of binary data)');
  });

  it('says think time, warm-up and connections in words', () => {
    const { load } = closedRun().plan;
    if (load.model !== 'closed') throw new Error('the sample is a closed run');
    const thinking = (thinkTime: typeof load.thinkTime): string => withPlan({ load: { ...load, thinkTime } });
    expect(thinking({ kind: 'constant', value: millis(200) })).toContain('<dd>200 ms</dd>');
    expect(thinking({ kind: 'uniform', min: seconds(1), max: seconds(3) })).toContain('<dd>1 s to 3 s, uniform</dd>');
    expect(thinking({ kind: 'exponential', mean: seconds(2) })).toContain('<dd>2 s on average, exponential</dd>');
    expect(withPlan({ warmupRequests: count(5) })).toContain('5 requests, in no statistic');
    expect(withPlan({ keepAlive: false })).toContain('a new one for each request');
    expect(withPlan({ maxRequests: count(1_000) })).toContain('at most 1,000');
  });
});

it('says what became of responses on their way, where there is something to say', () => {
  expect(detailsOf(closedRun())).not.toMatch(/Redirects followed|Compressed responses/);
  const decoded = { responses: 900, wireBytes: 2_100_000, bytes: 8_400_000, undecoded: 3 };
  const text = detailsOf({ ...closedRun(), redirects: 1_200, decoded });
  expect(text).toContain('1,200, each within the time of its request');
  expect(text).toContain('900, 2.1 MB as they came, 8.4 MB decoded; 3 more could not be decoded');
});

it('says what a search looked for, not the load it began with', () => {
  const result = searchResult();
  const text = detailsOf(result);
  for (const part of ['<code>p95&lt;250ms</code>', '2 min, an interval of 10 %', 'a ramp of at most 1,024 users'])
    expect(text).toContain(part);
  for (const term of ['Model', 'Load', 'Interval', 'Warm-up']) expect(text).not.toContain(`<dt>${term}</dt>`);
  const { search } = result.plan;
  if (search === null) throw new Error('no search');
  const other = (changes: Partial<typeof search>): string =>
    detailsOf({ ...result, plan: { ...result.plan, search: { ...search, ...changes } } });
  expect(other({ unit: 'vus', maxLoad: 300 })).toContain('at most 300 users; ');
  expect(other({ slos: [] })).toContain('assumed from the idle response time');
  expect(other({ settle: seconds(60) })).toContain('1 min after each increase');
});

it('explains every word of the tables', () => {
  for (const term of ['Response time', 'Service time', 'Send lag', 'Offered', 'Achieved', 'Failed', 'Percentiles']) {
    expect(detailsOf(closedRun())).toContain(`<dt>${term}</dt>`);
  }
});
