import { helpFor, type Setting } from './setting.ts';

/** What load is put on: how much, how it is spread, and when it ends. */

const ofRun = (help: string) => helpFor(['run'], help);

const BOUND = 'Bound it with --max-rate or --max-vus, or use rampart run.';
const BUDGET = 'Say how long it may take with --budget.';
/** What would make a probe something else than one request at a time. */
const ONE_AT_A_TIME = 'Put load on with rampart run.';
const NO_PROBE = { refusedBy: { probe: ONE_AT_A_TIME } } as const;
const OF_A_RUN = { refusedBy: { find: BOUND, probe: ONE_AT_A_TIME } } as const;

export const LOAD_SETTINGS = {
  vus: {
    shape: 'quantity',
    flag: '-u, --vus <count>',
    help: ofRun('virtual users: each sends its next request after its last response'),
    what: 'Virtual users, up to 100k: each sends its next request after its last response (default 10)',
    // The stages of a run may begin with none.
    value: { kind: 'count', min: '1', max: '100k' },
    default: '10',
    rivals: ['rate', 'arrivals', 'maxInFlight', 'connections'],
    ...OF_A_RUN,
    form: {
      part: 'main',
      label: 'Users',
      hint: 'each sends its next request after its last response',
      placeholder: '10',
      only: 'users',
      harmless: '1',
    },
  },
  spawnRate: {
    shape: 'quantity',
    flag: '--spawn-rate <rate>',
    help: ofRun('start this many users per second; without it all at once'),
    what: 'Virtual users started per second; without it all start at once',
    value: { kind: 'rate', min: '1/h', max: '10m/s' },
    ...OF_A_RUN,
    notWithAutocannon: 'it opens all connections at once',
    form: {
      part: 'main',
      label: 'Ramp up',
      hint: 'users started per second; empty: all at once',
      only: 'users',
      harmless: '1',
    },
  },
  thinkTime: {
    shape: 'quantity',
    flag: '--think-time <duration>',
    help: {
      ...ofRun('pause of a user between requests: 1s, 1s-3s, exp:1s or lognormal:2s±1s'),
      find: 'with --unit vus: pause of a user between requests',
    },
    what: 'Pause of a virtual user between requests: 1s, 1s-3s, exp:1s or lognormal:2s±1s',
    value: { kind: 'think-time' },
    notWithAutocannon: 'it never pauses',
    form: {
      part: 'advanced',
      label: 'Think time',
      hint: 'pause of a user between requests: 1s, 1s-3s, exp:1s, lognormal:2s±1s',
      only: 'users',
    },
  },
  rate: {
    shape: 'quantity',
    flag: '-r, --rate <rate>',
    help: ofRun('arrivals: requests due per second whatever the responses do, e.g. 200/s'),
    what: 'Arrival rate, up to 10m/s: requests due per second whatever the responses do, 200/s',
    value: { kind: 'rate', min: '1/h', max: '10m/s' },
    rivals: ['vus', 'spawnRate', 'thinkTime'],
    ...OF_A_RUN,
    notWithAutocannon: 'it sends a rate in bursts, at the top of each second',
    form: {
      part: 'main',
      label: 'Rate',
      hint: 'requests due per second, whatever the responses do',
      placeholder: '100/s',
      only: 'rate',
      harmless: '1/s',
    },
  },
  arrivals: {
    shape: 'text',
    flag: '--arrivals <kind>',
    help: {
      ...ofRun('how arrivals are spread: uniform (default), poisson, or bursty:N (N at once, the same mean rate)'),
      find: 'how arrivals are spread: poisson (default), uniform, or bursty:N (N at once)',
    },
    what: 'How arrivals are spread: uniform (default of a run), poisson (of find), or bursty:4 (four at once, the same mean rate)',
    value: { kind: 'arrivals' },
    ...NO_PROBE,
    form: {
      part: 'advanced',
      label: 'Arrivals',
      hint: 'uniform, poisson or bursty:4 (four at once); empty: uniform, of a search poisson',
      only: 'rate find',
    },
  },
  maxInFlight: {
    shape: 'quantity',
    flag: '--max-in-flight <count>',
    help: {
      ...ofRun('with --rate: drop (and count) what is due while so many are under way'),
      find: 'drop (and count) what is due while so many are under way',
    },
    what: 'With a rate: what is due while this many requests are under way is dropped (default 10k)',
    value: { kind: 'count', min: '1', max: '100k' },
    default: '10k',
    ...NO_PROBE,
    form: {
      part: 'advanced',
      label: 'Most in flight',
      hint: 'beyond it, what is due is dropped and counted',
      placeholder: '10k',
      only: 'rate',
    },
  },
  connections: {
    shape: 'quantity',
    flag: '-c, --connections <count>',
    help: ofRun('with --rate: at most this many connections; requests queue when all are busy'),
    what: 'With a rate: at most this many connections; a request due while all are busy waits for one',
    value: { kind: 'count', min: '1', max: '100k' },
    ...NO_PROBE,
    form: { part: 'unseen' },
  },
  stages: {
    shape: 'texts',
    flag: '--stages <stages>',
    help: ofRun('duration:target, in turn, each reached in a straight line, e.g. 30s:100,1m:100'),
    what: 'duration:target pairs in turn, each target reached in a straight line: 30s:100,1m:100',
    example: '30s:100,1m:100',
    rivals: ['duration', 'spawnRate'],
    ...OF_A_RUN,
    notWithAutocannon: 'it has a fixed number of connections',
    form: {
      part: 'advanced',
      label: 'Stages',
      hint: 'duration:target pairs, instead of ramp up and run time',
      only: 'run',
    },
  },
  duration: {
    shape: 'quantity',
    flag: '-d, --duration <duration>',
    help: ofRun('how long, e.g. 30s, 2m; forever: until it is stopped'),
    what: 'How long load is offered: 30s, 2m (default 30s), or forever: until it is stopped',
    value: { kind: 'duration', min: '1ms', max: '168h' },
    default: '30s',
    refusedBy: { find: BUDGET, probe: ONE_AT_A_TIME },
    form: {
      part: 'main',
      label: 'Run time',
      hint: 'such as 30s, 2m, 1h; forever: until stopped',
      placeholder: '30s',
      only: 'run',
      harmless: '1m',
    },
  },
  until: {
    shape: 'text',
    flag: '--until <precision>',
    help: ofRun(
      "stop when a percentile is known so well: 'p95±5%' (or p95+-5%); at most --duration, then 10m by default",
    ),
    what: 'Stop when a percentile is known so well, at the latest after the duration (then 10m by default): p95±5%, p99+-10%',
    refusedBy: { find: 'Say how narrow its interval shall be with --precision.', probe: ONE_AT_A_TIME },
  },
  requests: {
    shape: 'quantity',
    flag: '-n, --requests <count>',
    help: { ...ofRun('stop after so many requests'), probe: 'how many requests, after 5 for warm-up (default 100)' },
    what: 'Stop after this many requests',
    value: { kind: 'count', min: '1', max: '1000m' },
    refusedBy: { find: BUDGET },
    form: { part: 'advanced', label: 'Requests', hint: 'stop after so many', only: 'run' },
  },
  warmup: {
    shape: 'quantity',
    flag: '--warmup <duration>',
    help: ofRun('leave the first stretch out of the statistics'),
    what: 'Requests due in this first stretch count in no statistic; rounded up to whole seconds',
    value: { kind: 'duration' },
    ...OF_A_RUN,
    form: { part: 'advanced', label: 'Warm-up', hint: 'left out of the statistics', only: 'run' },
  },
  gracefulStop: {
    shape: 'quantity',
    flag: '--graceful-stop <duration>',
    help: {
      ...ofRun('how long requests under way may finish at the end (default 5s)'),
      find: 'how long requests under way may finish after a level (default 5s)',
    },
    what: 'How long requests under way may take once the load has ended (default 5s)',
    value: { kind: 'duration', min: '0s', max: '30m' },
    default: '5s',
    form: { part: 'unseen' },
  },
  timing: {
    shape: 'text',
    flag: '--timing <how>',
    help: ofRun('with --rate: precise (default) or relaxed, which sleeps and gives the core back'),
    what: 'With a rate: precise (default; turns for the exact instant) or relaxed (sleeps; a millisecond late)',
    value: { kind: 'choice', of: ['precise', 'relaxed'] },
    default: 'precise',
    ...NO_PROBE,
  },
  engine: {
    shape: 'text',
    flag: '--engine <name>',
    help: ofRun('what sends: rampart (default), or autocannon as a second opinion'),
    what: 'What sends the requests: rampart (default), or autocannon as a second opinion',
    value: { kind: 'choice', of: ['rampart', 'autocannon'] },
    default: 'rampart',
    ...OF_A_RUN,
  },
  threads: {
    shape: 'quantity',
    flag: '--threads <count>',
    help: helpFor(['run', 'find'], 'generator threads (default: cores less one)'),
    what: 'Generator threads, 1 to 256 (default: cores less one)',
    value: { kind: 'count', min: '1', max: '256' },
    ...NO_PROBE,
    form: { part: 'advanced', label: 'Generator threads', hint: 'empty: cores less one' },
  },
} as const satisfies Record<string, Setting>;
