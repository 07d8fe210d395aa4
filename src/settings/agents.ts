/** Agents on other machines that make the load, and the NATS server between them and the controller. */
import { helpFor, type Setting } from './setting.ts';

const distributed = (help: string) => helpFor(['run', 'find'], help);

const REFUSED = { refusedBy: { probe: 'A probe sends one request at a time, from here.' } } as const;
/** What NATS is shown, and shows. */
const FILE = { shape: 'text', file: true, ...REFUSED } as const;

export const AGENTS_SETTINGS = {
  nats: {
    shape: 'text',
    ...REFUSED,
    flag: '--nats <url>',
    help: distributed('let agents make the load, over this NATS server: nats://host:4222, tls://…'),
    what: 'Agents make the load, over this NATS server with JetStream: nats://host:4222, tls://host:4222',
  },
  agents: {
    shape: 'quantity',
    ...REFUSED,
    flag: '--agents <count>',
    help: distributed('how many agents, or all that are there (default all); of regions: eu=10,us=5'),
    what: 'How many agents make the load; all: those that are there when --agents-within is over (default); `eu=10,us=5`: so many of each region, as agents tell theirs by --region, with results of each',
  },
  minAgents: {
    shape: 'quantity',
    ...REFUSED,
    flag: '--min-agents <count>',
    help: distributed('fewer of them will do, where not all are there in time'),
    what: 'So few agents will do where not all of them are there in time (default: all that --agents asks for; of all, 1)',
    value: { kind: 'count', min: '1', max: '10k' },
  },
  agentsWithin: {
    shape: 'quantity',
    ...REFUSED,
    flag: '--agents-within <duration>',
    help: distributed('how long they are waited for (default 10s)'),
    what: 'How long agents are waited for; with too few then, nothing is sent (exit 6) (default 10s)',
    value: { kind: 'duration', min: '1s', max: '1h' },
    default: '10s',
  },
  weights: {
    shape: 'text',
    ...REFUSED,
    flag: '--weights <how>',
    help: distributed(
      'how agents share the load: equal, measured, or auto: measured where their cores differ (default)',
    ),
    what: 'How agents share the load: `equal`: each the same; `measured`: by what each finds that it can do, with a thread for each of its cores but one; `auto` (default): measured where not all have the same number of cores',
    value: { kind: 'choice', of: ['auto', 'equal', 'measured'] },
    default: 'auto',
  },
  tolerateLoss: {
    shape: 'yes-or-no',
    ...REFUSED,
    flag: '--tolerate-loss',
    help: distributed('go on where an agent is lost; nobody takes its share over'),
    what: 'Go on where an agent is lost: nobody takes its share over, and the intervals that lack it are marked; otherwise the run ends, and is invalid',
  },
  orphanTimeout: {
    shape: 'quantity',
    ...REFUSED,
    flag: '--orphan-timeout <duration>',
    help: distributed('agents end their load after so long without a word from here (default 30s)'),
    what: 'Agents end their load after so long without a word of the controller (default 30s)',
    value: { kind: 'duration', min: '2s', max: '1h' },
    default: '30s',
  },
  natsCreds: {
    ...FILE,
    flag: '--nats-creds <path>',
    help: distributed('credentials file of NATS (JWT and nkey), or the seed of an nkey'),
    what: 'Credentials file of NATS (JWT and nkey), or the seed of an nkey alone; a user’s name and password, or a token, stand in the URL',
  },
  natsCa: {
    ...FILE,
    flag: '--nats-ca <path>',
    help: distributed('trust the certificates in this PEM file for NATS'),
    what: 'Trust the certificates in this PEM file for NATS, not the usual authorities',
  },
  natsCert: {
    ...FILE,
    flag: '--nats-cert <path>',
    help: distributed('client certificate for NATS, PEM'),
    what: 'Client certificate for NATS, PEM',
  },
  natsKey: {
    ...FILE,
    flag: '--nats-key <path>',
    help: distributed('its private key, PEM'),
    what: 'The private key of the client certificate for NATS, PEM',
  },
} as const satisfies Record<string, Setting>;
