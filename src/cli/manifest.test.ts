import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { saidBy } from './world.fixture.ts';

const FLAGS = [
  '--count',
  '50',
  '--allow',
  'https://*.staging.example.com',
  '--secret',
  'rampart-agent-creds',
  '--tls-secret',
  'rampart-nats-tls',
];

describe('rampart agents manifest', () => {
  it('prints the agents of deploy/kubernetes', async () => {
    const { code, stdout } = await saidBy(['agents', 'manifest', '--kubernetes', ...FLAGS]);
    expect([code, stdout]).toEqual([0, readFileSync('deploy/kubernetes/agents.yaml', 'utf8')]);
  });

  it('has as many pods as agents, each with all that it asks for, and reaches the ports of its targets only', async () => {
    const flags = ['--count', '3', '--cpu', '4', '--allow', 'http://a.test:8989', '--nats', 'nats://n:4333'];
    const { stdout } = await saidBy(['agents', 'manifest', '--kubernetes', ...flags]);
    const [job, policy] = parseAllDocuments(stdout).map((document) => document.toJS());
    expect(job.spec).toMatchObject({ completionMode: 'Indexed', completions: 3, parallelism: 3 });
    const [container] = job.spec.template.spec.containers;
    expect(container.resources.requests).toEqual(container.resources.limits);
    expect(policy.spec.egress[1].ports.map(({ port }: { port: number }) => port)).toEqual([4333, 8989]);
  });

  it('tells the agents of a region apart', async () => {
    const { stdout } = await saidBy(['agents', 'manifest', '--kubernetes', '--region', 'eu-west-1']);
    const [job] = parseAllDocuments(stdout).map((document) => document.toJS());
    expect(job.metadata.name).toBe('rampart-agents-eu-west-1');
    expect(job.spec.template.spec.containers[0].args.slice(2)).toEqual([
      ...['--name', 'eu-west-1-agent-$(JOB_COMPLETION_INDEX)', '--region', 'eu-west-1'],
    ]);
  });

  it.each([
    [['--region', 'EU West'], '--region: "EU West" is none'],
    [['--count', '0'], '--count'],
    [['--cpu', '500m'], '--cpu: "500m" is none'],
    [['--memory', '1GB'], '--memory'],
  ])('refuses %s', async (flags, message) => {
    const { code, stderr } = await saidBy(['agents', 'manifest', '--kubernetes', ...flags]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
