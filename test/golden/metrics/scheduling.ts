/** Work whose metrics are compared: two pods that fit and one that does not, on one node. */

import type { MetricsRequest } from './requests.ts';

export const schedulingNamespace = 'golden-scheduling';
export const schedulingNode = 'golden-node';

const pod = (name: string, resources: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: schedulingNamespace },
  spec: {
    serviceAccountName: 'default',
    automountServiceAccountToken: false,
    containers: [{ name: 'c', image: 'i', resources }],
    initContainers: [
      { name: 'first', image: 'i', resources: { limits: { 'example.com/thing': '2' } } },
      { name: 'beside', image: 'i', restartPolicy: 'Always', resources: { limits: { memory: '64Mi' } } },
    ],
  },
});
const limits = { cpu: '4', memory: '8Gi', pods: '110', 'example.com/thing': '9' };
const pods = `/api/v1/namespaces/${schedulingNamespace}/pods`;

export const schedulingWork: readonly MetricsRequest[] = [
  {
    method: 'POST',
    path: '/api/v1/namespaces',
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: schedulingNamespace } },
  },
  {
    method: 'POST',
    path: `/api/v1/namespaces/${schedulingNamespace}/serviceaccounts`,
    body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } },
  },
  {
    method: 'POST',
    path: '/api/v1/nodes',
    body: { apiVersion: 'v1', kind: 'Node', metadata: { name: schedulingNode } },
  },
  {
    method: 'PATCH',
    path: `/api/v1/nodes/${schedulingNode}`,
    body: { spec: { taints: null } },
    contentType: 'application/merge-patch+json',
  },
  {
    method: 'PATCH',
    path: `/api/v1/nodes/${schedulingNode}/status`,
    body: {
      status: { capacity: limits, allocatable: limits, conditions: [{ type: 'Ready', status: 'True' }] },
    },
    contentType: 'application/merge-patch+json',
  },
  { method: 'POST', path: pods, body: pod('one', { requests: { cpu: '100m' }, limits: { memory: '1Gi' } }) },
  { method: 'POST', path: pods, body: pod('two', { requests: { 'ephemeral-storage': '0' } }) },
  { method: 'POST', path: pods, body: pod('large', { requests: { cpu: '100' } }) },
];

const compared = [
  'scheduler_cache_size',
  'scheduler_framework_extension_point_duration_seconds_count',
  'scheduler_pending_pods',
  'scheduler_pod_scheduled_after_flush_total',
  'scheduler_pod_scheduling_attempts_count',
  'scheduler_pod_scheduling_sli_duration_seconds_count',
  'scheduler_preemption_attempts_total',
  'scheduler_queue_incoming_pods_total',
  'scheduler_schedule_attempts_total',
  'scheduler_unschedulable_pods',
  'kube_pod_resource_limit',
  'kube_pod_resource_request',
];
/** Signatures of pods are made otherwise here, and are no extension point. */
const others = ['extension_point="Sign"'];

/** Series of the work with their values; labels in the order of their names. */
export function schedulingSeries(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => compared.some((name) => line.startsWith(`${name}{`) || line.startsWith(`${name} `)))
    .filter((line) => !others.some((label) => line.includes(label)))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = line.match(/^([^{ ]*)(?:\{(.*)\})? (.*)$/) ?? [];
      return `${name}{${labels.split(',').sort().join(',')}} ${Number(value)}`;
    })
    .sort();
}
