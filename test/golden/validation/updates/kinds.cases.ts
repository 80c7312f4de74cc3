/** Updates of kinds that have few of their own elsewhere: what no kind lets change in its metadata, and what each keeps or checks. */

import type { Tree } from '../case-builders.ts';
import { type GoldenCase, goldenNamespace } from '../golden-case.ts';

interface Updated {
  /** Below /api or /apis; 'NS' is the namespace of the cases. */
  readonly path: string;
  readonly object: Tree;
  /** Merge patches by name. */
  readonly changes: Readonly<Record<string, Tree>>;
}

const name = 'golden-updated';
const template = {
  metadata: { labels: { app: 'a' } },
  spec: { containers: [{ name: 'c', image: 'i' }], restartPolicy: 'Always' },
};
const jobTemplate = {
  spec: { template: { spec: { containers: [{ name: 'c', image: 'i' }], restartPolicy: 'Never' } } },
};
const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }];
const clientConfig = { url: 'https://golden.test/x' };
const webhook = { name: 'a.golden.test', clientConfig, sideEffects: 'None', admissionReviewVersions: ['v1'], rules };
const device = { name: 'd' };

const kinds: Readonly<Record<string, Updated>> = {
  Endpoints: {
    path: 'v1/NS/endpoints',
    object: { subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 80, name: 'a' }] }] },
    changes: {
      'bad address': { subsets: [{ addresses: [{ ip: 'x' }], ports: [{ port: 80 }] }] },
      'local address': { subsets: [{ addresses: [{ ip: '127.0.0.1' }], ports: [{ port: 80 }] }] },
      'bad port': { subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 0, protocol: 'X' }] }] },
    },
  },
  Event: {
    path: 'v1/NS/events',
    object: { involvedObject: { namespace: goldenNamespace }, reason: 'r', type: 'Normal', message: 'm' },
    changes: {
      'another namespace': { involvedObject: { namespace: 'other' } },
      message: { message: 'n', count: 5 },
      'bad type': { type: '' },
    },
  },
  LimitRange: {
    path: 'v1/NS/limitranges',
    object: { spec: { limits: [{ type: 'Container', max: { cpu: '2' } }] } },
    changes: {
      'least above most': { spec: { limits: [{ type: 'Container', max: { cpu: '1' }, min: { cpu: '2' } }] } },
      'twice the same type': { spec: { limits: [{ type: 'Pod' }, { type: 'Pod' }] } },
    },
  },
  PodTemplate: {
    path: 'v1/NS/podtemplates',
    object: { template },
    changes: {
      'no containers': { template: { spec: { containers: [] } } },
      'another image': { template: { spec: { containers: [{ name: 'c', image: 'j' }] } } },
      'bad labels': { template: { metadata: { labels: { 'a b': 'c d' } } } },
    },
  },
  ResourceQuota: {
    path: 'v1/NS/resourcequotas',
    object: { spec: { hard: { 'count/jobs.batch': '1' }, scopes: ['Terminating'] } },
    changes: { 'other scopes': { spec: { scopes: ['BestEffort'] } }, 'no scopes': { spec: { scopes: null } } },
  },
  ServiceAccount: {
    path: 'v1/NS/serviceaccounts',
    object: {},
    changes: { secrets: { secrets: [{ name: 'a' }] } },
  },
  DaemonSet: {
    path: 'apps/v1/NS/daemonsets',
    object: { spec: { selector: { matchLabels: { app: 'a' } }, template } },
    changes: {
      selector: { spec: { selector: { matchLabels: { app: 'b' } } } },
      'selector and template': {
        spec: { selector: { matchLabels: { app: 'b' } }, template: { metadata: { labels: { app: 'b' } } } },
      },
      'labels of the template': { spec: { template: { metadata: { labels: { app: 'b' } } } } },
      'restart policy': { spec: { template: { spec: { restartPolicy: 'Never' } } } },
    },
  },
  CronJob: {
    path: 'batch/v1/NS/cronjobs',
    object: { spec: { schedule: '* * * * *', jobTemplate } },
    changes: {
      schedule: { spec: { schedule: 'x' } },
      'time zone': { spec: { timeZone: 'Local' } },
      'time zone in the schedule': { spec: { schedule: 'TZ=UTC 0 * * * *' } },
      'negative history': { spec: { successfulJobsHistoryLimit: -1, failedJobsHistoryLimit: -1 } },
      'policy of restarts': { spec: { jobTemplate: { spec: { template: { spec: { restartPolicy: 'Always' } } } } } },
    },
  },
  IngressClass: {
    path: 'networking.k8s.io/v1/ingressclasses',
    object: { spec: { controller: 'golden.test/a' } },
    changes: {
      controller: { spec: { controller: 'golden.test/b' } },
      'no controller': { spec: { controller: null } },
      parameters: { spec: { parameters: { kind: 'X', name: 'a/b' } } },
    },
  },
  NetworkPolicy: {
    path: 'networking.k8s.io/v1/NS/networkpolicies',
    object: { spec: { podSelector: {} } },
    changes: {
      selector: { spec: { podSelector: { matchLabels: { 'a b': 'c' } } } },
      'bad peer': { spec: { ingress: [{ from: [{}] }] } },
      'bad block': { spec: { egress: [{ to: [{ ipBlock: { cidr: 'x' } }] }] } },
      types: { spec: { policyTypes: ['Ingress', 'Odd'] } },
    },
  },
  Ingress: {
    path: 'networking.k8s.io/v1/NS/ingresses',
    object: { spec: { defaultBackend: { service: { name: 'a', port: { number: 80 } } } } },
    changes: {
      'no backend': { spec: { defaultBackend: null } },
      'bad host': { spec: { rules: [{ host: 'A b' }] } },
      'relative path': { spec: { rules: [{ http: { paths: [{ path: 'x', pathType: 'Prefix' }] } }] } },
    },
  },
  Role: {
    path: 'rbac.authorization.k8s.io/v1/NS/roles',
    object: { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
    changes: {
      'no verbs': { rules: [{ apiGroups: [''], resources: ['pods'] }] },
      'no resources': { rules: [{ verbs: ['get'] }] },
      'paths of no resource': { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] },
      'no rules': { rules: null },
    },
  },
  ClusterRoleBinding: {
    path: 'rbac.authorization.k8s.io/v1/clusterrolebindings',
    object: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'golden' } },
    changes: {
      'another role': { roleRef: { name: 'other' } },
      'another kind': { roleRef: { kind: 'Role' } },
      'no role': { roleRef: null },
      'bad subject': { subjects: [{ kind: 'Odd', name: '' }] },
    },
  },
  StorageClass: {
    path: 'storage.k8s.io/v1/storageclasses',
    object: { provisioner: 'golden.test/a', parameters: { a: '1' } },
    changes: {
      provisioner: { provisioner: 'golden.test/b' },
      parameters: { parameters: { a: '2' } },
      'no parameters': { parameters: null },
      'reclaim policy': { reclaimPolicy: 'Retain' },
      'binding mode': { volumeBindingMode: 'WaitForFirstConsumer' },
      expansion: { allowVolumeExpansion: true },
    },
  },
  VolumeAttributesClass: {
    path: 'storage.k8s.io/v1/volumeattributesclasses',
    object: { driverName: 'golden.test', parameters: { a: '1' } },
    changes: {
      driver: { driverName: 'other.test' },
      parameters: { parameters: { a: '2' } },
      'more parameters': { parameters: { b: '2' } },
      'no parameters': { parameters: null },
    },
  },
  CSIDriver: {
    path: 'storage.k8s.io/v1/csidrivers',
    object: { spec: { attachRequired: true } },
    changes: {
      attachment: { spec: { attachRequired: false } },
      'lifecycle modes': { spec: { volumeLifecycleModes: ['Ephemeral'] } },
      'group policy': { spec: { fsGroupPolicy: 'None' } },
      'bad group policy': { spec: { fsGroupPolicy: 'Odd' } },
    },
  },
  RuntimeClass: {
    path: 'node.k8s.io/v1/runtimeclasses',
    object: { handler: 'a' },
    changes: {
      handler: { handler: 'b' },
      'no handler': { handler: null },
      'bad overhead': { overhead: { podFixed: { odd: '1' } } },
      'bad scheduling': { scheduling: { nodeSelector: { 'a b': 'c' } } },
    },
  },
  PriorityClass: {
    path: 'scheduling.k8s.io/v1/priorityclasses',
    object: { value: 5 },
    changes: {
      value: { value: 6 },
      policy: { preemptionPolicy: 'Never' },
      description: { description: 'x', globalDefault: false },
    },
  },
  Lease: {
    path: 'coordination.k8s.io/v1/NS/leases',
    object: { spec: { holderIdentity: 'a', leaseDurationSeconds: 5 } },
    changes: {
      'no duration': { spec: { leaseDurationSeconds: 0 } },
      'negative transitions': { spec: { leaseTransitions: -1 } },
      'empty holder': { spec: { holderIdentity: '' } },
      strategy: { spec: { strategy: 'a b', preferredHolder: 'x' } },
    },
  },
  EndpointSlice: {
    path: 'discovery.k8s.io/v1/NS/endpointslices',
    object: { addressType: 'IPv4', endpoints: [{ addresses: ['192.0.2.1'] }] },
    changes: {
      type: { addressType: 'IPv6' },
      'type and addresses': { addressType: 'IPv6', endpoints: [{ addresses: ['2001:db8::1'] }] },
      'bad address': { endpoints: [{ addresses: ['x'] }] },
    },
  },
  DeviceClass: {
    path: 'resource.k8s.io/v1/deviceclasses',
    object: { spec: {} },
    changes: {
      'bad selector': { spec: { selectors: [{ cel: { expression: 'x y' } }] } },
      'bad driver': { spec: { config: [{ opaque: { driver: 'A b', parameters: {} } }] } },
    },
  },
  ResourceSlice: {
    path: 'resource.k8s.io/v1/resourceslices',
    object: {
      spec: {
        driver: 'golden.test',
        nodeName: 'n',
        pool: { name: 'p', generation: 1, resourceSliceCount: 1 },
        devices: [device],
      },
    },
    changes: {
      driver: { spec: { driver: 'other.test' } },
      node: { spec: { nodeName: 'm' } },
      pool: { spec: { pool: { name: 'q' } } },
      'two devices of a name': { spec: { devices: [device, device] } },
    },
  },
  ValidatingWebhookConfiguration: {
    path: 'admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
    object: { webhooks: [webhook] },
    changes: {
      'bad name': { webhooks: [{ ...webhook, name: 'a' }] },
      'bad address': { webhooks: [{ ...webhook, clientConfig: { url: 'http://x' } }] },
      'two of a name': { webhooks: [webhook, webhook] },
    },
  },
  MutatingWebhookConfiguration: {
    path: 'admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
    object: { webhooks: [webhook] },
    changes: {
      'bad name': { webhooks: [{ ...webhook, name: 'a' }] },
      'side effects': { webhooks: [{ ...webhook, sideEffects: 'Some' }] },
      'another invocation': { webhooks: [{ ...webhook, reinvocationPolicy: 'Odd' }] },
    },
  },
  MutatingAdmissionPolicy: {
    path: 'admissionregistration.k8s.io/v1/mutatingadmissionpolicies',
    object: {
      spec: {
        matchConstraints: { resourceRules: rules },
        reinvocationPolicy: 'Never',
        failurePolicy: 'Ignore',
        mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{}' } }],
      },
    },
    changes: {
      'no mutations': { spec: { mutations: [] } },
      'bad expression': {
        spec: { mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: '1' } }] },
      },
      'another reinvocation': { spec: { reinvocationPolicy: 'Odd' } },
      'no constraints': { spec: { matchConstraints: null } },
    },
  },
  MutatingAdmissionPolicyBinding: {
    path: 'admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings',
    object: { spec: { policyName: 'golden' } },
    changes: {
      'no policy': { spec: { policyName: '' } },
      'bad policy': { spec: { policyName: 'A b' } },
      parameters: { spec: { paramRef: { name: 'a', selector: {} } } },
    },
  },
  ValidatingAdmissionPolicyBinding: {
    path: 'admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
    object: { spec: { policyName: 'golden', validationActions: ['Deny'] } },
    changes: {
      'no policy': { spec: { policyName: '' } },
      'no actions': { spec: { validationActions: [] } },
      'actions against one another': { spec: { validationActions: ['Deny', 'Warn'] } },
      'the same action twice': { spec: { validationActions: ['Audit', 'Audit'] } },
    },
  },
  CSINode: {
    path: 'storage.k8s.io/v1/csinodes',
    object: { spec: { drivers: [{ name: 'd', nodeID: 'n', topologyKeys: ['k'] }] } },
    changes: {
      'another node': { spec: { drivers: [{ name: 'd', nodeID: 'm', topologyKeys: ['k'] }] } },
      'other keys': { spec: { drivers: [{ name: 'd', nodeID: 'n', topologyKeys: ['l'] }] } },
      'a driver more': {
        spec: {
          drivers: [
            { name: 'd', nodeID: 'n', topologyKeys: ['k'] },
            { name: 'e', nodeID: 'n' },
          ],
        },
      },
      'two of a name': {
        spec: {
          drivers: [
            { name: 'e', nodeID: 'n' },
            { name: 'e', nodeID: 'n' },
          ],
        },
      },
    },
  },
  ResourceClaimTemplate: {
    path: 'resource.k8s.io/v1/NS/resourceclaimtemplates',
    object: { spec: { spec: {} } },
    changes: {
      labels: { spec: { metadata: { labels: { z: '1', a: '2' } } } },
      requests: { spec: { spec: { devices: { requests: [{ name: 'a', exactly: { deviceClassName: 'c' } }] } } } },
    },
  },
  PriorityLevelConfiguration: {
    path: 'flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations',
    object: { spec: { type: 'Limited', limited: { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' } } } },
    changes: {
      'no limits': { spec: { limited: null } },
      'another type': { spec: { type: 'Odd' } },
      exempt: { spec: { type: 'Exempt' } },
      'negative shares': { spec: { limited: { nominalConcurrencyShares: -1, borrowingLimitPercent: -1 } } },
      'queues without queuing': { spec: { limited: { limitResponse: { queuing: { queues: 0 } } } } },
    },
  },
};

/** What no kind lets change, or lets become. */
const metadata: Readonly<Record<string, Tree>> = {
  uid: { uid: 'other' },
  name: { name: 'golden-other' },
  'time of creation': { creationTimestamp: '2020-01-01T00:00:00Z' },
  'time of deletion': { deletionTimestamp: '2020-01-01T00:00:00Z', deletionGracePeriodSeconds: 5 },
  generation: { generation: -1 },
  labels: { labels: { 'a b': 'c d' } },
  annotations: { annotations: { 'a b': '' } },
  finalizers: { finalizers: ['a b'] },
  owners: { ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: 'e', uid: 'u' }] },
  'labels that are allowed': { labels: { a: 'b' } },
};

export const cases: readonly GoldenCase[] = Object.entries(kinds).flatMap(([kind, { path, object, changes }]) => {
  const whole = path.replace('NS', `namespaces/${goldenNamespace}`);
  const collection = whole.startsWith('v1/') ? `/api/${whole}` : `/apis/${whole}`;
  const patch = (what: string, body: Tree): GoldenCase => ({
    name: `${kind}: ${what}`,
    method: 'PATCH',
    path: `${collection}/${name}`,
    body,
    dryRun: true,
  });
  return [
    { name: `${kind}: stored`, method: 'POST', path: collection, body: { metadata: { name }, ...object } },
    ...Object.entries(metadata).map(([what, fields]) => patch(`metadata: ${what}`, { metadata: fields })),
    ...Object.entries(changes).map(([what, fields]) => patch(what, fields)),
  ];
});
