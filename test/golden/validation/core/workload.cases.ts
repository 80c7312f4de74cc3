import { metadataOf } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

type Tree = Record<string, unknown>;

const template = (spec: Tree = {}, labels: Tree = { a: 'b' }): Tree => ({
  metadata: { labels },
  spec: { containers: [{ name: 'c', image: 'x:1' }], ...spec },
});
const controller = (name: string, spec: Tree): GoldenCase => ({
  name: `ReplicationController: ${name}`,
  method: 'POST',
  path: 'replicationcontrollers',
  body: { metadata: { name: 'a' }, spec: { selector: { a: 'b' }, template: template(), ...spec } },
  dryRun: true,
});
const podTemplate = (name: string, object: Tree): GoldenCase => ({
  name: `PodTemplate: ${name}`,
  method: 'POST',
  path: 'podtemplates',
  body: { metadata: { name: 'a' }, template: template(), ...object },
  dryRun: true,
});
const status = (name: string, counts: Tree): GoldenCase => ({
  name: `ReplicationController: ${name}`,
  method: 'PATCH',
  path: 'replicationcontrollers/a/status',
  body: { status: counts },
});

export const cases: readonly GoldenCase[] = [
  ...metadataOf('podtemplates', { template: template() }),
  ...metadataOf('replicationcontrollers', { spec: { selector: { a: 'b' }, template: template() } }),
  podTemplate('full', {
    template: template({ restartPolicy: 'Never', volumes: [{ name: 'v', emptyDir: {} }], nodeSelector: { a: 'b' } }),
  }),
  podTemplate('no template', { template: null }),
  controller('minimal', {}),
  controller('negative replicas', { replicas: -1, minReadySeconds: -1 }),
  controller('no template', { template: null }),
  controller('empty selector', { selector: {}, template: template({}, {}) }),
  controller('selector that does not match', { selector: { a: 'c' } }),
  controller('restart policy', { template: template({ restartPolicy: 'Never' }) }),
  controller('deadline', { template: template({ activeDeadlineSeconds: 1 }) }),
  controller('no containers', { template: template({ containers: [] }) }),
  controller('ephemeral containers', { template: template({ ephemeralContainers: [{ name: 'e', image: 'x' }] }) }),
  controller('image with space', { template: template({ containers: [{ name: 'c', image: ' x ' }] }) }),
  controller('host network', {
    template: template({ hostNetwork: true, containers: [{ name: 'c', image: 'x', ports: [{ containerPort: 80 }] }] }),
  }),
  {
    name: 'ReplicationController: create',
    method: 'POST',
    path: 'replicationcontrollers',
    body: { metadata: { name: 'a' }, spec: { selector: { a: 'b' }, template: template() } },
  },
  status('negative counts', { replicas: -1 }),
  status('more ready than there are', { replicas: 1, readyReplicas: 2, availableReplicas: 3, fullyLabeledReplicas: 4 }),
  status('counts', { replicas: 1, readyReplicas: 1 }),
  podTemplate('minimal', {}),
  podTemplate('labels', { template: template({}, { 'a b': 'c d' }) }),
  podTemplate('no containers', { template: template({ containers: [] }) }),
  podTemplate('volumes', { template: template({ volumes: [{ name: 'v', hostPath: { path: '' } }] }) }),
  podTemplate('restart policy', { template: template({ restartPolicy: 'Odd' }) }),
  {
    name: 'PodTemplate: create',
    method: 'POST',
    path: 'podtemplates',
    body: { metadata: { name: 'a' }, template: template() },
  },
  {
    name: 'PodTemplate: change',
    method: 'PATCH',
    path: 'podtemplates/a',
    body: { template: { metadata: { labels: { c: 'd' } } } },
  },
  {
    name: 'PodTemplate: change to something bad',
    method: 'PATCH',
    path: 'podtemplates/a',
    body: { template: { spec: { restartPolicy: 'Odd' } } },
  },
  {
    name: 'ReplicationController: replicas',
    method: 'PATCH',
    path: 'replicationcontrollers/a',
    body: { spec: { replicas: -1 } },
  },
  {
    name: 'ReplicationController: selector',
    method: 'PATCH',
    path: 'replicationcontrollers/a',
    body: { spec: { selector: { a: 'c' } } },
  },
];
