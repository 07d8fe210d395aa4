/** What is compared: one request, and what scenarios add to it, as scenario files of ours, as Locust's and as k6's. */
import { BODY } from '../cost.ts';

export interface Lane {
  readonly name: string;
  /** Of one request's CPU; null: it is that one. */
  readonly atMost: number | null;
  /** The file's name, and what is in it for an address. */
  readonly file: string;
  readonly text: (url: string) => string;
  /** The body of Locust's class. */
  readonly locust: string;
  /** k6's default function, for the address's origin. Bodies are thrown away but where one is read. */
  readonly k6: (origin: string) => string;
}

const JSON_TYPE = 'application/json';
const body = JSON.parse(BODY) as Record<string, unknown>;
const names = ['predict', 'explain', 'batch', 'status', 'models'];
const post = (path: string): string =>
  `self.client.post("${path}", data=${JSON.stringify(BODY)}, headers={"Content-Type": "${JSON_TYPE}"})`;

/** What each of k6's scripts begins with. */
const k6Head = (origin: string): string => `const origin = ${JSON.stringify(origin)};
const body = ${JSON.stringify(BODY)};
const headers = { 'Content-Type': '${JSON_TYPE}' };
`;

export const LANES: readonly Lane[] = [
  {
    name: 'one request',
    atMost: null,
    file: 'one.json',
    text: (url) => JSON.stringify({ url, body }),
    locust: `    @task\n    def post(self):\n        ${post('/predict')}\n`,
    k6: (origin) => `${k6Head(origin)}export default function () { http.post(origin + '/predict', body, { headers }); }
`,
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
    // It has no weights of its own: scripts draw a number.
    k6: (origin) => `${k6Head(origin)}const mix = ${JSON.stringify(names.map((name, place) => [name, 5 - place]))};
export default function () {
  let left = Math.random() * ${names.reduce((sum, _, place) => sum + 5 - place, 0)};
  for (const [name, weight] of mix) {
    left -= weight;
    if (left < 0) { http.post(origin + '/' + name, body, { headers }); return; }
  }
}
`,
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
    k6: (origin) => `${k6Head(origin)}export default function () {
  const label = http.post(origin + '/login', body, { headers, responseType: 'text' }).json('label');
  http.post(origin + '/predict', body, { headers: { ...headers, 'x-label': label } });
}
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
    k6: (origin) => `${k6Head(origin)}export default function () {
  const income = 20000 + Math.floor(60000 * Math.random());
  const made = { age: 35, income, amount: 12000, term: 36, score: 690, user: __VU };
  http.post(origin + '/predict', JSON.stringify(made), { headers });
}
`,
  },
];
