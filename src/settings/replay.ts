/** Arrivals of a trace. */
import { helpFor, type Setting } from './setting.ts';

const ofRun = (help: string) => helpFor(['run'], help);

const OF_A_RUN = {
  refusedBy: { find: 'A trace has one load of its own: use rampart run.', probe: 'Replay it with rampart run.' },
} as const;

export const REPLAY_SETTINGS = {
  replay: {
    shape: 'text',
    flag: '--replay <file>',
    help: ofRun('arrivals at the instants of a trace: .csv, .jsonl, or an access log of nginx or Apache'),
    what: 'A trace whose instants are those of the arrivals: CSV, JSON Lines, or an access log of nginx or Apache, whose requests are sent again',
    file: true,
    rivals: ['vus', 'spawnRate', 'thinkTime', 'pacing', 'rate', 'stages', 'profile', 'arrivals', 'until'],
    ...OF_A_RUN,
    notWithAutocannon: 'it has no arrivals',
  },
  replayTime: {
    shape: 'text',
    flag: '--replay-time <column>',
    help: ofRun('the field of --replay that holds the instants, as NAME or NAME:ms (s, ms, us, ns)'),
    what: 'The column or field with the instants, and the unit of numbers in it: sent_at, or sent_at:ms (s, ms, us, ns)',
    ...OF_A_RUN,
  },
  speed: {
    shape: 'quantity',
    flag: '--speed <factor>',
    help: ofRun('with --replay: so many times as fast as it was: 2x, 0.5x'),
    what: 'How many times as fast a trace is replayed: 2x, 0.5x (default 1x)',
    ...OF_A_RUN,
  },
  replayLoop: {
    shape: 'yes-or-no',
    flag: '--replay-loop',
    help: ofRun('with --replay: begin anew at its end, until --duration or --requests'),
    what: 'Whether a trace begins anew at its end, until duration or maxRequests; else the load ends with it',
    ...OF_A_RUN,
  },
  replayAll: {
    shape: 'yes-or-no',
    flag: '--replay-all',
    help: ofRun('with an access log: send also what may change something (POST, DELETE, …), without bodies'),
    what: 'Whether lines of an access log that may change something (POST, PUT, PATCH, DELETE, …) are sent as well, without the bodies that no log has',
    ...OF_A_RUN,
  },
} as const satisfies Record<string, Setting>;
