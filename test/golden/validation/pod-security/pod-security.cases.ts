import { type GoldenCase, goldenNamespace } from '../golden-case.ts';

type Tree = Record<string, unknown>;

const container = (fields: Tree = {}, name = 'c'): Tree => ({ name, image: 'nginx:1', ...fields });
const secure = (fields: Tree = {}): Tree => container({ securityContext: fields });
const create = (name: string, spec: Tree, metadata: Tree = {}): GoldenCase => ({
  name,
  method: 'POST',
  path: 'pods',
  body: { metadata: { name: 'a', ...metadata }, spec: { automountServiceAccountToken: false, ...spec } },
  dryRun: true,
});
const label = (name: string, labels: Record<string, string | null>): GoldenCase => ({
  name,
  method: 'PATCH',
  path: `/api/v1/namespaces/${goldenNamespace}`,
  body: {
    metadata: {
      labels: Object.fromEntries(
        Object.entries(labels).map(([key, value]) => [`pod-security.kubernetes.io/${key}`, value]),
      ),
    },
  },
});

const violations: readonly (readonly [string, Tree, Tree?])[] = [
  ['nothing special', { containers: [container()] }],
  ['host namespaces', { containers: [container()], hostNetwork: true, hostPID: true, hostIPC: true }],
  ['host ports', { containers: [container({ ports: [{ containerPort: 80, hostPort: 80 }] })] }],
  ['privileged', { containers: [secure({ privileged: true }), container({}, 'd')] }],
  ['capabilities', { containers: [secure({ capabilities: { add: ['NET_ADMIN', 'CHOWN', 'BPF'], drop: ['ALL'] } })] }],
  [
    'volumes',
    {
      containers: [container()],
      volumes: [
        { name: 'h', hostPath: { path: '/' } },
        { name: 'n', nfs: { server: 's', path: '/' } },
        { name: 'e', emptyDir: {} },
      ],
    },
  ],
  ['proc mount', { containers: [secure({ procMount: 'Unmasked' })], hostUsers: false }],
  [
    'selinux',
    {
      containers: [secure({ seLinuxOptions: { type: 'spc_t', user: 'u' } })],
      securityContext: { seLinuxOptions: { role: 'r' } },
    },
  ],
  [
    'seccomp and apparmor',
    {
      containers: [secure({ seccompProfile: { type: 'Unconfined' }, appArmorProfile: { type: 'Unconfined' } })],
      securityContext: { seccompProfile: { type: 'Unconfined' } },
    },
  ],
  [
    'sysctls',
    {
      containers: [container()],
      securityContext: {
        sysctls: [
          { name: 'kernel.msgmax', value: '1' },
          { name: 'net.ipv4.tcp_rmem', value: '1' },
        ],
      },
    },
  ],
  ['probe hosts', { containers: [container({ livenessProbe: { tcpSocket: { host: '1.2.3.4', port: 1 } } })] }],
  [
    'root',
    {
      containers: [secure({ runAsUser: 0, runAsNonRoot: false })],
      securityContext: { runAsUser: 0, runAsNonRoot: true },
    },
  ],
  [
    'as it should be',
    {
      containers: [
        secure({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }),
      ],
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    },
  ],
];
const all = (level: string): GoldenCase[] => violations.map(([name, spec]) => create(`${level}: ${name}`, spec));

/** Admission sees labels a moment late; a few requests give it the time. */
const settled = (change: GoldenCase): GoldenCase[] => [
  change,
  ...Array.from(
    { length: 20 },
    (_, position): GoldenCase => ({
      name: `${change.name}: ${position}`,
      method: 'GET',
      path: 'pods/none',
    }),
  ),
];

const none = { enforce: null, 'enforce-version': null, warn: null, 'warn-version': null, audit: null };

export const cases: readonly GoldenCase[] = [
  { ...create('stored', { containers: [container()], hostPID: true }, { name: 'stored' }), dryRun: false },
  label('no level', { enforce: 'strict', 'warn-version': '1.2' }),
  ...settled(label('enforce baseline', { enforce: 'baseline' })),
  ...all('baseline'),
  ...settled(label('enforce restricted', { enforce: 'restricted' })),
  ...all('restricted'),
  {
    name: 'deployment',
    method: 'POST',
    path: `/apis/apps/v1/namespaces/${goldenNamespace}/deployments`,
    body: {
      metadata: { name: 'a' },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [container()], hostPID: true } },
      },
    },
    dryRun: true,
  },
  ...settled(label('enforce an old version', { 'enforce-version': 'v1.20' })),
  ...all('restricted:v1.20'),
  ...settled(label('only warn', { ...none, warn: 'baseline' })),
  create('warned', { containers: [container()], hostIPC: true }),
  label('no labels', none),
];
