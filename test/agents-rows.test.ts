import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterEach, expect, it } from 'vitest';
import { agentHere, snapshotsIn } from './agents-here.ts';
import { temporaryFolder } from './command.ts';
import { type Nats, natsServer } from './nats.ts';
import { echoTarget } from './target.ts';
import { rampartIn } from './world.ts';

/** Data rows of agents: through NATS's object store, once, each agent those of its part; and who may read and write what there. */

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serverWith(...settings: readonly string[]): Promise<Nats> {
  const server = await natsServer(settings);
  closers.push(() => server.kill());
  return server;
}

/** What the file holds: some MB, so that it travels in many pieces. */
const LINES = Array.from({ length: 401 }, (_, n) => JSON.stringify({ n, text: `Zeile ${n} ü `.repeat(800) }));

async function runWithRows(url: string) {
  const path = join(temporaryFolder(), 'rows.jsonl');
  writeFileSync(path, `${LINES.join('\n')}\n`);
  const target = await echoTarget(createServer());
  closers.push(() => target.close());
  const ended = await rampartIn({}, [
    ...['run', target.url, '--data', path, '--data-order', 'once', '--vus', '4', '-d', '60s', '--no-preflight'],
    ...['--nats', url, '--agents', '2', '--no-discover', '-q', '-o', join(temporaryFolder(), 'out')],
  ]);
  const got = target.got.map((request) => request.slice(request.indexOf('{')));
  return { ...ended, got };
}

it('are stored once in pieces that NATS takes, each used once, and their room is free afterwards', async () => {
  const server = await serverWith('jetstream {}', 'max_payload: 65536');
  for (const name of ['one', 'two']) closers.push(await agentHere(server.url, name));
  const witness = await connect({ servers: server.url });
  closers.push(() => witness.close());
  const pieces: number[] = [];
  witness.subscribe('$O.rampart_rows.C.*', { callback: (_, { data }) => void pieces.push(data.length) });
  const { code, stderr, got } = await runWithRows(server.url);
  expect(stderr).toBe('');
  expect([0, 5]).toContain(code);
  expect(got.sort()).toEqual([...LINES].sort());
  const stored = pieces.reduce((sum, bytes) => sum + bytes, 0);
  const written = Buffer.byteLength(LINES.join(''));
  expect(stored).toBeGreaterThan(written);
  expect(stored).toBeLessThan(1.1 * written);
  expect(Math.max(...pieces)).toBeLessThanOrEqual(65_536);
  const { state } = await (await jetstreamManager(witness)).streams.info('OBJ_rampart_rows');
  expect(state.bytes).toBeLessThan(10_000);
});

it.each([
  ['alike', 'equal', 1],
  ['that can do differently much', 'measured', 3],
])('are one for each user of agents %s, and no agent has those of another', async (_, weights, times) => {
  const server = await serverWith('jetstream {}');
  for (const [n, name] of ['one', 'two'].entries())
    closers.push(await agentHere(server.url, name, { measure: async () => (n === 0 ? 1_000 : times * 1_000) }));
  const witness = await connect({ servers: server.url });
  closers.push(() => witness.close());
  const pieces: number[] = [];
  witness.subscribe('$O.rampart_rows.C.*', { callback: (__, { data }) => void pieces.push(data.length) });
  // A user has a connection of its own: whose request it is.
  const users = new Map<string, Set<unknown>>();
  const target = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (piece: string) => (body += piece));
    request.on('end', () => {
      users.set(body, (users.get(body) ?? new Set()).add(request.socket));
      response.end();
    });
  });
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
  closers.push(() => target.close().closeAllConnections());
  const rows = Array.from({ length: 12 }, (__, n) => JSON.stringify({ user: n, key: `${n}-`.repeat(9_000) }));
  const path = join(temporaryFolder(), 'users.jsonl');
  writeFileSync(path, rows.join('\n'));
  const out = join(temporaryFolder(), 'out');
  const { code, stderr } = await rampartIn({}, [
    ...['run', `http://127.0.0.1:${(target.address() as AddressInfo).port}/`, '--data', path, '--no-preflight'],
    ...['--data-order', 'per-user', '--vus', '9', '--requests', '600', '-d', '60s', '--no-discover', '-q', '-o', out],
    ...['--nats', server.url, '--agents', '2', '--weights', weights],
  ]);
  expect(stderr).toBe('');
  expect([0, 5]).toContain(code);
  expect([...users.keys()].sort()).toEqual(rows.slice(0, 9).sort());
  expect([...users.values()].map(({ size }) => size)).toEqual(rows.slice(0, 9).map(() => 1));
  const threads = snapshotsIn(out).flatMap(({ generator }) => generator?.threads ?? []);
  const senders = threads.flatMap(({ agent, sent = 0 }) => (sent > 0 ? [agent?.name] : []));
  expect([...new Set(senders)].sort()).toEqual(['one', 'two']);
  const stored = pieces.reduce((sum, bytes) => sum + bytes, 0);
  expect(stored).toBeLessThan(1.1 * Buffer.byteLength(rows.join('')));
});

