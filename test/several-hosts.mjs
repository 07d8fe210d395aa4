/**
 * Hosts of their own on one machine: network namespaces, each with a link to this one, which passes on what they send to each
 * other. A NATS server, a target, a controller and four agents are on seven of them. Runs within a namespace of users, mounts and
 * networks (`unshare -rmn`); prints what came of each run.
 *
 * Arguments: the built command, and a folder.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const [, , cli = '', folder = ''] = process.argv;
/** @type {import('node:child_process').ChildProcess[]} */
const children = [];
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** @param {string} line */
function shell(line) {
  const { status, stderr } = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${line}: ${stderr}`);
}

/** @param {string} program @param {readonly string[]} args @param {string} [text] resolves when it has written that */
function started(program, args, text) {
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let said = '';
  let stdout = '';
  const ended = new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, said })));
  const shown = new Promise((resolve, reject) => {
    const hear = (/** @type {string} */ piece) => {
      said += piece;
      if (text !== undefined && said.includes(text)) resolve(undefined);
    };
    child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ piece) => {
      stdout += piece;
      hear(piece);
    });
    child.stderr.setEncoding('utf8').on('data', hear);
    void ended.then(() =>
      text === undefined ? resolve(undefined) : reject(new Error(`${program} has ended: ${said}`)),
    );
  });
  return { pid: child.pid, shown, ended };
}

/** @param {number} number its network is 10.77.number.0/24, in which this one is .1 and it .2 */
async function host(number) {
  const holder = started('unshare', ['-n', 'sh', '-c', 'ip link set lo up && echo up && exec sleep 600'], 'up');
  await holder.shown;
  const [link, here, there] = [`link${number}`, `10.77.${number}.1`, `10.77.${number}.2`];
  shell(`ip link add ${link} type veth peer name eth0 netns ${holder.pid}`);
  shell(`ip addr add ${here}/24 dev ${link} && ip link set ${link} up`);
  const inside = `ip addr add ${there}/24 dev eth0 && ip link set eth0 up && ip route add default via ${here}`;
  shell(`nsenter -t ${holder.pid} -n sh -c '${inside}'`);
  return {
    address: there,
    /** @param {string} program @param {readonly string[]} args @param {string} [text] */
    start: (program, args, text) => started('nsenter', ['-t', `${holder.pid}`, '-n', program, ...args], text),
    link: (/** @type {string} */ state) => shell(`ip link set ${link} ${state}`),
  };
}

shell('ip link set lo up && echo 1 > /proc/sys/net/ipv4/ip_forward');
const [natsHost, targetHost, control] = await Promise.all([host(1), host(2), host(3)]);
const machines = await Promise.all([4, 5, 6, 7].map(host));

mkdirSync(join(folder, 'nats'));
await natsHost.start('nats-server', ['-js', '-sd', join(folder, 'nats'), '-p', '4222'], 'Server is ready').shown;
// Takes 50 ms for every request, and knows how many there were.
const TARGET = `
  import { createServer } from 'node:http';
  let count = 0;
  createServer((request, response) => {
    if (request.url === '/count') return response.end(String(count));
    count++;
    setTimeout(() => response.end('{}'), 50);
  }).listen(8080, () => console.log('listens'));
`;
writeFileSync(join(folder, 'target.mjs'), TARGET);
await targetHost.start(process.execPath, [join(folder, 'target.mjs')], 'listens').shown;
const origin = `http://${targetHost.address}:8080`;
const nats = `nats://${natsHost.address}:4222`;
const received = async () => Number(await (await fetch(`${origin}/count`)).text());
await Promise.all(
  machines.map(
    (machine, n) =>
      machine.start(process.execPath, [cli, 'agent', '--nats', nats, '--name', `host-${n}`], 'waits for work').shown,
  ),
);

/** @param {string} name @param {readonly string[]} flags @param {() => Promise<void>} meanwhile */
async function run(name, flags, meanwhile = async () => {}) {
  const before = await received();
  const out = ['--no-discover', '--no-preflight', '--json', '-q', '-o', join(folder, name)];
  const running = control.start(process.execPath, [cli, 'run', `${origin}/predict`, ...flags, ...out]);
  await meanwhile();
  const { code, stdout, said } = await running.ended;
  const counted = (await received()) - before;
  return { name, code, counted, result: stdout === '' ? null : JSON.parse(stdout), said: stdout === '' ? said : '' };
}

const LOAD = ['--rate', '100/s', '--arrivals', 'poisson', '--seed', '5', '-d', '1s', '--threads', '1'];
const runs = [await run('one process', LOAD)];
for (const many of ['1', '2', '4']) runs.push(await run(`${many} agents`, [...LOAD, '--nats', nats, '--agents', many]));
const cut = async () => {
  const before = await received();
  while ((await received()) - before < 60) await sleep(50);
  natsHost.link('down');
  await sleep(1_500);
  natsHost.link('up');
};
runs.push(await run('a link cut', ['--rate', '60/s', '-d', '4s', '--nats', nats, '--agents', '2'], cut));
process.stdout.write(JSON.stringify(runs), () => process.exit(0));
