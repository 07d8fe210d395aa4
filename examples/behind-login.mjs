/** A model behind a login, to try scenarios/login.yaml on: node examples/behind-login.mjs [port] */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [, ...lines] = readFileSync(new URL('../scenarios/accounts.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const passwords = new Map(lines.map((line) => /** @type {[string, string]} */ (line.trim().split(','))));
/** What each token's owner asked. @type {Map<string, { user: string, asked: string[] }>} */
const sessions = new Map();

const server = createServer(async (request, response) => {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text += piece;
  const answer = (status, value) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(value === undefined ? undefined : JSON.stringify(value));
  };
  let body;
  try {
    body = text === '' ? {} : JSON.parse(text);
  } catch {
    return answer(400, { error: 'the body is not JSON' });
  }
  const route = `${request.method} ${request.url}`;
  if (route === 'POST /login') {
    const { user, password } = body;
    if (passwords.get(user) !== password || password === undefined) return answer(401, { error: 'no such account' });
    const token = randomUUID();
    sessions.set(token, { user, asked: [] });
    return answer(200, { token });
  }
  const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
  const session = sessions.get(token);
  if (session === undefined) return answer(401, { error: 'log in first' });
  if (route === 'POST /predict') {
    session.asked.push(body.text);
    return answer(200, { label: String(body.text).length % 2 === 0 ? 'even' : 'odd', text: body.text });
  }
  if (route === 'GET /history') return answer(200, session);
  if (route === 'POST /logout') {
    sessions.delete(token);
    return answer(204);
  }
  return answer(404, { error: 'there is nothing here' });
});

server.listen(Number(process.argv[2] ?? 8990), '127.0.0.1', () =>
  console.log(`A model behind a login: http://127.0.0.1:${server.address().port}  (Ctrl-C stops it)`),
);
