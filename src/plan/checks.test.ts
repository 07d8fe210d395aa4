import { describe, expect, it } from 'vitest';
import { errorOf } from './error.fixture.ts';
import { planOf, planOfScenario } from './plan.fixture.ts';
import { publishPlan } from './publish.ts';

const jsonCheck = (text: string) => planOf({ expectJson: [text] }).checks[0];

describe('checks', () => {
  it('are none where nothing is expected', () => {
    expect(planOf().checks).toEqual([]);
  });

  it('come in one order, the cheap ones first', () => {
    const { checks } = planOf({
      expectJson: ['$.a=1'],
      expectContains: ['x', 'y'],
      expectBody: 'z',
      expectHeader: ['content-type: text/plain', 'Content-Length: 3'],
      expectStatus: '200, 201,300-304',
    });
    expect(checks).toEqual([
      {
        kind: 'status',
        statuses: [
          [200, 200],
          [201, 201],
          [300, 304],
        ],
      },
      { kind: 'header', name: 'content-type', value: 'text/plain' },
      { kind: 'header', name: 'Content-Length', value: '3' },
      { kind: 'body', text: 'z' },
      { kind: 'contains', text: 'x' },
      { kind: 'contains', text: 'y' },
      { kind: 'json', path: '$.a', steps: ['a'], expected: { from: 'plan', json: '1' }, tolerance: 0 },
    ]);
  });

  it.each([
    ['$.a.b[0][\'c d\']["e"]=1', ['a', 'b', 0, 'c d', 'e'], '1', 0],
    ['$=[1, 2]', [], '[1, 2]', 0],
    ['$.p = 0.123±1e-9', ['p'], '0.123', 1e-9],
    ['$.p=0.5 +- 0.01', ['p'], '0.5', 0.01],
    ['$.label=approved', ['label'], '"approved"', 0],
    ['$.label="a=b"', ['label'], '"a=b"', 0],
    ['$.x=1e3', ['x'], '1e3', 0],
    ['$.id=12345678901234567890', ['id'], '12345678901234567890', 0],
    ['$.x=1.0', ['x'], '1.0', 0],
    ["$['it\\'s']=null", ["it's"], 'null', 0],
    ['$.größe=1', ['größe'], '1', 0],
  ])('of JSON: %j', (text, steps, json, tolerance) => {
    expect(jsonCheck(text)).toMatchObject({ steps, expected: { from: 'plan', json }, tolerance });
  });

  it('of JSON: a field that must be there, and one of the row', () => {
    expect(jsonCheck('$.id')).toMatchObject({ path: '$.id', expected: null });
    const files = { 'r.jsonl': '{"p":1}' };
    const { checks } = planOf({ data: 'r.jsonl', expectJson: ['$.p={{ row.p }}±0.1'], expectField: 'p±2' }, { files });
    expect(checks).toMatchObject([
      { path: '$.p', expected: { from: 'row', field: 'p' }, tolerance: 0.1 },
      { path: '$', expected: { from: 'row', field: 'p' }, tolerance: 2 },
    ]);
  });

  it('come from scenarios and the environment too', () => {
    expect(planOfScenario({ expectJson: '$.a=1', expectStatus: 200 }).checks).toHaveLength(2);
    expect(planOf({}, { env: { RAMPART_EXPECT_JSON: '$.a=1\n$.b=2' } }).checks).toHaveLength(2);
    expect(planOf({}, { env: { RAMPART_EXPECT_HEADER: 'etag: x' } }).checks).toHaveLength(1);
  });

  it.each([
    [{ expectStatus: '200,99' }, '--expect-status: "200,99" is no list of statuses'],
    [{ expectStatus: '299-200' }, 'is no list of statuses'],
    [{ expectHeader: ['nonsense'] }, '--expect-header'],
    [{ expectContains: [''] }, '--expect-contains is empty'],
    [{ expectJson: ['a.b=1'] }, '--expect-json: "a.b=1" does not begin with $'],
    [{ expectJson: ['$.a..b=1'] }, '--expect-json, column 4: "..b=1" does not go on a path'],
    [{ expectJson: ['$.a[x]=1'] }, 'does not go on a path'],
    [{ expectJson: ['$.a=1±x'] }, '"x" is no tolerance'],
    [{ expectJson: ['$.a=abc±1'] }, 'has a tolerance, but "abc" has no number in it'],
    [{ expectJson: ['$.a={{row.a}}'] }, '--expect-json: {{row.a}} needs rows'],
    [{ expectBody: '{{row.a}}' }, '--expect-body: {{row.a}} needs rows'],
    [{ expectContains: ['{{rwo.a}}'] }, '--expect-contains, column 1: {{rwo.a}} is no placeholder'],
    [{ expectHeader: ['etag: {{uuid}}'] }, '"{{uuid}}" expects a random value'],
    [{ expectJson: ['$.a={{random.int 1 9}}'] }, 'expects a random value'],
    [{ expectJson: ['$.a=x {{row.a'] }, 'a placeholder is not closed'],
    [{ expectField: 'a' }, '--expect-field: {{row.a}} needs rows'],
  ])('are refused: %j', (flags, message) => {
    expect(errorOf(() => planOf(flags))).toContain(message);
  });

  it('are published without secrets, and short', () => {
    const { checks } = publishPlan(
      planOf({
        expectHeader: ['set-cookie: hunter2'],
        expectJson: ['$.token=hunter2', '$.a=1'],
        expectBody: 'x'.repeat(5_000),
      }),
    );
    expect(JSON.stringify(checks)).not.toContain('hunter2');
    expect(JSON.stringify(checks).length).toBeLessThan(1_500);
    expect(checks).toHaveLength(4);
  });
});
