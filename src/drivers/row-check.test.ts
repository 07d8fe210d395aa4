import { describe, expect, it } from 'vitest';
import { createExchange } from '../core/exchange.ts';
import { OUTCOMES } from '../core/sample.ts';
import { PlanPayloads } from '../load/payload.ts';
import { describePlan } from '../plan/describe.ts';
import { preparedOf, worldWith } from '../plan/plan.fixture.ts';
import { ResponseChecker } from './check.ts';
import { ResponseBuffer } from './response-buffer.ts';

/** Judges the response to request `index` of a run with these rows, as the command line would have it. */
function judge(rows: string, flags: Readonly<Record<string, unknown>>, file = 'r.jsonl') {
  const sources = { kind: 'run' as const, target: 'http://h:1/', env: {}, flags: { data: file, ...flags } };
  const { plan, rows: table } = preparedOf(sources, worldWith({ [file]: rows }));
  const checker = new ResponseChecker(plan, new PlanPayloads(plan, table));
  return (index: number, body: string, headers = '') => {
    const response = new ResponseBuffer();
    const head = Buffer.from(`HTTP/1.1 200 OK\r\n${headers}\r\n`, 'latin1');
    response.head(head, 0, head.length);
    const bytes = Buffer.from(body);
    response.body(bytes, 0, bytes.length);
    const outcome = OUTCOMES[checker.judge(Object.assign(createExchange(0), { status: 200, index }), response)];
    return outcome === 'ok' ? 'ok' : `${checker.message} | ${checker.example}`;
  };
}

describe('the expected response of a row', () => {
  it('is a label, in a text or in JSON', () => {
    for (const [file, rows] of [
      ['r.jsonl', '{"x":1,"y":"setosa"}\n\n{"x":2,"y":"0"}'],
      ['r.csv', 'x,y\n1,setosa\n2,0\n'],
    ] as const) {
      const body = file === 'r.csv' ? { body: '{{row.x}}' } : {};
      const response = judge(rows, { expectField: 'y', ...body }, file);
      expect(response(0, 'setosa')).toBe('ok');
      expect(response(0, 'setosa\n')).toBe('ok');
      expect(response(0, '"setosa"')).toBe('ok');
      expect(response(1, '0')).toBe('ok');
      expect(response(1, '"0"')).toBe('ok');
      expect(response(0, 'versicolor')).toMatch(
        /^the body differs \| row 1, line [12]: expected "setosa", got "versicolor"$/,
      );
      expect(response(1, '1')).toBe('the body differs | ');
      expect(response(1, '[0]')).toMatch(/^\$ differs \| row 2, line 3: \$: expected "?0"?, got \[0\]$/);
    }
  });

  it('keeps its type within JSON', () => {
    const response = judge('{"y":{"label":"0","p":0.5}}', { expectField: 'y±0.01' });
    expect(response(0, '{"label":"0","p":0.505}')).toBe('ok');
    expect(response(0, '{"label":0,"p":0.5}')).toBe('$.label differs | row 1, line 1: $.label: expected "0", got 0');
    expect(response(0, '{"label":"0","p":"0.5"}')).toBe('$.p differs | row 1, line 1: $.p: expected 0.5, got "0.5"');
    expect(response(0, 'label 0')).toBe('the body is not JSON | row 1, line 1: got "label 0"');
  });

  it('is a sentence, numbers in it within the tolerance', () => {
    const sentence = (p: string): string => `The applicant will repay with a chance of ${p}, after 3 years.`;
    const rows = JSON.stringify({ x: 1, y: sentence('0.25') });
    const response = judge(rows, { expectField: 'y±0.01' });
    expect(response(0, sentence('0.2501'))).toBe('ok');
    expect(response(0, JSON.stringify(sentence('.2501')))).toBe('ok');
    expect(response(0, sentence('0.27'))).toContain('at character 43: expected "The applicant');
    expect(response(0, `${sentence('0.25')} Or not.`)).toBe('the body differs | ');
    expect(judge(rows, { expectField: 'y' })(0, sentence('0.2501'))).toContain('at character 47:');
  });

  it('is a list that stands as JSON in a text', () => {
    const rows = '{"y":{"y_pred":"[0.1, 0.2, 0.3]"}}\n{"y":{"y_pred":[0.1,0.2,0.3]}}';
    const response = judge(rows, { expectField: 'y±1e-3' });
    for (const index of [0, 1]) {
      expect(response(index, '{"y_pred": "[0.1, 0.2, 0.3]"}')).toBe('ok');
      expect(response(index, '{"y_pred": "[0.1,0.2000001,0.30]"}')).toBe('ok');
    }
    expect(response(1, '{"y_pred": "[0.1, 0.2, 0.4]"}')).toBe(
      '$.y_pred[*] differs | row 2, line 2: $.y_pred[2]: expected 0.3, got 0.4, 0.1 more',
    );
    expect(response(0, '{"y_pred": "[0.1, 0.2]"}')).toBe(
      '$.y_pred.length differs | row 1, line 1: $.y_pred.length: expected 3, got 2',
    );
    expect(response(0, '{"y_pred": "0.1, 0.2, 0.3"}')).toMatch(/^\$\.y_pred differs \|/);
    const exact = judge('{"y":"[9007199254740993]"}', { expectField: 'y' });
    expect(exact(0, '[9007199254740993]')).toBe('ok');
    expect(exact(0, '"[ 9007199254740992 ]"')).toContain('expected 9007199254740993, got 9007199254740992');
    const path = judge('{"x":1}', { expectJson: ['$.y_pred[1]=0.2±0.01'] });
    expect(path(0, '{"y_pred":"[0.1, 0.201]"}')).toBe('ok');
    expect(path(0, '{"y_pred":"[0.1]"}')).toContain('$.y_pred[1] is missing');
  });

  it('of a CSV cell is compared within its tolerance where a response has it as a text', () => {
    const response = judge('x,y\n1,0.5\n', { body: '{{row.x}}', expectJson: ['$.p={{row.y}}±0.01'] }, 'r.csv');
    expect(response(0, '{"p":0.505}')).toBe('ok');
    expect(response(0, '{"p":"0.505"}')).toBe('ok');
    expect(response(0, '{"p":"0.6"}')).toContain('row 1, line 2: $.p: expected 0.5, got "0.6"');
  });

  it('is shown around the place that differs, however long it is', () => {
    const long = (end: string): string => `${'ü'.repeat(5_000)} and at last ${end} of it`;
    const response = judge(JSON.stringify({ y: { text: long('all') } }), { expectField: 'y' });
    const shown = response(0, JSON.stringify({ text: long('none') }));
    expect(shown).toContain('$.text at character 5014: expected …"');
    expect(shown).toContain('and at last all of it"');
    expect(shown).toContain('and at last none of it"');
    expect(shown.length).toBeLessThan(500);
  });
});

