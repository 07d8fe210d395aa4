/** Where results go, and how a test is shown while it runs. */
import { helpFor, type Setting, whereMeasured } from './setting.ts';

const withPage = (help: string) => helpFor(['run', 'find', 'ui'], help);

export const OUTPUT_SETTINGS = {
  out: {
    shape: 'text',
    flag: '-o, --out <folder>',
    help: whereMeasured('folder of this run (default: reports/<run-id>)'),
    what: 'Folder the results are written to (default: reports/<run-id>)',
  },
  outputs: {
    shape: 'texts',
    flag: '--output <output>',
    repeat: true,
    help: whereMeasured(
      'a further output, NAME[=value]: junit, prometheus, otlp, … or a module or package; repeat for more',
    ),
    what: 'A further output, NAME[=value][,option=value,…]: one of [outputs](outputs.md), a module or a package',
    example: 'junit=load.xml',
  },
  metricsPort: {
    shape: 'quantity',
    flag: '--metrics-port <port>',
    help: whereMeasured('let Prometheus read the run’s metrics: --output prometheus=PORT'),
    what: 'Port at which Prometheus can read the metrics of the run under way: short for the output prometheus',
    value: { kind: 'count', min: '0', max: '65535' },
  },
  samples: {
    shape: 'text',
    flag: '--samples <file>',
    help: whereMeasured('write each request down: a new file, .ndjson, .csv or .parquet'),
    what: 'A new file that each request is written to, its name ending in .ndjson, .csv or .parquet (at most 20,000 a second; what is beyond is counted)',
    notWithAutocannon: 'autocannon tells nothing of single requests',
  },
  samplesShare: {
    shape: 'quantity',
    flag: '--samples-share <share>',
    help: whereMeasured('how many of the requests are written down (default: 100%)'),
    what: 'How many of the requests samples has, as 10%',
    value: { kind: 'share' },
    default: '100%',
  },
  samplesColumns: {
    shape: 'text',
    flag: '--samples-columns <names>',
    help: whereMeasured('whose columns they have: rampart (default), locust or k6'),
    what: 'Whose columns samples has',
    value: { kind: 'choice', of: ['rampart', 'locust', 'k6'] },
    default: 'rampart',
  },
  trace: {
    shape: 'text',
    flag: '--trace <where>',
    help: whereMeasured('send a trace id with each request, and spans by OTLP to http://host:4318; headers: ids alone'),
    what: 'Where spans of the requests go by OTLP/HTTP, http://host:4318; each request has a traceparent. headers: no spans, only that',
    notWithAutocannon: 'it sends the same request each time',
  },
  overwrite: {
    shape: 'yes-or-no',
    flag: '--overwrite',
    help: whereMeasured('replace the earlier run that the folder of --out holds'),
    what: 'Replace the earlier run that the folder of out holds',
  },
  json: {
    shape: 'yes-or-no',
    flag: '--json',
    help: whereMeasured('print result.json on stdout, and nothing else there'),
    what: 'Print result.json on the standard output, and nothing else there',
  },
  summary: {
    shape: 'text',
    flag: '--summary <file>',
    file: true,
    help: whereMeasured('print this template of yours instead of the summary: {{latency.response.p95 ms}} …'),
    what: 'Template that is printed instead of the summary, with places of result.json: {{latency.response.p95 ms}}',
  },
  quiet: {
    shape: 'yes-or-no',
    flag: '-q, --quiet',
    help: whereMeasured('no plan and no live view'),
    what: 'Show neither the plan nor the progress',
  },
  dryRun: {
    shape: 'yes-or-no',
    flag: '--dry-run',
    help: whereMeasured('print the plan, send one of each request, and no load'),
    what: 'Print the plan, send one of each request, and no load',
  },
  ui: {
    shape: 'port',
    flag: '--ui [port]',
    help: withPage('a live page in the browser (default port 8089; 0: any that is free)'),
    what: 'Show a live page: on port 8089, or on this port (0: any that is free)',
    default: '8089',
  },
  uiHost: {
    shape: 'text',
    flag: '--ui-host <address>',
    help: withPage('where the page listens (default 127.0.0.1); others need the token it prints'),
    what: 'Address the live page listens on (default 127.0.0.1); any other needs the token that is printed',
    default: '127.0.0.1',
  },
  open: {
    shape: 'yes-or-no',
    flag: '--open',
    help: withPage('open the page in the browser'),
    what: 'Open the live page in the browser',
  },
} as const satisfies Record<string, Setting>;
