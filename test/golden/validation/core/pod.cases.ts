import type { GoldenCase } from '../golden-case.ts';

type Tree = Record<string, unknown>;

const container = (fields: Tree = {}): Tree => ({ name: 'c', image: 'nginx:1', ...fields });

/** Automounted tokens have names from chance. */
const pod = (spec: Tree, metadata: Tree = {}): Tree => ({
  metadata: { name: 'a', ...metadata },
  spec: { containers: [container()], automountServiceAccountToken: false, ...spec },
});
const create = (name: string, spec: Tree, metadata: Tree = {}): GoldenCase => ({
  name,
  method: 'POST',
  path: 'pods',
  body: pod(spec, metadata),
  dryRun: true,
});
const one = (name: string, fields: Tree, spec: Tree = {}): GoldenCase =>
  create(name, { containers: [container(fields)], ...spec });
const volume = (name: string, source: Tree): GoldenCase => create(name, { volumes: [{ name: 'v', ...source }] });
const patch = (name: string, body: unknown, subresource = ''): GoldenCase => ({
  name,
  method: 'PATCH',
  path: `pods/a${subresource}`,
  body,
  contentType: 'application/strategic-merge-patch+json',
});

const probe = { httpGet: { port: 80 } };

export const cases: readonly GoldenCase[] = [
  create('minimal', {}),
  create('no containers', { containers: [] }),
  create('no spec fields', { containers: null }),
  one('no image', { image: '' }),
  one('image with space', { image: ' nginx ' }),
  one('container name', { name: 'A_b' }),
  one('container without name', { name: '' }),
  create('two containers of one name', { containers: [container(), container()] }),
  create('init container of the same name', { initContainers: [container()] }),
  create('restart policy', { restartPolicy: 'Sometimes' }),
  create('dns policy', { dnsPolicy: 'Mine' }),
  create('dns policy None without config', { dnsPolicy: 'None' }),
  create('dns policy None without nameserver', { dnsPolicy: 'None', dnsConfig: {} }),
  create('dns config', {
    dnsConfig: {
      nameservers: ['1.1.1.1', 'x', '01.2.3.4', '::ffff:1.2.3.4'],
      searches: ['ok.example.', '.', 'a_b.c', 'A b'],
      options: [{ value: 'x' }],
    },
  }),
  create('host aliases', { hostAliases: [{ ip: 'x', hostnames: ['A', 'ok'] }] }),
  create('node selector', { nodeSelector: { 'a b': 'c d' } }),
  create('node name', { nodeName: 'A b' }),
  create('hostname and subdomain', { hostname: 'a.b', subdomain: 'A' }),
  create('hostname override', { hostnameOverride: 'A_', setHostnameAsFQDN: true }),
  create('active deadline', { activeDeadlineSeconds: 0 }),
  create('grace period of containers hooks', {
    terminationGracePeriodSeconds: 5,
    containers: [container({ lifecycle: { preStop: { sleep: { seconds: 6 } }, postStart: {} } })],
  }),
  create('ephemeral containers on create', { ephemeralContainers: [{ name: 'e', image: 'x' }] }),
  create('gated with a node', {
    nodeName: 'n',
    schedulingGates: [{ name: 'a.b/c' }, { name: 'a.b/c' }, { name: 'x y' }],
  }),
  create('readiness gates', { readinessGates: [{ conditionType: 'a b' }] }),
  create('preemption policy', { preemptionPolicy: 'Often' }),
  create('unknown operating system', { os: { name: 'plan9' } }),
  create('linux with windows options', { os: { name: 'linux' }, securityContext: { windowsOptions: {} } }),
  create('windows with linux options', {
    os: { name: 'windows' },
    hostPID: true,
    shareProcessNamespace: true,
    securityContext: { runAsUser: 1, sysctls: [{ name: 'kernel.sem', value: '1' }], fsGroup: 2 },
    containers: [container({ securityContext: { privileged: true, capabilities: {} } })],
  }),
  create('windows user names', {
    securityContext: {
      windowsOptions: { runAsUserName: 'a\\b\\c', gmsaCredentialSpecName: 'A', gmsaCredentialSpec: '' },
    },
    containers: [container({ securityContext: { windowsOptions: { runAsUserName: '...', hostProcess: true } } })],
  }),
  create('image pull secrets', { imagePullSecrets: [{ name: 'a' }] }),
  create('priority class', { priorityClassName: 'A b' }),
  create('service account', { serviceAccountName: 'A b' }),
  create('overhead', { overhead: { cpu: '-1', foo: '1' } }),
  one('ports', {
    ports: [
      { containerPort: 0 },
      { containerPort: 70000, name: 'UPPER' },
      { containerPort: 80, name: 'a', protocol: 'ICMP' },
      { containerPort: 81, name: 'a', hostPort: 99999 },
      { containerPort: 82, name: 'no--double' },
    ],
  }),
  create('host port conflict', {
    containers: [
      container({ ports: [{ containerPort: 80, hostPort: 80 }] }),
      container({ name: 'd', ports: [{ containerPort: 81, hostPort: 80 }] }),
    ],
  }),
  create('host network with other host port', {
    hostNetwork: true,
    containers: [container({ ports: [{ containerPort: 80, hostPort: 81 }] })],
  }),
  one('environment', {
    env: [
      { name: '' },
      { name: 'a=b' },
      { name: 'both', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'none', valueFrom: {} },
      { name: 'two', valueFrom: { fieldRef: { fieldPath: 'metadata.name' }, secretKeyRef: { name: 'a', key: 'b' } } },
      { name: 'field', valueFrom: { fieldRef: { fieldPath: 'metadata.foo' } } },
      { name: 'unsupported', valueFrom: { fieldRef: { fieldPath: 'status.phase' } } },
      { name: 'version', valueFrom: { fieldRef: { apiVersion: 'v2', fieldPath: 'metadata.name' } } },
      { name: 'subscript', valueFrom: { fieldRef: { fieldPath: "metadata.labels['a b']" } } },
      { name: 'subscript-annotation', valueFrom: { fieldRef: { fieldPath: "metadata.annotations['A/B']" } } },
      { name: 'subscript-name', valueFrom: { fieldRef: { fieldPath: "metadata.name['x']" } } },
      { name: 'resource', valueFrom: { resourceFieldRef: { resource: 'limits.foo' } } },
      { name: 'divisor', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '2' } } },
      { name: 'divisor-memory', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '3' } } },
      { name: 'pages', valueFrom: { resourceFieldRef: { resource: 'limits.hugepages-2Mi', divisor: '3' } } },
      { name: 'key', valueFrom: { configMapKeyRef: { name: 'A', key: 'a b' } } },
      { name: 'no-key', valueFrom: { secretKeyRef: { name: '', key: '' } } },
      { name: 'file', valueFrom: { fileKeyRef: { key: 'k', volumeName: 'nope', path: '../x' } } },
    ],
  }),
  one('environment from', {
    envFrom: [{ prefix: 'a=' }, { configMapRef: { name: 'A' }, secretRef: { name: '' } }],
  }),
  one(
    'mounts',
    {
      volumeMounts: [
        { name: 'nope', mountPath: '/a' },
        { name: 'v', mountPath: '/a' },
        { name: 'v', mountPath: '' },
        { name: 'v', mountPath: '/b', subPath: '/abs' },
        { name: 'v', mountPath: '/c', subPath: 'a', subPathExpr: '../x' },
        { name: 'v', mountPath: '/d', mountPropagation: 'Bidirectional' },
        { name: 'v', mountPath: '/e', mountPropagation: 'Odd' },
        { name: 'v', mountPath: '/f', recursiveReadOnly: 'Enabled' },
        { name: 'v', mountPath: '/g', recursiveReadOnly: 'Odd' },
      ],
      volumeDevices: [
        { name: 'v', devicePath: '/a' },
        { name: 'gone', devicePath: '/dev/../x' },
        { name: 'w', devicePath: '' },
      ],
    },
    {
      volumes: [
        { name: 'v', emptyDir: {} },
        { name: 'w', persistentVolumeClaim: { claimName: 'c' } },
      ],
    },
  ),
  one('termination message and pull policy', { terminationMessagePolicy: 'Odd', imagePullPolicy: 'Often' }),
  one('resources', {
    resources: {
      limits: { cpu: '-1', foo: '1', 'example.com/x': '1.5', 'hugepages-2Mi': '3Mi', 'requests.x/y': '1' },
      requests: { cpu: '2', memory: '1Gi', 'example.com/x': '1', 'a.b/c': '1', storage: '1' },
      claims: [{ name: 'c' }, { name: '' }],
    },
  }),
  one('request over limit', { resources: { limits: { cpu: '1' }, requests: { cpu: '2' } } }),
  one('huge pages alone', { resources: { limits: { 'hugepages-2Mi': '2Mi' } } }),
  create('pod-level resources', {
    resources: { limits: { cpu: '1', 'ephemeral-storage': '1' }, requests: { cpu: '500m' } },
    containers: [container({ resources: { requests: { cpu: '1' }, limits: { cpu: '2' } } })],
  }),
  create('resource claims', {
    resourceClaims: [
      { name: 'a' },
      { name: 'a', resourceClaimName: 'x' },
      { name: '', resourceClaimTemplateName: 'A' },
    ],
    containers: [container({ resources: { claims: [{ name: 'a' }, { name: 'a' }, { name: 'b', request: 'A' }] } })],
  }),
  one(
    'resize policy',
    {
      resizePolicy: [
        { resourceName: 'cpu', restartPolicy: 'RestartContainer' },
        { resourceName: 'cpu', restartPolicy: 'Odd' },
        { resourceName: 'disk', restartPolicy: 'NotRequired' },
      ],
    },
    { restartPolicy: 'Never' },
  ),
  one('restart policy of a container', { restartPolicy: 'Odd' }),
  one('restart rules without a policy', { restartPolicyRules: [{ action: 'Restart' }] }),
  one('restart rules', {
    restartPolicy: 'Never',
    restartPolicyRules: [
      { action: 'Odd', exitCodes: { operator: 'In', values: [1] } },
      { action: 'Restart', exitCodes: { operator: 'Odd', values: [1] } },
      { action: 'Restart' },
    ],
  }),
  one('too many restart rules', {
    restartPolicy: 'Never',
    restartPolicyRules: Array.from({ length: 21 }, () => ({
      action: 'Restart',
      exitCodes: { operator: 'In', values: [1] },
    })),
  }),
  create('init containers', {
    initContainers: [
      container({ name: 'i', lifecycle: {}, livenessProbe: probe, readinessProbe: probe, startupProbe: probe }),
      container({ name: 'j', restartPolicy: 'Always', livenessProbe: {} }),
      container({ name: 'k', restartPolicy: 'Odd' }),
      container({ name: 'l', resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] }),
    ],
  }),
  create('sidecar', { initContainers: [container({ name: 'i', restartPolicy: 'Always', readinessProbe: probe })] }),
  one('probes', {
    livenessProbe: { successThreshold: 2, httpGet: { port: 0 }, tcpSocket: { port: 1 } },
    readinessProbe: { terminationGracePeriodSeconds: 1, exec: { command: [] }, initialDelaySeconds: -1 },
    startupProbe: { successThreshold: 3, grpc: { port: 70000 }, terminationGracePeriodSeconds: 0 },
  }),
  one('http probe', {
    livenessProbe: { httpGet: { port: 'NAME', scheme: 'FTP', httpHeaders: [{ name: 'a b', value: '' }] } },
  }),
  one('security context', {
    securityContext: {
      runAsUser: -1,
      runAsGroup: -2,
      procMount: 'Unmasked',
      seccompProfile: { type: 'Odd' },
      appArmorProfile: { type: 'Localhost' },
      privileged: true,
      allowPrivilegeEscalation: false,
    },
  }),
  one('security context with CAP_SYS_ADMIN', {
    securityContext: { allowPrivilegeEscalation: false, capabilities: { add: ['CAP_SYS_ADMIN'] }, procMount: 'Odd' },
  }),
  create('pod security context', {
    hostPID: true,
    shareProcessNamespace: true,
    securityContext: {
      fsGroup: -1,
      runAsUser: -1,
      supplementalGroups: [-1],
      fsGroupChangePolicy: 'Odd',
      supplementalGroupsPolicy: 'Odd',
      seLinuxChangePolicy: 'Odd',
      seccompProfile: { type: 'Localhost' },
      appArmorProfile: { type: 'RuntimeDefault', localhostProfile: 'x' },
    },
  }),
  create('seccomp profile that is not local', {
    securityContext: { seccompProfile: { type: 'RuntimeDefault', localhostProfile: 'x' } },
    containers: [container({ securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: '../x' } } })],
  }),
  create('sysctls', {
    securityContext: {
      sysctls: [
        { name: 'foo-', value: 'bar' },
        { name: 'kernel.shmmax', value: '100000000' },
        { name: 'safe-and-unsafe', value: '100000000' },
        { name: 'bar..', value: '42' },
        { name: '', value: '' },
        { name: 'kernel.shmmax', value: '1' },
      ],
    },
  }),
  create('sysctls of the host', {
    hostNetwork: true,
    hostIPC: true,
    securityContext: {
      sysctls: [
        { name: 'net/ipv4/ip_forward', value: '1' },
        { name: 'kernel.sem', value: '1' },
      ],
    },
  }),
  create('user namespace', {
    hostUsers: false,
    hostNetwork: true,
    hostIPC: true,
    containers: [container({ volumeDevices: [{ name: 'w', devicePath: '/x' }] })],
    volumes: [{ name: 'w', persistentVolumeClaim: { claimName: 'c' } }],
  }),
  create('tolerations', {
    tolerations: [
      { key: 'a b', operator: 'Exists' },
      { operator: 'Equal', value: 'x' },
      { key: 'a', operator: 'Exists', value: 'v' },
      { key: 'a', operator: 'Odd' },
      { key: 'a', operator: 'Gt', value: '1' },
      { key: 'a', effect: 'Odd' },
      { key: 'a', value: 'x y' },
      { key: 'a', tolerationSeconds: 1, effect: 'NoSchedule' },
    ],
  }),
  create('node affinity', {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            {
              matchExpressions: [
                { key: 'a b', operator: 'In' },
                { key: 'a', operator: 'Exists', values: ['x'] },
                { key: 'a', operator: 'Gt', values: [] },
                { key: 'a', operator: 'Odd', values: ['x y'] },
              ],
              matchFields: [
                { key: 'metadata.name', operator: 'In', values: ['a', 'B'] },
                { key: 'metadata.uid', operator: 'Exists' },
              ],
            },
          ],
        },
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 0, preference: { matchExpressions: [{ key: 'a', operator: 'In', values: ['x y'] }] } },
        ],
      },
    },
  }),
  create('node affinity without terms', {
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } },
  }),
  create('pod affinity', {
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: '' },
          { topologyKey: 'a b', namespaces: ['A'], matchLabelKeys: ['x'] },
          { topologyKey: 'a', labelSelector: { matchExpressions: [{ key: 'k', operator: 'In' }] } },
          { topologyKey: 'a', labelSelector: {}, matchLabelKeys: ['x', 'a b'], mismatchLabelKeys: ['x'] },
        ],
      },
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 101, podAffinityTerm: { topologyKey: 'a' } }],
      },
    },
  }),
  create(
    'match label keys',
    {
      affinity: {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'a', labelSelector: { matchLabels: { k: 'v' } }, matchLabelKeys: ['k'] },
          ],
        },
      },
    },
    { labels: { k: 'v' } },
  ),
  create('topology spread constraints', {
    topologySpreadConstraints: [
      { maxSkew: 0, topologyKey: '', whenUnsatisfiable: 'Odd' },
      { maxSkew: 1, topologyKey: 'a', whenUnsatisfiable: 'ScheduleAnyway', minDomains: 0 },
      { maxSkew: 1, topologyKey: 'a', whenUnsatisfiable: 'ScheduleAnyway', nodeAffinityPolicy: 'Odd' },
      { maxSkew: 1, topologyKey: 'b', whenUnsatisfiable: 'DoNotSchedule', matchLabelKeys: ['x'] },
      {
        maxSkew: 1,
        topologyKey: 'c',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { 'a b': 'c' } },
      },
    ],
  }),
  create('deletion cost', {}, { annotations: { 'controller.kubernetes.io/pod-deletion-cost': '+1' } }),
  create('mirror pod without node', {}, { annotations: { 'kubernetes.io/config.mirror': 'x' } }),
  create('seccomp annotations', {}, { annotations: { 'seccomp.security.alpha.kubernetes.io/pod': 'odd' } }),
  create(
    'apparmor annotations',
    {},
    {
      annotations: {
        'container.apparmor.security.beta.kubernetes.io/c': 'odd',
        'container.apparmor.security.beta.kubernetes.io/gone': 'runtime/default',
      },
    },
  ),
  create(
    'apparmor annotation without field',
    {},
    { annotations: { 'container.apparmor.security.beta.kubernetes.io/c': 'localhost/x' } },
  ),
  create(
    'warnings',
    {
      terminationGracePeriodSeconds: -1,
      nodeSelector: { 'beta.kubernetes.io/os': 'linux' },
      imagePullSecrets: [{ name: 'a' }, { name: 'a' }, {}],
      hostAliases: [{ ip: '1.1.1.1' }, { ip: '1.1.1.1' }],
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: 'failure-domain.beta.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule' },
      ],
      affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'a' }] } },
      dnsConfig: { nameservers: ['2001:db8:0::1'] },
      volumes: [
        { name: 'g', gitRepo: { repository: 'x' } },
        {
          name: 'm',
          configMap: {
            name: 'c',
            items: [
              { key: 'a', path: 'p' },
              { key: 'b', path: 'p/q' },
            ],
          },
        },
        {
          name: 'p',
          projected: {
            sources: [
              { configMap: { name: 'c', items: [{ key: 'a', path: 'p' }] } },
              { secret: { name: 's', items: [{ key: 'a', path: 'p/r' }] } },
            ],
          },
        },
      ],
      containers: [
        container({
          env: [
            { name: 'A', value: 'x' },
            { name: 'A', value: 'y' },
            { name: 'B', value: 'x' },
            { name: 'B', value: '$(B)y' },
          ],
          ports: [{ containerPort: 80, name: 'a' }, { containerPort: 80 }, { containerPort: 81, hostIP: '1.1.1.1' }],
          resources: { limits: { memory: '1500m' } },
        }),
        container({
          name: 'd',
          ports: [
            { containerPort: 80, hostPort: 8080 },
            { containerPort: 90, name: 'a' },
          ],
        }),
      ],
    },
    { annotations: { 'scheduler.alpha.kubernetes.io/critical-pod': '' } },
  ),
  create(
    'seccomp annotation against field',
    { securityContext: { seccompProfile: { type: 'Unconfined' } } },
    {
      annotations: { 'seccomp.security.alpha.kubernetes.io/pod': 'runtime/default' },
    },
  ),
  create('volume names', {
    volumes: [
      { name: '', emptyDir: {} },
      { name: 'A', emptyDir: {} },
      { name: 'v', emptyDir: {} },
      { name: 'v', emptyDir: {} },
    ],
  }),
  volume('two sources', { emptyDir: {}, hostPath: { path: '/x' }, downwardAPI: {}, cephfs: { monitors: [] } }),
  volume('empty dir', { emptyDir: { sizeLimit: '-1' } }),
  volume('host path', { hostPath: { path: '/a/../b', type: 'Odd' } }),
  volume('host path without path', { hostPath: { path: '' } }),
  volume('git repository', { gitRepo: { repository: '', directory: '/abs/../x' } }),
  volume('gce disk', { gcePersistentDisk: { pdName: '', partition: 256 } }),
  volume('aws disk', { awsElasticBlockStore: { volumeID: '', partition: -1 } }),
  volume('secret', {
    secret: {
      secretName: '',
      defaultMode: 512,
      items: [
        { key: '', path: '' },
        { key: 'a', path: '..a', mode: -1 },
      ],
    },
  }),
  volume('config map', {
    configMap: {
      name: '',
      items: [
        { key: 'a', path: '/a' },
        { key: 'b', path: '../b' },
      ],
    },
  }),
  volume('nfs', { nfs: { server: '', path: 'a' } }),
  volume('iscsi', { iscsi: { targetPortal: '', iqn: '', lun: 256, chapAuthSession: true } }),
  volume('iscsi names', { iscsi: { targetPortal: 'x'.repeat(70), iqn: 'foo', lun: 0, initiatorName: 'iqn.bad' } }),
  volume('glusterfs', { glusterfs: { endpoints: '', path: '' } }),
  volume('flocker', { flocker: { datasetName: 'a/b', datasetUUID: 'x' } }),
  volume('claim', { persistentVolumeClaim: { claimName: '' } }),
  volume('rbd', { rbd: { monitors: [], image: '' } }),
  volume('cinder', { cinder: { volumeID: '', secretRef: {} } }),
  volume('cephfs', { cephfs: { monitors: [] } }),
  volume('quobyte', { quobyte: { registry: 'nohost', volume: '' } }),
  volume('downward API', {
    downwardAPI: {
      items: [
        { path: '' },
        { path: 'a', fieldRef: { fieldPath: 'spec.nodeName' } },
        { path: 'b', resourceFieldRef: { resource: 'limits.cpu' } },
        {
          path: 'c',
          fieldRef: { fieldPath: 'metadata.name' },
          resourceFieldRef: { containerName: 'c', resource: 'limits.cpu' },
        },
      ],
    },
  }),
  volume('fibre channel', { fc: { targetWWNs: ['a'], wwids: ['b'], lun: 300 } }),
  volume('fibre channel without target', { fc: {} }),
  volume('flex', { flexVolume: { driver: '', options: { 'x.kubernetes.io/y': '1', 'k8s.io': '2' } } }),
  volume('azure file', { azureFile: { secretName: '', shareName: '' } }),
  volume('vsphere', { vsphereVolume: { volumePath: '' } }),
  volume('photon', { photonPersistentDisk: { pdID: '' } }),
  volume('portworx', { portworxVolume: { volumeID: '' } }),
  volume('azure disk', { azureDisk: { diskName: '', diskURI: 'x', kind: 'Managed', cachingMode: 'Odd' } }),
  volume('storageos', { storageos: { volumeName: '', volumeNamespace: 'A', secretRef: {} } }),
  volume('projected', {
    projected: {
      defaultMode: 1000,
      sources: [
        {
          secret: { name: '', items: [{ key: 'a', path: 'p' }] },
          configMap: { name: 'm', items: [{ key: 'a', path: 'p' }] },
        },
        { serviceAccountToken: { path: '', expirationSeconds: 1 } },
        { downwardAPI: { items: [{ path: 'p', fieldRef: { fieldPath: 'metadata.name' } }] } },
        { clusterTrustBundle: { name: 'x', path: 'y' } },
      ],
    },
  }),
  volume('scaleio', { scaleIO: { gateway: '', system: '', secretRef: {} } }),
  volume('csi', { csi: { driver: 'A b', nodePublishSecretRef: { name: '' } } }),
  volume('csi without driver', { csi: { driver: '' } }),
  volume('ephemeral', { ephemeral: {} }),
  volume('ephemeral claim', {
    ephemeral: { volumeClaimTemplate: { metadata: { name: 'x' }, spec: { accessModes: ['Odd'], volumeMode: 'Odd' } } },
  }),
  volume('image', { image: { reference: '' } }),
  create('claim of an ephemeral volume', {
    volumes: [
      {
        name: 'v',
        ephemeral: {
          volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1' } } } },
        },
      },
      { name: 'w', persistentVolumeClaim: { claimName: 'a-v' } },
    ],
  }),
  create('name that is no label', {}, { name: 'a.b' }),
  { name: 'create', method: 'POST', path: 'pods', body: pod({ initContainers: [container({ name: 'i' })] }) },
  patch('new image', {
    spec: { containers: [{ name: 'c', image: 'nginx:2' }], initContainers: [{ name: 'i', image: 'x' }] },
  }),
  patch('no image in an update', { spec: { containers: [{ name: 'c', image: '' }] } }),
  patch('new container', { spec: { containers: [{ name: 'd', image: 'x' }] } }),
  patch('new command', { spec: { containers: [{ name: 'c', command: ['x'] }] } }),
  patch('new restart policy', { spec: { restartPolicy: 'Never' } }),
  patch('deadline', { spec: { activeDeadlineSeconds: 100 } }),
  patch('later deadline', { spec: { activeDeadlineSeconds: 200 } }),
  patch('no deadline', { spec: { activeDeadlineSeconds: null } }),
  patch('negative deadline', { spec: { activeDeadlineSeconds: -1 } }),
  patch('toleration', { spec: { tolerations: [{ key: 'x', operator: 'Exists' }] } }),
  patch('toleration taken away', { spec: { tolerations: [] } }),
  patch('gate', { spec: { schedulingGates: [{ name: 'a.b/c' }] } }),
  patch('mirror annotation', { metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } } }),
  patch(
    'ephemeral container',
    { spec: { ephemeralContainers: [{ name: 'e', image: 'busybox' }] } },
    '/ephemeralcontainers',
  ),
  patch(
    'ephemeral container with ports',
    {
      spec: {
        ephemeralContainers: [
          {
            name: 'f',
            image: 'x',
            ports: [{ containerPort: 1 }],
            resources: { limits: { cpu: '1' } },
            livenessProbe: probe,
            targetContainerName: 'gone',
          },
        ],
      },
    },
    '/ephemeralcontainers',
  ),
  patch(
    'ephemeral container of a taken name',
    { spec: { ephemeralContainers: [{ name: 'c', image: 'x' }] } },
    '/ephemeralcontainers',
  ),
  patch(
    'changed ephemeral container',
    { spec: { ephemeralContainers: [{ name: 'e', image: 'other' }] } },
    '/ephemeralcontainers',
  ),
  patch(
    'removed ephemeral container',
    { spec: { ephemeralContainers: [{ $patch: 'delete', name: 'e' }] } },
    '/ephemeralcontainers',
  ),
  patch(
    'resize to another class',
    { spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] } },
    '/resize',
  ),
  patch(
    'status',
    {
      status: {
        phase: 'Running',
        conditions: [{ type: 'a b', status: 'True' }],
        hostIP: '1.1.1.1',
        hostIPs: [{ ip: '1.1.1.2' }],
        podIPs: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }],
        qosClass: 'Guaranteed',
      },
    },
    '/status',
  ),
  patch(
    'status with an ended container',
    {
      status: {
        containerStatuses: [
          { name: 'c', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated: { exitCode: 0 } } },
        ],
      },
    },
    '/status',
  ),
  {
    name: 'create gated',
    method: 'POST',
    path: 'pods',
    body: pod(
      {
        schedulingGates: [{ name: 'a.b/c' }],
        nodeSelector: { a: 'b' },
        containers: [container({ resources: { requests: { cpu: '1' }, limits: { cpu: '2' } } })],
      },
      { name: 'g' },
    ),
  },
  { name: 'narrow a gated pod', method: 'PATCH', path: 'pods/g', body: { spec: { nodeSelector: { c: 'd' } } } },
  { name: 'move a gated pod', method: 'PATCH', path: 'pods/g', body: { spec: { nodeSelector: { a: 'x' } } } },
  { name: 'ungate', method: 'PATCH', path: 'pods/g', body: { spec: { schedulingGates: [] } } },
  { name: 'gate again', method: 'PATCH', path: 'pods/g', body: { spec: { schedulingGates: [{ name: 'a.b/c' }] } } },
  { name: 'resize', ...resize({ requests: { cpu: '500m' } }) },
  { name: 'resize that removes a limit', ...resize({ limits: { cpu: null } }) },
  { name: 'resize of storage', ...resize({ limits: { 'ephemeral-storage': '1' } }) },
];

function resize(resources: Tree): Omit<GoldenCase, 'name'> {
  return {
    method: 'PATCH',
    path: 'pods/g/resize',
    body: { spec: { containers: [{ name: 'c', resources }] } },
    contentType: 'application/strategic-merge-patch+json',
  };
}
