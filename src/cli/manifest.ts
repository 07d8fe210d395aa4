/** The command `rampart agents manifest`: agents as Kubernetes runs them. */
import { RampartError } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import { parseCount } from '../plan/syntax.ts';
import { yamlText } from '../plan/yaml-text.ts';

export interface ManifestFlags {
  readonly kubernetes?: boolean;
  readonly count: string;
  readonly region?: string;
  readonly nats: string;
  readonly image: string;
  readonly cpu: string;
  readonly memory: string;
  readonly allow?: readonly string[];
  readonly secret?: string;
  readonly tlsSecret?: string;
  readonly deadline: string;
}

const LABELS = { 'app.kubernetes.io/name': 'rampart', 'app.kubernetes.io/component': 'agent' };

/** `rampart agents manifest --kubernetes --count 50`: what `kubectl apply --server-side -f -` takes. */
export function manifestCommand(world: World, flags: ManifestFlags): number {
  if (flags.kubernetes !== true)
    throw new RampartError(
      'usage',
      'which kind of manifest?',
      'Write --kubernetes; compose.yaml and systemd units are in deploy/.',
    );
  world.stdout.write(agentsManifest(flags));
  return 0;
}

/** An Indexed Job, a pod for each agent, and what the pods may reach. @throws RampartError `bad-flag` */
export function agentsManifest(flags: ManifestFlags): string {
  const count = parseCount(flags.count, '--count', { min: '1', max: '10k' });
  const cpu = matching(flags.cpu, /^\d+$/, '--cpu', 'whole cores, which a pod then has for itself: 2');
  const memory = matching(flags.memory, /^\d+(?:Mi|Gi)$/, '--memory', 'such as 1Gi or 512Mi');
  if (flags.region !== undefined)
    matching(
      flags.region,
      /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/,
      '--region',
      'lower-case letters, digits and -: eu-west-1',
    );
  const deadline = parseCount(flags.deadline, '--deadline', { min: '60', max: '10m' });
  const port = Number(/:(\d+)$/.exec(flags.nats)?.[1] ?? '4222');
  const documents = [job(flags, { count, cpu, memory, deadline }), networkPolicy(port, portsOf(flags.allow ?? []))];
  return documents.map(yamlText).join('---\n');
}

interface Size {
  readonly count: number;
  readonly cpu: string;
  readonly memory: string;
  readonly deadline: number;
}

function job(
  { nats, image, region, allow = [], secret, tlsSecret }: ManifestFlags,
  { count, cpu, memory, deadline }: Size,
): object {
  // As much as it asks for: such a pod is never throttled for another one's sake, nor the first to be ended.
  const resources = { cpu, memory };
  const creds = secret === undefined ? [] : ['--nats-creds', '/etc/rampart/nats.creds'];
  const trusted = tlsSecret === undefined ? [] : ['--nats-ca', '/etc/nats-tls/ca.crt'];
  const args = [
    '--nats',
    nats,
    '--name',
    `${region === undefined ? '' : `${region}-`}agent-$(JOB_COMPLETION_INDEX)`,
    ...(region === undefined ? [] : ['--region', region]),
    ...creds,
    ...trusted,
    ...allow.flatMap((each) => ['--allow', each]),
  ];
  const container = {
    name: 'agent',
    image,
    command: ['node', '/app/dist/bin/cli.js', 'agent'],
    args,
    // Secrets of plans: variables of the same names as the controller has.
    envFrom: [{ secretRef: { name: 'rampart-plan-secrets', optional: true } }],
    resources: { requests: resources, limits: resources },
    securityContext: {
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, runAsNonRoot: true, runAsUser: 1000 },
      ...{ capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } },
    },
    volumeMounts: [
      { name: 'tmp', mountPath: '/tmp' },
      ...(secret === undefined ? [] : [{ name: 'nats', mountPath: '/etc/rampart', readOnly: true }]),
      ...(tlsSecret === undefined ? [] : [{ name: 'nats-tls', mountPath: '/etc/nats-tls', readOnly: true }]),
    ],
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: region === undefined ? 'rampart-agents' : `rampart-agents-${region}`, labels: LABELS },
    spec: {
      ...{ completionMode: 'Indexed', completions: count, parallelism: count, backoffLimitPerIndex: 1 },
      ...{ activeDeadlineSeconds: deadline, ttlSecondsAfterFinished: 600 },
      template: {
        metadata: { labels: LABELS },
        spec: {
          ...{ restartPolicy: 'Never', automountServiceAccountToken: false, terminationGracePeriodSeconds: 30 },
          securityContext: { fsGroup: 1000 },
          topologySpreadConstraints: [
            {
              ...{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
              labelSelector: { matchLabels: LABELS },
            },
          ],
          containers: [container],
          volumes: [
            { name: 'tmp', emptyDir: {} },
            ...(secret === undefined ? [] : [{ name: 'nats', secret: { secretName: secret, defaultMode: 0o440 } }]),
            ...(tlsSecret === undefined
              ? []
              : [{ name: 'nats-tls', secret: { secretName: tlsSecret, items: [{ key: 'ca.crt', path: 'ca.crt' }] } }]),
          ],
        },
      },
    },
  };
}

/** Names, NATS and the target's ports; nobody reaches an agent. */
function networkPolicy(nats: number, ports: readonly number[]): object {
  const tcp = (port: number): object => ({ port, protocol: 'TCP' });
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'rampart-agents', labels: LABELS },
    spec: {
      podSelector: { matchLabels: LABELS },
      policyTypes: ['Ingress', 'Egress'],
      egress: [{ ports: [{ port: 53, protocol: 'UDP' }, tcp(53)] }, { ports: [nats, ...ports].map(tcp) }],
    },
  };
}

/** Ports of the targets that are allowed; where none is, the usual ports. */
function portsOf(allow: readonly string[]): number[] {
  const ports = allow.map((origin) => Number(/:(\d+)\/?$/.exec(origin)?.[1] ?? (/^https:/i.test(origin) ? 443 : 80)));
  return ports.length === 0 ? [80, 443] : [...new Set(ports)];
}

function matching(text: string, pattern: RegExp, flag: string, example: string): string {
  if (!pattern.test(text))
    throw new RampartError('bad-flag', `${flag}: ${JSON.stringify(text)} is none; write ${example}`);
  return text;
}
