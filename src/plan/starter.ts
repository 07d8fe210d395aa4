/* The scenario that `rampart init` writes: what is behind # is there to be tried. */

export const STARTER_TOP = `# A load test. rampart validate FILE reads it, rampart run FILE --dry-run sends one of each request,
# rampart run FILE puts the load on; rampart find FILE looks for the breaking point: without the file's load, with its thresholds as SLOs.
`;

/** What to send, where no target could be asked. */
export const STARTER_REQUEST = `url: http://127.0.0.1:8989/predict
# method: POST                # where there is a body; else GET
# headers:
#   X-Team: loans
body:
  income: 52000
  amount: 12000
`;

/** How much of it, and what to hold it to. */
export const STARTER_LOAD = `# How much: requests that are due whatever the responses do …
rate: 50/s
duration: 30s
# … or virtual users, each of whom waits for its response:
# vus: 20
# spawnRate: 5                # users started per second
# thinkTime: 1s-3s            # a pause between two requests

# When it passes (exit code 0), and when it fails (3). All times are those of callers.
thresholds:
  - p95<250ms
  - errors<1%

# What a response must be, besides a status of 200 to 299:
# expectStatus: 200
# expectJson: $.default_probability

# Rows that requests are made of, as {{row.NAME}} in body, path or headers:
# data: rows.csv
`;

/** The same with more than one request. */
export const STARTER_SEVERAL = `
# Several requests: then these stand in the place of method, headers and body, beneath what is said above of all.
# requests:
#   - name: log in
#     path: /login
#     body: { user: "user{{seq}}" }
#     capture:
#       token: $.token
#   - name: predict
#     path: /predict
#     headers:
#       Authorization: Bearer {{captured.token}}
#     body: { income: 52000 }
#     thresholds: p95<200ms
# flows:
#   - name: visit
#     steps: [log in, pause: 1s-3s, predict]
`;

/** The same in TypeScript, where values are made by functions. */
export const STARTER_TYPESCRIPT = `// A load test. rampart validate FILE reads it, rampart run FILE --dry-run sends one of each request, rampart run FILE puts the load on.
import { scenario } from 'rampart';

export default scenario({
  url: 'http://127.0.0.1:8989/predict',
  // Called for each request when it is due: not async. random() gives the same numbers for the same --seed.
  // Also given: row (of data), captured (of earlier responses of the same flow). path of a request, and values of headers, may be functions, too.
  headers: { 'x-request': ({ seq }) => \`load-\${seq}\` },
  body: ({ user, random }) => ({ income: 20_000 + Math.floor(60_000 * random()), amount: 12_000, user }),
  // true: the response is right; false, or a text that says what is wrong: it is not.
  check: (response) => typeof response.json() === 'object' || 'the response is no object',
  rate: '50/s',
  duration: '30s',
  thresholds: ['p95<250ms', 'errors<1%'],
});
`;
