import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorOf } from './error.fixture.ts';
import { worldWith } from './plan.fixture.ts';
import { preparedBy } from './resolve.ts';
import { readJsonDocument } from './scenario-document.ts';
import { fromScenario } from './scenario-source.ts';
import { readYamlDocument } from './yaml-document.ts';
import { yamlText } from './yaml-text.ts';

const given = (text: string, files = {}) =>
  fromScenario('s.yaml', worldWith({ 's.yaml': text, ...files }).files, readYamlDocument);
const planned = (text: string, files = {}) =>
  preparedBy(given(text, files), 'run', worldWith({ 's.yaml': text, ...files })).plan;
const refused = (text: string) => errorOf(() => planned(text));

describe('a scenario in YAML', () => {
  it('means what the same JSON means', () => {
    const scenario = {
      url: 'http://h:1',
      rate: '50/s',
      duration: '2s',
      headers: { 'X-A': 'b' },
      requests: [
        { name: 'a', path: '/a', body: { x: [1, 'two', null, true], 'y-y': {} }, thresholds: ['p95<1s'] },
        { name: 'b', path: '/b', body: 'text\nof two lines\n' },
      ],
      flows: [{ name: 'f', steps: ['a', { pause: '1s-2s' }, 'b'] }],
    };
    const world = worldWith({ 's.json': JSON.stringify(scenario) });
    const json = preparedBy(fromScenario('s.json', world.files, readJsonDocument), 'run', world).plan;
    expect(planned(yamlText(scenario))).toEqual(json);
  });

  it('reads whatever JSON value is written as YAML, and sends it', () => {
    const bodies = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));
    fc.assert(
      fc.property(bodies, (body) => {
        const text = JSON.stringify(body);
        fc.pre(!text.includes('{{'));
        const document = readYamlDocument(yamlText({ body: JSON.parse(text) as unknown }));
        const read = 'fault' in document ? document.fault : JSON.parse(document.bodyOf(null) ?? '');
        expect(read).toEqual(JSON.parse(text));
      }),
    );
  });

  it('sends numbers as they are written', () => {
    const text =
      'url: http://h\nbody:\n  id: 9007199254740993\n  p: [1.0, 1e400, 0x1F, 007]\n  t: "1.0"\n  v: {{{{seq}}\n';
    const { requests } = planned(text.replace('{{{{seq}}', '"{{seq}}"'));
    expect(requests[0]?.body?.data).toBe('{"id":9007199254740993,"p":[1.0,1e400,31,7],"t":"1.0","v":"{{seq}}"}');
  });

  it('keeps the text of a block as a body', () => {
    const { requests } = planned('url: http://h\nbody: |\n  {"a":  1}\n  # sent too\n');
    expect(requests[0]?.body?.data).toBe('{"a":  1}\n# sent too\n');
  });

  it('follows anchors, aliases and merge keys', () => {
    const text = [
      'url: http://h',
      'requests:',
      '  - &base {name: a, path: /a, headers: {X-A: one}, timeout: 2s}',
      '  - <<: *base',
      '    name: b',
      'flows:',
      '  - {name: f, steps: &steps [a, b]}',
      '  - {name: g, steps: *steps}',
    ].join('\n');
    const { requests, flows } = planned(text);
    expect(requests[1]).toMatchObject({ name: 'b', path: '/a', timeout: 2_000_000 });
    expect(requests[1]?.headers[0]).toEqual(['X-A', 'one']);
    expect(flows?.[1]?.steps).toEqual(flows?.[0]?.steps);
  });

  it('finds files beside the scenario', () => {
    const files = { 'dir/s.yaml': 'url: http://h\nbodyFile: b.txt\n', 'dir/b.txt': 'hello' };
    const world = worldWith(files);
    const { settings } = fromScenario('dir/s.yaml', world.files, readYamlDocument);
    expect(settings.bodyFile).toBe('dir/b.txt');
  });

  it.each([
    [
      '',
      's.yaml must hold an object of settings | For example two lines, url: http://localhost:8989/predict and vus: 10.',
    ],
    [
      '- a',
      's.yaml must hold an object of settings | For example two lines, url: http://localhost:8989/predict and vus: 10.',
    ],
    ['url: h\ndurtion: 1s', 's.yaml, line 2, column 1: durtion is not a setting | Did you mean duration?'],
    ['url: h\nvus: 1\nvus: 2', 's.yaml, line 3, column 1: vus is given twice'],
    ['url: h\nbody:\n  a: 1\n  a: 2', 's.yaml, line 4, column 3: "a" is given twice'],
    ['url: h\nheaders:\n  X-A: 1', 's.yaml, line 3, column 3: headers.X-A must be text'],
    ['url: h\nheaders:\n\tX-A: b', 's.yaml, line 3, column 1 is not YAML: a tab cannot indent; write spaces'],
    ['url: h\n  vus: 1', 's.yaml, line 1, column 6 is not YAML: nested mappings are not allowed in compact mappings'],
    ['url: "h', 's.yaml, line 1, column 8 is not YAML: missing closing "quote'],
    ['url: h\n---\nvus: 1', 's.yaml, line 2, column 1 is not YAML: a second document begins here; a scenario is one'],
    ['url: !secret h', 's.yaml, line 1, column 6 is not YAML: unresolved tag: !secret'],
    ['url: *h', 's.yaml, line 1, column 6 is not YAML: there is no anchor "h"'],
    ['body: &a [*a]', 's.yaml, line 1, column 11 is an alias of what it stands in: that has no end'],
    ['? [a]\n: b', 's.yaml, line 1, column 3 is no name: a name is text'],
    ['url: h\nbody: [.nan]', 's.yaml, line 2, column 8 is .nan, which JSON has no number for'],
    ['url: h\n<<: [1]', 's.yaml, line 2, column 6 is no object: << takes the fields of one'],
    [
      'url: h\nrequests:\n  - {name: "n{{seq}}", path: /}',
      's.yaml, line 3, column 6: requests[0].name has a placeholder, and a name is the same for all that is sent under it',
    ],
    [
      'url: h\nvus: 30x',
      's.yaml, line 2, column 1: vus: "30x" is not a whole number; write 100, 10k or 1m (a million)',
    ],
    [
      'url: h\nrequests:\n  - {path: /a, tiemout: 1s}',
      's.yaml, line 3, column 16: requests[0].tiemout is not known here | Did you mean timeout?',
    ],
    [
      'url: h\nrequests:\n  - name: home\n    path: /\nflows:\n  - name: f\n    steps:\n      - hoem',
      's.yaml, line 8, column 9: flows[0].steps[0] is "hoem", and there is no such request | Did you mean home?',
    ],
    [
      'url: h\nrequests: [{name: home, path: /}]\nflows:\n  - name: f\n    steps:\n      - group: g\n        steps: [home, {repeat: 0, steps: [home]}]',
      's.yaml, line 7, column 24: flows[0].steps[0].steps[1].repeat must be at least 1',
    ],
    ['url: h\nrequests:\n  - headers: {group: 5}', 's.yaml, line 3, column 15: requests[0].headers.group must be text'],
  ])('refuses %j', (text, message) => {
    expect(refused(text)).toBe(`bad-scenario ${message}`);
  });

  it('refuses a bomb of anchors with the place where it becomes too much', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let n = 1; n < 30; n++)
      lines.push(
        `a${n}: &a${n} [${Array(10)
          .fill(`*a${n - 1}`)
          .join(', ')}]`,
      );
    expect(refused(lines.join('\n'))).toMatch(
      /^bad-scenario s\.yaml, line \d+, column \d+ makes the file more than 250,000 values, with all that its aliases stand for$/,
    );
  });

  it('refuses what is too large or too deep with its place', () => {
    expect(refused(`url: h\nbody: ${'x'.repeat(5 * 2 ** 20)}`)).toBe(
      'bad-scenario s.yaml, line 2, column 1 is longer than 4 MiB: put a large body into a file of its own (bodyFile)',
    );
    expect(refused(`url: h\nbody: |\n${'  a long line of a long body\n'.repeat(200_000)}`)).toMatch(
      /line 1, column 1 begins more YAML than 4 MiB/,
    );
    expect(refused(`url: h\nbody: ${'['.repeat(200_000)}`)).toMatch(
      /^bad-scenario s\.yaml, line 2, column \d+ is not YAML: it is nested too deep$/,
    );
  });
});
