/** What is compared: one request, and what scenarios add to it, as scenario files of ours and as Locust's. */
import { BODY } from '../cost.ts';

export interface Lane {
  readonly name: string;
  /** Of one request's CPU; null: it is that one. */
  readonly atMost: number | null;
  /** The file's name, and what is in it for an address. */
  readonly file: string;
  readonly text: (url: string) => string;
  /** The body of Locust's class; null: it has no other words for it. */
  readonly locust: string | null;
}

const JSON_TYPE = 'application/json';
const body = JSON.parse(BODY) as Record<string, unknown>;
const names = ['predict', 'explain', 'batch', 'status', 'models'];
const post = (path: string): string =>
  `self.client.post("${path}", data=${JSON.stringify(BODY)}, headers={"Content-Type": "${JSON_TYPE}"})`;

export const LANES: readonly Lane[] = [
  {
    name: 'one request',
    atMost: null,
    file: 'one.json',
    text: (url) => JSON.stringify({ url, body }),
    locust: `    @task\n    def post(self):\n        ${post('/predict')}\n`,
  },
  {
    name: 'a mix of five weighted requests',
    atMost: 1.1,
    file: 'mix.json',
    text: (url) =>
      JSON.stringify({
        url,
        requests: names.map((name, place) => ({ name, weight: 5 - place, path: `/${name}`, body })),
      }),
    locust: names
      .map((name, place) => `    @task(${5 - place})\n    def ${name}(self):\n        ${post(`/${name}`)}\n`)
      .join('\n'),
  },
  {
    name: 'a flow: a JSON capture, and a header made of it',
    atMost: 1.4,
    file: 'flow.json',
    text: (url) =>
      JSON.stringify({
        url,
        requests: [
          { name: 'log in', path: '/login', body, capture: { label: '$.label' } },
          { name: 'predict', path: '/predict', headers: { 'x-label': '{{captured.label}}' }, body },
        ],
        flows: [{ name: 'visit', steps: ['log in', 'predict'] }],
      }),
    locust: `    @task
    def visit(self):
        label = ${post('/login')}.json()["label"]
        self.client.post("/predict", data=${JSON.stringify(BODY)}, headers={"Content-Type": "${JSON_TYPE}", "x-label": label})
`,
  },
  {
    name: 'a body that a TypeScript function makes',
    atMost: 1.6,
    file: 'function.ts',
    text: (url) => `export default {
  url: ${JSON.stringify(url)},
  method: 'POST',
  body: ({ user, random }: { user: number; random: () => number }) =>
    ({ age: 35, income: 20_000 + Math.floor(60_000 * random()), amount: 12_000, term: 36, score: 690, user }),
};
`,
    locust: `    @task
    def post(self):
        body = {"age": 35, "income": 20000 + int(60000 * random()), "amount": 12000, "term": 36, "score": 690}
        self.client.post("/predict", json=body)
`,
  },
];
