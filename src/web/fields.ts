/** A field of the start form. Its name is the setting's, and so is what it may hold. */
export interface Field {
  readonly name: string;
  readonly label: string;
  /** What to write, in a few words. */
  readonly hint: string;
  readonly placeholder: string;
  readonly kind: 'line' | 'lines' | 'code';
  /** Shown for these tests; absent: for all. */
  readonly only?: 'users' | 'rate' | 'run' | 'find' | 'rate find';
}

const field = (name: string, label: string, hint: string, placeholder: string, rest: Partial<Field> = {}): Field => ({
  name,
  label,
  hint,
  placeholder,
  kind: 'line',
  ...rest,
});

/** What most tests need. */
export const MAIN_FIELDS: readonly Field[] = [
  field('url', 'Target', 'address of the endpoint, or a scenario file', 'http://127.0.0.1:8989/predict'),
  field('method', 'Method', 'empty: POST with a body, else GET', 'POST'),
  field('body', 'Body', 'what a model predicts from, as JSON', '{"income": 52000, "amount": 12000}', { kind: 'code' }),
  field('vus', 'Users', 'each sends its next request after its last response', '10', { only: 'users' }),
  field('spawnRate', 'Ramp up', 'users started per second; empty: all at once', '', { only: 'users' }),
  field('rate', 'Rate', 'requests due per second, whatever the responses do', '100/s', { only: 'rate' }),
  field('duration', 'Run time', 'such as 30s, 2m, 1h; forever: until stopped', '30s', { only: 'run' }),
  field('slos', 'What must hold', 'one a line; empty: p95 within 10 times its idle median, errors < 1%', 'p95<250ms', {
    kind: 'lines',
    only: 'find',
  }),
  field('budget', 'Time to search', 'such as 2m', '2m', { only: 'find' }),
];

/** What some tests need; folded away. */
export const ADVANCED_FIELDS: readonly Field[] = [
  field('headers', 'Headers', 'one a line, Name: value', '', { kind: 'lines' }),
  field('timeout', 'Timeout', 'a request without a response after this long has failed', '30s'),
  field('thinkTime', 'Think time', 'pause of a user between requests: 1s, 1s-3s, exp:1s', '', { only: 'users' }),
  field(
    'arrivals',
    'Arrivals',
    'uniform, poisson or bursty:4 (four at once); empty: uniform, of a search poisson',
    '',
    {
      only: 'rate find',
    },
  ),
  field('maxInFlight', 'Most in flight', 'beyond it, what is due is dropped and counted', '10k', { only: 'rate' }),
  field('stages', 'Stages', 'duration:target pairs, instead of ramp up and run time', '', { only: 'run' }),
  field('warmup', 'Warm-up', 'left out of the statistics', '', { only: 'run' }),
  field('requests', 'Requests', 'stop after so many', '', { only: 'run' }),
  field('thresholds', 'Thresholds', 'one a line: p95<250ms, errors<1%, achieved>95/s', '', { kind: 'lines' }),
  field('precision', 'Precision', 'how narrow the interval shall be', '10%', { only: 'find' }),
  field('maxRate', 'Highest rate', 'not to be exceeded', '', { only: 'find' }),
  field('settle', 'Settling time', 'wait after each increase, for a target that scales itself', '', { only: 'find' }),
  field('expectStatus', 'Right statuses', 'empty: 200-299', '200-299'),
  field('threads', 'Generator threads', 'empty: cores less one', ''),
  field('seed', 'Seed', 'makes every random choice the same again', ''),
];

/** Of the dialog that changes a run under way. */
export const EDIT_FIELDS: readonly Field[] = [
  field('vus', 'Users', 'how many there shall be', '', { only: 'users' }),
  field('spawnRate', 'Ramp up', 'users per second on the way there; empty: at once', '', { only: 'users' }),
  field('rate', 'Rate', 'requests due per second', '', { only: 'rate' }),
  field('ramp', 'Within', 'how long the rate takes to get there; empty: at once', '', { only: 'rate' }),
];
