import { describe, expect, it } from 'vitest';
import { planOfScenario, wrongWith } from './plan.fixture.ts';

/** What requests of a scenario file capture, and what later steps are made of. */

describe('captures', () => {
  const scenario = (capture: object, use: object, steps: string[] = ['login', 'use']) => ({
    requests: [
      { name: 'login', path: '/l', capture },
      { name: 'use', path: '/u', ...use },
    ],
    flows: [{ name: 'f', steps }],
  });

  it('are of a JSON path, a header, a regular expression and the status, and later steps are made of them', () => {
    const capture = { token: '$.a["b"][0]', id: 'header X-Id', n: 'regexp id=(\\d+)', s: 'status' };
    const use = {
      path: '/u/{{captured.id}}',
      headers: ['Authorization: Bearer {{captured.token}}'],
      body: '{{captured.n}}',
    };
    const [login, used] = planOfScenario(scenario(capture, use)).requests;
    expect(login?.captures).toEqual([
      { name: 'token', from: 'json', path: '$.a["b"][0]', steps: ['a', 'b', 0] },
      { name: 'id', from: 'header', header: 'X-Id' },
      { name: 'n', from: 'regexp', pattern: 'id=(\\d+)' },
      { name: 's', from: 'status' },
    ]);
    expect(used).toMatchObject({ templated: true, path: '/u/{{captured.id}}' });
  });

  it.each([
    [
      scenario({ token: '$.t' }, { path: '/{{captured.tokn}}' }),
      'line 13, column 7: requests[1].path: nothing captures {{captured.tokn}} | Did you mean token?',
    ],
    [
      scenario({ token: '$.t' }, { body: '{{captured.token}}' }, ['use', 'login']),
      'line 14, column 7: requests[1].body: no step of the flow "f" before this one captures {{captured.token}}',
    ],
    [
      scenario({ token: '$.t' }, { expectBody: '{{captured.token}}' }),
      'line 14, column 7: requests[1].expectBody: "{{captured.token}}" expects a captured value; only requests are made of them',
    ],
    [
      scenario({ token: 'token' }, {}),
      'line 8, column 9: requests[0].capture.token: "token" is nothing to capture; write "$.path", "header NAME", "regexp PATTERN", "status" or "answer" (the text of a language model)',
    ],
    [
      scenario({ token: 'regexp (' }, {}),
      'line 8, column 9: requests[0].capture.token: "regexp (" is no regular expression: /(/mu: Unterminated group',
    ],
    [
      scenario({ token: '$.a b' }, {}),
      'line 8, column 9: requests[0].capture.token: "$.a b" is no path like $.a.b[0][\'c\']',
    ],
    [
      scenario({ 'a b': '$.a' }, {}),
      'line 8, column 9: requests[0].capture.a b is no name: letters, digits, _ and - only',
    ],
    [
      scenario({ token: 'header a b' }, {}),
      'line 8, column 9: requests[0].capture.token: "header a b" is no name of a header',
    ],
    [
      { body: '{{captured.x}}' },
      'line 3, column 3: body: nothing captures {{captured.x}} | A request of a scenario file captures it for later steps: "capture": {"x": "$.path"}.',
    ],
  ])('%j is refused with its place', (written, message) => {
    expect(wrongWith(written)).toBe(message);
  });
});
