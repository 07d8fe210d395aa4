/** By what a measurement passes or fails, and what ends it before its time. */
import { helpFor, type Setting, whereMeasured } from './setting.ts';

export const JUDGEMENT_SETTINGS = {
  thresholds: {
    shape: 'texts',
    flag: '--threshold <expression>',
    repeat: true,
    help: whereMeasured(
      'pass or fail by: p95<250ms, errors<1% (a share) or errors<10 (a count), achieved>95/s, goodput>95% with ttft<300ms; repeat for more',
    ),
    what: 'What the run must hold to pass: p95<250ms, errors<1%, achieved>95/s',
    example: 'p95<250ms',
    refusedBy: { find: 'Say what must hold with --slo.' },
    form: {
      part: 'advanced',
      label: 'Thresholds',
      hint: 'one a line: p95<250ms, errors<1%, achieved>95/s',
      kind: 'lines',
    },
  },
  abortOn: {
    shape: 'texts',
    flag: '--abort-on <expression>',
    repeat: true,
    help: helpFor(
      ['run'],
      "end a run that breaks it: 'p95<500ms over 10s', 'errors<5% over 5s after 30s'; repeat for more",
    ),
    what: 'A threshold that ends a run whose last seconds break it: p95<500ms over 10s (default 10s), errors<5% over 5s after 30s',
    example: 'p95<500ms over 10s',
    refusedBy: {
      find: 'A search ends by its own rules: say what must hold with --slo.',
      probe: 'Judge a probe at its end with --threshold.',
    },
    form: {
      part: 'advanced',
      label: 'End the run on',
      hint: 'one a line: p95<500ms over 10s, errors<5% over 5s after 30s',
      kind: 'lines',
      only: 'run',
    },
  },
  strict: {
    shape: 'yes-or-no',
    flag: '--strict',
    help: whereMeasured('fail where a threshold is not sure: its interval holds the limit'),
    what: 'Fail where a threshold is not sure: its interval holds the limit (default false: it passes)',
    refusedBy: { find: 'A rough result does not pass anyway, without --allow-rough.' },
  },
} as const satisfies Record<string, Setting>;
