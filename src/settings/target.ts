/** The target's own life: starting it, and waiting for it. */
import { type Setting, whereMeasured } from './setting.ts';

export const TARGET_SETTINGS = {
  start: {
    shape: 'text',
    flag: '--start <command>',
    help: whereMeasured(
      'start the target by this line for the shell, and end it with all that it started when the test is over',
    ),
    what: 'A line for the shell that starts the target; it is ended, with all that it started, when the test is over',
  },
  waitFor: {
    shape: 'text',
    flag: '--wait-for <url>',
    help: whereMeasured(
      'wait until this address answers below 400 (with --start, by default: any response of the target)',
    ),
    what: 'Wait until this address answers with a status below 400; of a target that is started, by default: until it answers at all',
  },
  waitTimeout: {
    shape: 'quantity',
    flag: '--wait-timeout <duration>',
    help: whereMeasured('how long that may take (default 60s)'),
    what: 'How long the target may take until it is ready (default 60s)',
    value: { kind: 'duration', min: '100ms', max: '1h' },
    default: '60s',
  },
} as const satisfies Record<string, Setting>;
