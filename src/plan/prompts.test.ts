import { describe, expect, it } from 'vitest';
import type { RowTable } from '../core/rows.ts';
import { payloadsOf } from '../load/payload.ts';
import { errorOf } from './error.fixture.ts';
import { planOf, planOfScenario, preparedOf, worldWith } from './plan.fixture.ts';

const CHAT = 'http://h:1/v1/chat/completions';

/** Bodies of the first requests of a plan of these flags. */
function bodiesOf(
  target: string,
  flags: Readonly<Record<string, unknown>>,
  { files = {}, n = 4 }: { readonly files?: Readonly<Record<string, string>>; readonly n?: number } = {},
): { readonly rows: RowTable | null; readonly bodies: readonly Record<string, unknown>[] } {
  const { plan, rows } = preparedOf({ kind: 'run', target, env: {}, flags }, worldWith(files));
  const text = plan.requests[0]?.body?.data ?? '';
  const filling = payloadsOf(plan, rows)?.compile([{ text, place: 'json' }]);
  const bodies = Array.from({ length: n }, (_, index) => {
    const length = filling?.fill(index) ?? 0;
    return JSON.parse(filling?.bytes.toString('utf8', 0, length) ?? '') as Record<string, unknown>;
  });
  return { rows, bodies };
}

const wordsIn = (text: unknown): string[] => String(text).split(' ');

describe('prompts', () => {
  it('are made where the address alone says what is sent, as many words as were asked for', () => {
    const { bodies } = bodiesOf(CHAT, { promptTokens: '64', maxTokens: '10-20', seed: '3' }, { n: 50 });
    const prompts = bodies.map((body) => (body['messages'] as { content: string }[])[0]?.content ?? '');
    expect(prompts.map((prompt) => wordsIn(prompt).length)).toEqual(new Array(50).fill(64));
    expect(new Set(prompts).size).toBe(50);
    const limits = bodies.map((body) => Number(body['max_tokens']));
    expect([Math.min(...limits) >= 10, Math.max(...limits) <= 20, new Set(limits).size > 3]).toEqual([
      true,
      true,
      true,
    ]);
    expect(bodies[0]).toMatchObject({ stream: true, stream_options: { include_usage: true } });
    expect(planOf({ promptTokens: '64' }, { target: CHAT }).requests[0]).toMatchObject({
      method: 'POST',
      name: 'POST /v1/chat/completions',
      templated: true,
    });
  });

  it.each([
    ['/v1/completions', 'prompt', 'max_tokens'],
    ['/v1/responses', 'input', 'max_output_tokens'],
    ['/generate_stream', 'inputs', 'parameters.max_new_tokens'],
    ['/v2/models/m/generate_stream', 'text_input', 'parameters.max_tokens'],
    ['/api/generate', 'prompt', 'options.num_predict'],
  ])('stand where %s has them', (path, prompt, limit) => {
    const { bodies } = bodiesOf(`http://h:1${path}`, { promptTokens: '9', maxTokens: '7' }, { n: 1 });
    const at = (way: string): unknown =>
      way.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], bodies[0]);
    expect(wordsIn(at(prompt))).toHaveLength(9);
    expect(at(limit)).toBe(7);
  });

  it('take the place of the last question of a body, and leave the rest of it as it is', () => {
    const body = `{"model": "m", "id": {{seq}}, "messages": [{"role": "system", "content": "{{{{x}}"}, {"role": "user", "content": "hi"}], "max_completion_tokens": 5}`;
    const { bodies } = bodiesOf(CHAT, { promptTokens: '3', maxTokens: '8', body }, { n: 2 });
    expect(bodies[1]).toEqual({
      model: 'm',
      id: 1,
      messages: [
        { role: 'system', content: '{{x}}' },
        { role: 'user', content: expect.stringMatching(/^\w+ \w+ \w+$/) },
      ],
      max_completion_tokens: 8,
    });
  });

  it('begin alike where a share is common, and are new with the same seed where they are to be unique', () => {
    const promptsOf = (more: Readonly<Record<string, unknown>>): string[] =>
      bodiesOf('http://h:1/v1/completions', { promptTokens: '20', seed: '1', ...more }).bodies.map((body) =>
        String(body['prompt']),
      );
    const shared = promptsOf({ sharedPrefix: '0.5' });
    expect(new Set(shared.map((prompt) => wordsIn(prompt).slice(0, 10).join(' '))).size).toBe(1);
    expect(new Set(shared.map((prompt) => wordsIn(prompt).slice(10).join(' '))).size).toBe(4);
    expect(promptsOf({})).toEqual(promptsOf({}));
    expect(promptsOf({ uniquePrompts: true })).not.toEqual(promptsOf({}));
  });

  it('of a body that are made of something else stay, with limits of their own', () => {
    const body = '{"prompt": "{{row.q}}"}';
    const files = { 'r.jsonl': '{"q":"a"}\n{"q":"b"}' };
    const { bodies } = bodiesOf(
      'http://h:1/v1/completions',
      { body, data: 'r.jsonl', maxTokens: '4' },
      { files, n: 2 },
    );
    expect(bodies).toEqual([
      { prompt: 'a', max_tokens: 4 },
      { prompt: 'b', max_tokens: 4 },
    ]);
    expect(
      errorOf(() => bodiesOf('http://h:1/v1/completions', { body, data: 'r.jsonl', promptTokens: '4' }, { files })),
    ).toContain('the prompt of the body is made of something else already');
  });

  it.each([
    [
      { promptTokens: '5', body: '{"x":1}' },
      '--prompt-tokens is for language models, and what is sent to /p has no prompt',
    ],
    [{ promptTokens: '5', method: 'GET' }, 'is for language models'],
    [{ maxTokens: '5', noDiscover: true, discover: false }, '--max-tokens is for language models'],
    [{ promptTokens: '0' }, 'is too little; at least 1'],
    [{ promptTokens: 'many' }, 'is no number of them; write 512, 100-800, exp:512 or lognormal:512±200'],
    [{ promptTokens: '9-3' }, 'from the larger to the smaller'],
    [{ sharedPrefix: '50%' }, '--shared-prefix is a share of prompts that are made'],
    [{ promptTokens: '5', sharedPrefix: '5' }, 'has no %'],
    [{ promptTokens: '5', engine: 'autocannon' }, 'autocannon'],
  ])('are refused in words: %j', (flags, problem) => {
    const { noDiscover: _, ...given } = flags as Record<string, unknown>;
    expect(errorOf(() => planOf(given))).toContain(problem);
  });

  it('are refused with the paths of all that have none', () => {
    const requests = ['/a', '/b', '/b?x=1', '/c'].map((path) => ({ name: path, path, body: { x: 1 } }));
    const refused = (n: number): string =>
      errorOf(() => planOfScenario({ requests: requests.slice(0, n) }, { promptTokens: '5' }));
    expect(refused(2)).toContain('what is sent to /a, /b has no prompt');
    expect(refused(4)).toContain('what is sent to /a, /b, /b?x=1 and 1 more has no prompt');
  });
});

