/** What every command that measures has: the request, its checks, the way to the target, and by what it is judged. */
import { CONNECTION_SETTINGS } from './connection.ts';
import { JUDGEMENT_SETTINGS } from './judgement.ts';
import { RESPONSE_SETTINGS } from './response.ts';
import { type Setting, whereMeasured } from './setting.ts';

/** Help, form and reference page have them in this order. */
export const REQUEST_SETTINGS = {
  url: {
    shape: 'text',
    help: {},
    what: 'Address of the endpoint, http or https: http://127.0.0.1:8989/predict',
    form: {
      part: 'main',
      label: 'Target',
      hint: 'address of the endpoint, or a scenario file',
      placeholder: 'http://127.0.0.1:8989/predict',
      harmless: 'http://127.0.0.1/',
    },
  },
  targets: {
    shape: 'targets',
    flag: '--target <name=weight@url>',
    repeat: true,
    help: whereMeasured('one of several targets instead of a URL, as in canary=10@http://host; repeat for each'),
    what: 'Several targets instead of url, each with its share of the load: canary=10@http://host, or {"name": "canary", "url": "http://host", "weight": 10}',
    form: { part: 'unseen' },
  },
  env: {
    shape: 'text',
    flag: '--env <name>',
    help: whereMeasured('environment of the scenario file, as staging: its settings lie over those of the file'),
    what: 'Environment of the scenario file, of those in its environments: its settings lie over those of the file',
    form: { part: 'unseen' },
  },
  method: {
    shape: 'text',
    flag: '-X, --method <method>',
    help: whereMeasured('HTTP method; POST where there is a body, else GET'),
    what: 'HTTP method; POST where there is a body, else GET',
    form: { part: 'main', label: 'Method', hint: 'empty: POST with a body, else GET', placeholder: 'POST' },
  },
  headers: {
    shape: 'headers',
    flag: '-H, --header <header>',
    repeat: true,
    help: whereMeasured('request header, "Name: value"; repeat for more'),
    what: 'Request headers: ["Name: value"] or {"Name": "value"}',
    form: { part: 'advanced', label: 'Headers', hint: 'one a line, Name: value', kind: 'lines' },
  },
  body: {
    shape: 'body',
    flag: '-b, --body <text>',
    help: whereMeasured('request body, or @FILE with it; sent as application/json where it parses as JSON'),
    what: 'Request body as text; in a scenario file an object or list is sent as JSON',
    rivals: ['bodyFile'],
    form: {
      part: 'main',
      label: 'Body',
      hint: 'what a model predicts from, as JSON',
      placeholder: '{"income": 52000, "amount": 12000}',
      kind: 'code',
    },
  },
  bodyFile: {
    shape: 'text',
    flag: '--body-file <path>',
    help: whereMeasured('file with the request body'),
    what: 'File with the request body, relative to the scenario file that names it',
    file: true,
    rivals: ['body'],
  },
  data: {
    shape: 'text',
    flag: '--data <path>',
    help: whereMeasured('rows that requests are made of, .jsonl or .csv: {{row.NAME}} in URL, header or body'),
    what: 'File of rows that requests are made of, .jsonl or .csv, relative to the scenario file that names it',
    file: true,
    notWithAutocannon: 'its requests are all the same',
  },
  dataOrder: {
    shape: 'text',
    flag: '--data-order <order>',
    help: whereMeasured(
      'sequential (default), shuffled, once: the run ends when all rows are used; or per-user: each virtual user has one',
    ),
    what: 'sequential (default; from the start again after the last), shuffled, once: then the run ends; or per-user: each virtual user has a row of its own',
    value: { kind: 'choice', of: ['sequential', 'shuffled', 'once', 'per-user'] },
    default: 'sequential',
  },
  ...RESPONSE_SETTINGS,
  ...CONNECTION_SETTINGS,
  ...JUDGEMENT_SETTINGS,
  secrets: {
    shape: 'texts',
    flag: '--secret <name>',
    repeat: true,
    help: whereMeasured(
      'a header, parameter or field whose value is shown nowhere, besides the usual ones; repeat for more',
    ),
    what: 'A name whose values are shown nowhere, of a header, parameter or field, besides the usual ones',
  },
  seed: {
    shape: 'quantity',
    flag: '--seed <number>',
    help: whereMeasured('makes every random choice the same again'),
    what: 'Makes every random choice the same again: 0 to 4294967295',
    value: { kind: 'seed' },
    form: { part: 'advanced', label: 'Seed', hint: 'makes every random choice the same again' },
  },
} as const satisfies Record<string, Setting>;