it('that are not what was stored end the run before anything is sent: exit code 6', async () => {
  const server = await serverWith('jetstream {}');
  for (const name of ['one', 'two']) closers.push(await agentHere(server.url, name));
  const forger = await connect({ servers: server.url });
  closers.push(() => forger.close());
  let forged = false;
  forger.subscribe('$O.rampart_rows.C.*', {
    callback: (_, { subject, data }) => {
      if (forged) return;
      forged = true;
      forger.publish(subject, data);
    },
  });
  const { code, stdout, got } = await runWithRows(server.url);
  expect([code, got]).toEqual([6, []]);
  expect(stdout).toMatch(/agent (?:one|two): the data rows did not arrive whole.*nothing was sent/s);
});

it('for which JetStream has no room are told before anything is sent: exit code 2', async () => {
  const server = await serverWith('jetstream { max_file_store: 2MB }');
  for (const name of ['one', 'two']) closers.push(await agentHere(server.url, name));
  const { code, stderr, got } = await runWithRows(server.url);
  expect([code, got]).toEqual([2, []]);
  expect(stderr).toMatch(/NATS does not take the data rows \(\d MB\): .*\n.*max_file_store/);
});

it('reach agents that may do no more than they need, which cannot tell anything in the name of another', async () => {
  // As docs/scale.md lists it.
  const rights = (name: string): string =>
    [
      `{ user: ${name}, password: "pass-word-1", permissions: {`,
      `publish: ["rampart.run.*.word", "rampart.run.*.clock", "rampart.agent.*", "rampart.snapshot.*.${name}", "_INBOX.>",`,
      '"$JS.API.INFO", "$JS.API.STREAM.INFO.OBJ_rampart_rows", "$JS.API.STREAM.MSG.GET.OBJ_rampart_rows",',
      '"$JS.API.DIRECT.GET.OBJ_rampart_rows.>", "$JS.API.CONSUMER.*.OBJ_rampart_rows.>", "$JS.FC.OBJ_rampart_rows.>"],',
      'subscribe: ["rampart.>", "_INBOX.>"], allow_responses: true } }',
    ].join(' ');
  const controller = '{ user: controller, password: "pass-word-1" }';
  const server = await serverWith(
    'jetstream {}',
    `authorization { users: [ ${controller}, ${rights('one')}, ${rights('two')} ] }`,
  );
  const as = (user: string): string => server.url.replace('://', `://${user}:pass-word-1@`);
  for (const name of ['one', 'two']) closers.push(await agentHere(as(name), name));
  const { stderr, got } = await runWithRows(as('controller'));
  expect(stderr).toBe('');
  expect(got).toHaveLength(LINES.length);
  const one = await connect({ servers: server.url, user: 'one', pass: 'pass-word-1' });
  closers.push(() => one.close());
  const publish = (agent: string) =>
    jetstream(one, { timeout: 1_000 })
      .publish(`rampart.snapshot.run.${agent}`, 'what I say')
      .then(() => 'stored')
      .catch((error: Error) => error.name);
  expect(await publish('one')).toBe('stored');
  expect(await publish('two')).not.toBe('stored');
});