describe('conversations', () => {
  const talk = (...turns: [string, string][]) => ({ conversations: turns.map(([from, value]) => ({ from, value })) });
  const list = [
    talk(['human', 'What is "rain"?'], ['gpt', 'It is water, and falls.'], ['human', 'Why?'], ['gpt', 'It is heavy.']),
    talk(['gpt', 'Hello.']),
    talk(['system', 'Be short.'], ['user', 'Ü?\n'], ['assistant', 'A letter']),
  ];

  it.each([
    ['talks.json', JSON.stringify(list)],
    ['talks.json', `\ufeff${JSON.stringify(list, null, 2)}\n`],
    ['talks.jsonl', list.map((each) => JSON.stringify(each)).join('\n')],
  ])('of %s are prompts, their answers as long as there; what has none is left out', (file, content) => {
    const { bodies, rows } = bodiesOf(CHAT, { data: file }, { files: { [file]: content }, n: 2 });
    expect(rows?.rows).toBe(2);
    expect(bodies).toEqual([
      expect.objectContaining({
        messages: [{ role: 'user', content: 'What is "rain"?' }],
        max_tokens: 5,
        stream: true,
      }),
      expect.objectContaining({ messages: [{ role: 'user', content: 'Ü?\n' }], max_tokens: 2 }),
    ]);
  });

  it('may be asked in a body of one’s own, and made unique', () => {
    const files = { 'talks.json': JSON.stringify(list) };
    const body = '{"prompt": "{{row.conversations.1.value}}", "n": {{row.answerTokens}}}';
    const own = bodiesOf('http://h:1/v1/completions', { data: 'talks.json', body }, { files, n: 1 });
    expect(own.bodies).toEqual([{ prompt: 'It is water, and falls.', n: 5 }]);
    const flags = { data: 'talks.json', uniquePrompts: true };
    const [asked] = bodiesOf('http://h:1/v1/completions', flags, { files, n: 1 }).bodies;
    expect(asked?.['prompt']).toMatch(/^(?:[a-z]+ ){8}What is "rain"\?$/);
  });

  it('have all their questions, and are left out where they have fewer than are used', () => {
    const files = { 'talks.json': JSON.stringify(list) };
    const body = '{"prompt": "{{row.questions.0}} {{row.questions.1}}"}';
    const { bodies, rows } = bodiesOf('http://h:1/v1/completions', { data: 'talks.json', body }, { files, n: 1 });
    expect(rows?.rows).toBe(1);
    expect(bodies).toEqual([{ prompt: 'What is "rain"? Why?' }]);
  });

  it('of which none has an answer are told as such, with what one looks like', () => {
    const files = { 'talks.json': JSON.stringify([talk(['gpt', 'Hello.']), talk(['human', 'Why?'])]) };
    expect(errorOf(() => bodiesOf(CHAT, { data: 'talks.json' }, { files }))).toMatch(
      /none of the 2 in "talks.json" has a question with an answer to it.*\{"from": "gpt"/s,
    );
  });

  it.each([
    ['{"a": 1}', 'line 1 is no JSON list'],
    ['[{"a": 1}', 'the list does not end'],
    ['[{"a": 1},]', 'has a comma and no value'],
    ['[{"a": 1}] x', 'has something behind the list'],
    ['[{"a": 1},\n {"a": nil}]', 'line 2, column 7 is not JSON'],
    ['[]', 'has no rows'],
  ])('and other lists are refused where they are none: %j', (content, problem) => {
    const flags = { data: 'r.json', body: '{"a": {{row.a}}}' };
    expect(errorOf(() => bodiesOf('http://h:1/p', flags, { files: { 'r.json': content } }))).toContain(problem);
  });

  it('of a list are rows as those of JSON Lines are', () => {
    const files = { 'r.json': '[{"a": "x,]"},\n  {"a": [1, {"b": "}"}]}]' };
    expect(bodiesOf('http://h:1/p', { data: 'r.json' }, { files, n: 2 }).bodies).toEqual([
      { a: 'x,]' },
      { a: [1, { b: '}' }] },
    ]);
  });
});
