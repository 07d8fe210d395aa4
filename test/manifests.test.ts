import { readdirSync, readFileSync } from 'node:fs';
import { expect, it, type TestContext } from 'vitest';
import { printedBy } from './python.ts';
import { rampartIn } from './world.ts';

/** Manifests of agents, as Kubernetes would take them: what its schemas do not know is refused. */

interface Checked {
  readonly name: string;
  /** Null: there is none. */
  readonly problem: string | null;
}

const checked = async (test: TestContext, yaml: string): Promise<Checked[]> =>
  JSON.parse(await printedBy(test, 'manifests_validate.py', yaml)) as Checked[];

const FOLDER = 'deploy/kubernetes';
const texts = readdirSync(FOLDER).map((name) => readFileSync(`${FOLDER}/${name}`, 'utf8'));

it('all that deploy/kubernetes and the command make is what Kubernetes knows', async (test) => {
  const flags = ['--count', '3', '--region', 'eu-west-1', '--secret', 'creds', '--tls-secret', 'tls'];
  const made = await rampartIn({}, ['agents', 'manifest', '--kubernetes', ...flags]);
  const found = await checked(test, [...texts, made.stdout].join('\n---\n'));
  expect(found.filter(({ problem }) => problem !== null)).toEqual([]);
  expect(found.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['Job rampart-agents', 'Job rampart-agents-eu-west-1', 'StatefulSet rampart-nats']),
  );
});

it('a field of another name is found', async (test) => {
  const misspelt = texts.map((text) => text.replace('parallelism:', 'paralelism:').replace('serviceName:', 'service:'));
  const problems = (await checked(test, misspelt.join('\n---\n'))).flatMap(({ problem }) => problem ?? []);
  expect(problems.join('\n')).toMatch(/paralelism/);
  expect(problems.join('\n')).toMatch(/'service' was unexpected/);
});
