/** Updates of pods that fill their spec: messages end with the difference of two printed specs. */

import type { Tree } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const selector = { matchLabels: { z: '1', a: '2' }, matchExpressions: [{ key: 'k', operator: 'In', values: ['v'] }] };
const term = { labelSelector: selector, topologyKey: 'zone', namespaceSelector: { matchLabels: { n: 'm' } } };
const nodeTerm = {
  matchExpressions: [{ key: 'k', operator: 'In', values: ['v', 'w'] }],
  matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }],
};
const http = { httpGet: { port: 'web', path: '/<p>', httpHeaders: [{ name: 'X', value: '&' }] } };
const container = (name: string): Tree => ({
  name,
  image: 'i:1',
  command: ['/x', '<&>'],
  args: ['a'],
  workingDir: '/w',
  ports: [{ containerPort: 80, name: 'web' }],
  envFrom: [{ prefix: 'P', configMapRef: { name: 'c' } }, { secretRef: { name: 's', optional: true } }],
  env: [
    { name: 'A', value: '1' },
    { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'C', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1m' } } },
    { name: 'D', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } },
    { name: 'E', valueFrom: { secretKeyRef: { name: 's', key: 'k', optional: false } } },
  ],
  resources: { limits: { memory: '1024Mi', cpu: '1000m' }, requests: { memory: '512Mi', cpu: '0.5' } },
  volumeMounts: [{ name: 'host', mountPath: '/h', readOnly: true, subPathExpr: '$(A)', mountPropagation: 'None' }],
  livenessProbe: { exec: { command: ['c'] }, periodSeconds: 5 },
  readinessProbe: http,
  startupProbe: { tcpSocket: { port: 80 }, terminationGracePeriodSeconds: 5 },
  lifecycle: { postStart: { exec: { command: ['c'] } }, preStop: { sleep: { seconds: 1 } } },
  securityContext: {
    capabilities: { add: ['KILL'], drop: ['ALL'] },
    privileged: false,
    runAsUser: 1,
    seccompProfile: { type: 'Localhost', localhostProfile: 'p' },
    seLinuxOptions: { level: 's0' },
  },
});
const spec = {
  volumes: [
    { name: 'host', hostPath: { path: '/x' } },
    { name: 'empty', emptyDir: { medium: 'Memory', sizeLimit: '1024Ki' } },
    { name: 'secret', secret: { secretName: 's', items: [{ key: 'k', path: 'p', mode: 256 }] } },
    {
      name: 'projected',
      projected: {
        sources: [
          { serviceAccountToken: { path: 't', expirationSeconds: 3600 } },
          { configMap: { name: 'c' } },
          { downwardAPI: { items: [{ path: 'd', fieldRef: { fieldPath: 'metadata.labels' } }] } },
        ],
      },
    },
    { name: 'csi', csi: { driver: 'd', volumeAttributes: { z: '1', a: '2' }, nodePublishSecretRef: { name: 's' } } },
    {
      name: 'claim',
      ephemeral: {
        volumeClaimTemplate: {
          metadata: { labels: { a: 'b' } },
          spec: { accessModes: ['ReadWriteOnce'], selector, resources: { requests: { storage: '1Gi' } } },
        },
      },
    },
  ],
  initContainers: [
    { ...container('init'), livenessProbe: null, readinessProbe: null, startupProbe: null, lifecycle: null },
  ],
  containers: [container('a'), container('b')].map((each, at) => ({
    ...each,
    ports: [{ containerPort: 80 + at, name: 'web' }],
  })),
  nodeSelector: { z: '1', a: '2' },
  automountServiceAccountToken: false,
  terminationGracePeriodSeconds: 5,
  securityContext: {
    fsGroup: 1,
    supplementalGroups: [2, 3],
    sysctls: [{ name: 'kernel.shm_rmid_forced', value: '0' }],
    seccompProfile: { type: 'RuntimeDefault' },
  },
  imagePullSecrets: [{ name: 'p' }],
  hostname: 'h',
  subdomain: 's',
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [nodeTerm] },
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: nodeTerm }],
    },
    podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] },
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 2, podAffinityTerm: term }],
    },
  },
  tolerations: [{ key: 'k', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }],
  hostAliases: [{ ip: '192.0.2.1', hostnames: ['h'] }],
  dnsPolicy: 'None',
  dnsConfig: {
    nameservers: ['192.0.2.2'],
    searches: ['s.test'],
    options: [{ name: 'ndots', value: '2' }, { name: 'x' }],
  },
  readinessGates: [{ conditionType: 'example.com/gate' }],
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: selector, minDomains: 2 },
  ],
  os: { name: 'linux' },
  resourceClaims: [{ name: 'r', resourceClaimName: 'c' }],
};