describe('placeholders in checks', () => {
  const rows = '{"x":1,"name":"Ann","y":"one 0.5"}\n{"x":2,"name":"Bob","y":"two 0.5"}';

  it('are those of the request', () => {
    const whole = judge(rows, { expectBody: '{{row.y}}' });
    expect([whole(0, 'one 0.5'), whole(1, 'two 0.5'), whole(3, 'two 0.5')]).toEqual(['ok', 'ok', 'ok']);
    expect(whole(1, 'one 0.5')).toBe('the body differs | row 2, line 2: expected "two 0.5", got "one 0.5"');
    expect(whole(0, '"one 0.5"')).toContain('the body differs');
    const near = judge(rows, { expectBody: '{{row.y}} ± 0.01' });
    expect([near(0, 'one 0.501'), near(0, 'one 0.52')[0]]).toEqual(['ok', 't']);
    const contained = judge(rows, { expectContains: ['for {{row.name}}', '#{{seq}}'] });
    expect(contained(1, 'it is for Bob, #1')).toBe('ok');
    expect(contained(1, 'it is for Ann, #1')).toContain('expected "for Bob" within "it is for Ann, #1"');
    const header = judge(rows, { expectHeader: ['X-Name: {{row.name}}'] });
    expect(header(0, '', 'x-name: Ann\r\n')).toBe('ok');
    expect(header(1, '', 'x-name: Ann\r\n')).toContain('X-Name: expected "Bob", got "Ann"');
  });

  it('stand in a JSON value, in its quotes and without any', () => {
    for (const check of ['$.t=Dear {{row.name}}!', '$.t="Dear {{row.name}}!"']) {
      const response = judge(rows, { expectJson: [check] });
      expect(response(1, '{"t":"Dear Bob!"}')).toBe('ok');
      expect(response(0, '{"t":"Dear Bob!"}')).toContain('$.t at character 6: expected "Dear Ann!", got "Dear Bob!"');
    }
    const list = judge(rows, { expectJson: ['$.l=[{{row.x}}, {"n": {{row.name}}}]±0.1'] });
    expect(list(0, '{"l":[1.05,{"n":"Ann"}]}')).toBe('ok');
    expect(list(1, '{"l":[1,{"n":"Bob"}]}')).toContain('$.l[0]: expected 2, got 1');
  });

  it('with four braces are none', () => {
    expect(judge(rows, { expectBody: '{{{{row.y}}' })(0, '{{row.y}}')).toBe('ok');
    expect(judge(rows, { expectJson: ['$.a={{{{x}}'] })(0, '{"a":"{{x}}"}')).toBe('ok');
  });
});

describe('--check-every', () => {
  it.each([2, 10, 100])('checks one response in %i, and in time those of all rows', (every) => {
    const rows = Array.from({ length: 50 }, (_, n) => `{"x":${n},"y":1}`).join('\n');
    const response = judge(rows, { expectField: 'y', checkEvery: every });
    const checked = Array.from({ length: 50 * every * 20 }, (_, index) => index).filter(
      (n) => response(n, '2') !== 'ok',
    );
    const share = checked.length / (50 * every * 20);
    expect(share).toBeGreaterThan(0.9 / every);
    expect(share).toBeLessThan(1.1 / every);
    expect(new Set(checked.map((index) => index % 50)).size).toBe(50);
    // The preflight's, too.
    expect(checked[0]).toBe(0);
  });

  it('says so in the plan, and is refused where nothing is checked', () => {
    const { plan } = preparedOf(
      { kind: 'run', target: 'http://h:1/', env: {}, flags: { body: '{}', expectContains: ['x'], checkEvery: '10' } },
      worldWith(),
    );
    expect(plan.checkEvery).toBe(10);
    expect(describePlan(plan).join('\n')).toContain('one response in 10 is checked: ');
    const flags = { body: '{}', expectStatus: '200', checkEvery: '10' };
    expect(() => preparedOf({ kind: 'run', target: 'http://h:1/', env: {}, flags }, worldWith())).toThrow(
      '--check-every needs a check of the response',
    );
  });
});
