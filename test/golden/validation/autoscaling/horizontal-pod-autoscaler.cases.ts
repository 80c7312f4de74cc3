import { caseBuilders, type Tree } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } };
const { create, spec, store, patch, patchStatus, metadata } = caseBuilders(
  'autoscaling/v2/namespaces/NAMESPACE/horizontalpodautoscalers',
  { metadata: { name: 'golden' }, spec: { scaleTargetRef: target, maxReplicas: 3 } },
);
const one = caseBuilders('autoscaling/v1/namespaces/NAMESPACE/horizontalpodautoscalers', {
  metadata: { name: 'golden-one' },
  spec: { scaleTargetRef: target, maxReplicas: 3 },
});
const metric = (name: string, fields: Tree): GoldenCase => spec(name, { metrics: [fields] });
const external = (target: Tree): Tree => ({ type: 'External', external: { metric: { name: 'm' }, target } });
const policies = [{ type: 'Pods', value: 1, periodSeconds: 60 }];

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('valid'),
  spec('full', {
    minReplicas: 2,
    metrics: [
      cpu,
      { type: 'Pods', pods: { metric: { name: 'm' }, target: { type: 'AverageValue', averageValue: '1k' } } },
      {
        type: 'Object',
        object: { metric: { name: 'm' }, describedObject: target, target: { type: 'Value', value: '2' } },
      },
      external({ type: 'Value', value: '30' }),
      {
        type: 'ContainerResource',
        containerResource: { name: 'memory', container: 'c', target: { type: 'AverageValue', averageValue: '1Gi' } },
      },
    ],
    behavior: {
      scaleUp: { stabilizationWindowSeconds: 10, tolerance: '0.1' },
      scaleDown: { selectPolicy: 'Disabled' },
    },
  }),
  create('no spec', { spec: {} }),
  spec('min replicas zero', { minReplicas: 0 }),
  spec('min replicas negative', { minReplicas: -1 }),
  spec('max replicas negative', { maxReplicas: -1 }),
  spec('max below min', { minReplicas: 5 }),
  spec('target without kind and name', { scaleTargetRef: { apiVersion: 'apps/v1' } }),
  spec('target that is no path segment', { scaleTargetRef: { ...target, kind: 'a/b', name: '..' } }),
  spec('target without group', { scaleTargetRef: { kind: 'Deployment', name: 'web' } }),
  spec('target with a strange version', { scaleTargetRef: { ...target, apiVersion: 'a/b/c' } }),
  spec('replication controller without group', {
    scaleTargetRef: { apiVersion: 'v1', kind: 'ReplicationController', name: 'a' },
  }),
  metric('metric of an unknown type', { type: 'Moon' }),
  metric('metric without type', { resource: cpu.resource }),
  metric('metric without source', { type: 'Resource' }),
  metric('metric with two sources', {
    ...cpu,
    pods: { metric: { name: 'm' }, target: { type: 'AverageValue', averageValue: '1' } },
  }),
  metric('source of another type', { type: 'Pods', resource: cpu.resource }),
  metric('resource without name and target', {
    type: 'Resource',
    resource: { name: '', target: { type: 'Utilization' } },
  }),
  metric('resource with two targets', {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 5, averageValue: '1' } },
  }),
  metric('utilization of zero', {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 0 } },
  }),
  metric('target type', {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Much', averageUtilization: 5 } },
  }),
  metric('target without type', { type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: 5 } } }),
  metric('pods without average', {
    type: 'Pods',
    pods: { metric: { name: 'm' }, target: { type: 'Value', value: '1' } },
  }),
  metric('pods negative', {
    type: 'Pods',
    pods: { metric: { name: 'a/b' }, target: { type: 'AverageValue', averageValue: '-1' } },
  }),
  metric('object', {
    type: 'Object',
    object: { metric: { name: '' }, describedObject: { kind: '', name: 'a' }, target: { type: 'Value' } },
  }),
  metric('object version', {
    type: 'Object',
    object: {
      metric: { name: 'm' },
      describedObject: { ...target, apiVersion: 'a/b/c' },
      target: { type: 'Value', value: '0' },
    },
  }),
  metric('external without target', external({ type: 'Value' })),
  metric('external with both', external({ type: 'Value', value: '1', averageValue: '2' })),
  metric('container resource', {
    type: 'ContainerResource',
    containerResource: { name: '', container: '', target: { type: 'Utilization' } },
  }),
  metric('container resource names', {
    type: 'ContainerResource',
    containerResource: { name: 'storage', container: 'A', target: { type: 'Utilization', averageUtilization: 1 } },
  }),
  spec('behavior windows', {
    behavior: { scaleUp: { stabilizationWindowSeconds: -1 }, scaleDown: { stabilizationWindowSeconds: 3601 } },
  }),
  spec('behavior policy', {
    behavior: { scaleUp: { selectPolicy: 'Most', policies: [{ type: 'Nodes', value: 0, periodSeconds: 0 }] } },
  }),
  spec('behavior period', { behavior: { scaleDown: { policies: [{ type: 'Pods', value: 1, periodSeconds: 1801 }] } } }),
  spec('behavior without policies', { behavior: { scaleDown: { policies: [] } } }),
  spec('behavior tolerance', { behavior: { scaleDown: { policies, tolerance: '-0.1' } } }),
  one.create('v1 valid'),
  one.spec('v1 minimum', { minReplicas: -1, targetCPUUtilizationPercentage: 0 }),
  one.spec('v1 target', { scaleTargetRef: { kind: '', name: '' } }),
  store(),
  patch('max replicas to zero', { spec: { maxReplicas: 0 } }),
  patch('target to core', { spec: { scaleTargetRef: { apiVersion: 'v1' } } }),
  patch('target to another name', { spec: { scaleTargetRef: { name: 'other' } } }),
  patch('metrics are replaced', { spec: { metrics: [external({ type: 'Value', value: '3' })] } }),
  patchStatus('status negative', { currentReplicas: -1, desiredReplicas: -2 }),
  patchStatus('status', { currentReplicas: 1, desiredReplicas: 2, observedGeneration: 1 }),
];