const create = (name: string, fields: Tree): GoldenCase => ({
  name: `${name}: create`,
  method: 'POST',
  path: 'pods',
  body: { metadata: { name: `golden-${name}` }, spec: { ...spec, ...fields } },
});
const change = (
  of: string,
  name: string,
  operations: readonly (readonly [string, string, unknown?])[],
): GoldenCase => ({
  name: `${of}: ${name}`,
  method: 'PATCH',
  path: `pods/golden-${of}`,
  contentType: 'application/json-patch+json',
  body: operations.map(([op, path, value]) => ({
    op,
    path: `/spec/${path}`,
    ...(value === undefined ? {} : { value }),
  })),
});
const debug = (name: string, containers: readonly Tree[]): GoldenCase => ({
  name: `debugged: ${name}`,
  method: 'PATCH',
  path: 'pods/golden-full/ephemeralcontainers',
  body: { spec: { ephemeralContainers: containers } },
});
const debugger_ = { name: 'e', image: 'i', env: [{ name: 'A', value: '1' }], targetContainerName: 'a' };
const { resources: _resources, ports: _ports, volumeMounts: _mounts, ...copied } = container('f');
const full = {
  ...copied,
  volumeMounts: [{ name: 'empty', mountPath: '/e' }],
  livenessProbe: null,
  readinessProbe: null,
  startupProbe: null,
  lifecycle: null,
};

export const cases: readonly GoldenCase[] = [
  create('full', {}),
  change('full', 'one thing of a container', [['replace', 'containers/0/args/0', 'b']]),
  change('full', 'the same thing of both containers', [
    ['replace', 'containers/0/workingDir', '/v'],
    ['replace', 'containers/1/workingDir', '/v'],
  ]),
  change('full', 'containers in another order', [['replace', 'containers', [container('b'), container('a')]]]),
  change('full', 'image and command', [
    ['replace', 'containers/0/image', 'i:2'],
    ['remove', 'containers/0/command'],
  ]),
  change('full', 'probes', [
    ['remove', 'containers/0/livenessProbe'],
    ['replace', 'containers/0/readinessProbe/httpGet/port', 81],
    ['add', 'containers/0/startupProbe', { grpc: { port: 5 } }],
  ]),
  change('full', 'environment', [
    ['remove', 'containers/1/env/1'],
    ['add', 'containers/1/env/0', { name: 'Z', value: '<z>' }],
  ]),
  change('full', 'resources', [
    ['replace', 'containers/0/resources/limits/cpu', '1500m'],
    ['add', 'containers/0/resources/limits/ephemeral-storage', '2048Mi'],
  ]),
  change('full', 'volumes', [
    ['remove', 'volumes/1'],
    ['add', 'volumes/-', { name: 'iscsi', iscsi: { targetPortal: 't', iqn: 'iqn.2001-04.com.example:x', lun: 1 } }],
  ]),
  change('full', 'every volume', [['remove', 'volumes']]),
  change('full', 'volume claim', [
    ['replace', 'volumes/5/ephemeral/volumeClaimTemplate/spec/accessModes/0', 'ReadOnlyMany'],
  ]),
  change('full', 'node selector', [['add', 'nodeSelector/m', '3']]),
  change('full', 'affinity', [['remove', 'affinity/podAffinity']]),
  change('full', 'whole affinity', [['remove', 'affinity']]),
  change('full', 'node affinity', [
    [
      'replace',
      'affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0/matchFields/0/values/0',
      'm',
    ],
  ]),
  change('full', 'security context', [
    ['remove', 'securityContext'],
    ['add', 'hostNetwork', true],
    ['add', 'hostUsers', false],
  ]),
  change('full', 'names', [
    ['replace', 'hostname', 'g'],
    ['add', 'setHostnameAsFQDN', true],
    ['remove', 'subdomain'],
  ]),
  change('full', 'things far from one another', [
    ['replace', 'volumes/0/hostPath/path', '/y'],
    ['replace', 'containers/1/args', ['x', 'y']],
    ['replace', 'dnsConfig/options/0/value', '3'],
    ['remove', 'os'],
  ]),
  change('full', 'spread', [['add', 'topologySpreadConstraints/0/matchLabelKeys', ['k']]]),
  change('full', 'toleration and claim', [
    ['replace', 'tolerations/0/tolerationSeconds', 6],
    ['remove', 'resourceClaims'],
  ]),
  change('full', 'grace', [['replace', 'terminationGracePeriodSeconds', 1]]),
  debug('added', [debugger_, full]),
  debug('environment changes', [{ ...debugger_, env: [{ name: 'A', value: '2' }] }, full]),
  debug('target changes', [{ ...debugger_, targetContainerName: 'b', tty: true, stdin: true }, full]),
  debug('one goes', [full]),
  debug('one without mounts', [debugger_, { ...full, volumeMounts: null, securityContext: null }]),
];
