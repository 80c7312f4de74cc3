/** The kinds that random writers write: their fields of every shape, each with few values, so that writers meet. */

import { goldenNamespace } from '../validation/golden-case.ts';
import { gadgets } from './definitions.ts';
import { chance, type Draw, type Kind, pick, some, subset } from './random-writers.ts';
import type { Definition } from './steps.ts';

const texts = ['1', '2', '3'];

function metadata(draw: Draw): object {
  return some(
    draw,
    {
      labels: () => some(draw, { x: () => pick(draw, texts), y: () => pick(draw, texts) }),
      annotations: () => some(draw, { n: () => pick(draw, texts), m: () => pick(draw, texts) }),
      finalizers: () => subset(draw, ['example.com/a', 'example.com/b']),
      ownerReferences: () =>
        subset(draw, ['one', 'two']).map((uid) => ({ apiVersion: 'v1', kind: 'Node', name: pick(draw, texts), uid })),
    },
    0.25,
  );
}

const configMapPart = (draw: Draw): object => ({
  metadata: metadata(draw),
  ...some(draw, {
    data: () =>
      chance(draw, 0.1)
        ? pick(draw, [null, {}])
        : some(draw, {
            a: () => pick(draw, texts),
            b: () => pick(draw, texts),
            'c.d': () => pick(draw, [...texts, null]),
          }),
    binaryData: () => some(draw, { z: () => pick(draw, ['AA==', 'AQ==']) }),
    immutable: () => pick(draw, [false, null]),
  }),
});

const configMap: Kind = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  path: `/api/v1/namespaces/${goldenNamespace}/configmaps`,
  whole: configMapPart,
  part: configMapPart,
  strategic: true,
  unconditional: true,
};

function container(draw: Draw, name: string): object {
  return {
    name,
    image: pick(draw, ['i:1', 'i:2']),
    ...some(
      draw,
      {
        args: () => subset(draw, texts),
        env: () => subset(draw, ['A', 'B', 'C']).map((name) => ({ name, value: pick(draw, ['', '1', '2']) })),
        ports: () =>
          subset(draw, [80, 81]).map((containerPort) => ({
            containerPort,
            ...some(draw, { protocol: () => pick(draw, ['TCP', 'UDP']), name: () => `p${containerPort}` }),
          })),
        resources: () => ({
          limits: some(draw, { cpu: () => pick(draw, ['1', '1000m', 2]), memory: () => pick(draw, ['1Gi', '2Gi']) }),
        }),
        imagePullPolicy: () => pick(draw, ['Always', 'IfNotPresent']),
        securityContext: () =>
          some(draw, {
            runAsNonRoot: () => pick(draw, [true, false]),
            capabilities: () => ({ add: subset(draw, ['KILL', 'CHOWN']) }),
          }),
      },
      0.3,
    ),
  };
}

function podSpec(draw: Draw, least: number): object {
  return {
    containers: subset(draw, ['a', 'b', 'c'], least).map((name) => container(draw, name)),
    ...some(
      draw,
      {
        nodeSelector: () => some(draw, { x: () => pick(draw, texts), y: () => pick(draw, texts) }),
        tolerations: () => subset(draw, ['k', 'l']).map((key) => ({ key, operator: 'Exists' })),
        terminationGracePeriodSeconds: () => pick(draw, [0, 5, 30]),
        hostNetwork: () => pick(draw, [false]),
        imagePullSecrets: () => subset(draw, ['s', 't']).map((name) => ({ name })),
        volumes: () =>
          subset(draw, ['v', 'w']).map((name) => ({ name, emptyDir: some(draw, { medium: () => 'Memory' }) })),
      },
      0.25,
    ),
  };
}

const deployment: Kind = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  path: `/apis/apps/v1/namespaces/${goldenNamespace}/deployments`,
  whole: (draw) => ({
    metadata: metadata(draw),
    spec: {
      ...some(draw, { replicas: () => pick(draw, [0, 1, 2]), paused: () => pick(draw, [true, false]) }),
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: podSpec(draw, 1) },
    },
  }),
  part: (draw) => ({
    metadata: metadata(draw),
    ...some(draw, {
      spec: () =>
        some(draw, {
          replicas: () => pick(draw, [0, 1, 2]),
          minReadySeconds: () => pick(draw, [0, 3]),
          strategy: () => ({ rollingUpdate: { maxSurge: pick(draw, [1, '30%']) } }),
          template: () => ({
            metadata: { labels: { app: 'web', ...some(draw, { x: () => pick(draw, texts) }) } },
            spec: { containers: subset(draw, ['a', 'b']).map((name) => container(draw, name)) },
          }),
        }),
    }),
  }),
  status: (draw) =>
    some(draw, {
      replicas: () => pick(draw, [0, 1]),
      observedGeneration: () => pick(draw, [1, 2]),
      conditions: () =>
        subset(draw, ['Available', 'Progressing']).map((type) => ({
          type,
          status: pick(draw, ['True', 'False']),
          lastUpdateTime: null,
        })),
    }),
  scale: true,
  strategic: true,
  unconditional: true,
};

const servicePorts = (draw: Draw, least: number): object[] =>
  subset(draw, [80, 81, 82], least).map((port) => ({
    port,
    name: `p${port}`,
    ...some(draw, { protocol: () => pick(draw, ['TCP', 'UDP']), targetPort: () => pick(draw, [8080, 'http']) }),
  }));

const service: Kind = {
  apiVersion: 'v1',
  kind: 'Service',
  path: `/api/v1/namespaces/${goldenNamespace}/services`,
  whole: (draw) => ({
    metadata: metadata(draw),
    spec: {
      clusterIP: 'None',
      ports: servicePorts(draw, 1),
      ...some(draw, {
        selector: () => some(draw, { app: () => pick(draw, texts), tier: () => pick(draw, texts) }),
        publishNotReadyAddresses: () => pick(draw, [true, false]),
        externalIPs: () => subset(draw, ['192.0.2.1', '192.0.2.2']),
      }),
    },
  }),
  part: (draw) => ({
    metadata: metadata(draw),
    ...some(draw, {
      spec: () =>
        some(draw, { ports: () => servicePorts(draw, 0), sessionAffinity: () => pick(draw, ['ClientIP', 'None']) }),
    }),
  }),
  status: (draw) => ({
    conditions: subset(draw, ['A', 'B']).map((type) => ({
      type,
      status: pick(draw, ['True', 'False']),
      reason: 'R',
      message: '',
      lastTransitionTime: '2020-01-01T00:00:00Z',
    })),
  }),
  strategic: true,
  unconditional: true,
};

const pod: Kind = {
  apiVersion: 'v1',
  kind: 'Pod',
  path: `/api/v1/namespaces/${goldenNamespace}/pods`,
  whole: (draw) => ({
    metadata: metadata(draw),
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'a', image: pick(draw, ['i:1', 'i:2']), terminationMessagePolicy: 'File' }],
    },
  }),
  part: (draw) => ({
    metadata: metadata(draw),
    ...some(draw, { spec: () => ({ containers: [{ name: 'a', image: pick(draw, ['i:1', 'i:2']) }] }) }),
  }),
  status: (draw) =>
    some(draw, {
      phase: () => pick(draw, ['Running', 'Pending']),
      podIPs: () => subset(draw, ['10.0.0.1']).map((ip) => ({ ip })),
      conditions: () =>
        subset(draw, ['Ready', 'example.com/gate']).map((type) => ({ type, status: pick(draw, ['True', 'False']) })),
    }),
  strategic: true,
  unconditional: true,
};

export const group = 'apply.golden.example.com';

const widgetContent = (draw: Draw, least: boolean): object => ({
  metadata: metadata(draw),
  ...(least || chance(draw, 0.7)
    ? {
        spec: some(draw, {
          replicas: () => pick(draw, [0, 1, 2]),
          set: () => subset(draw, ['a', 'b', 'c']),
          numbers: () => subset(draw, [1, 2, 2.5]),
          rows: () =>
            subset(draw, ['a', 'b']).map((name) => ({
              name,
              ...some(draw, {
                port: () => pick(draw, [80, 81]),
                value: () => pick(draw, texts),
                nested: () => some(draw, { deep: () => pick(draw, texts), deeper: () => pick(draw, [null, '1']) }),
              }),
            })),
          list: () => subset(draw, texts),
          whole: () => some(draw, { a: () => pick(draw, texts), b: () => pick(draw, texts) }),
          map: () => some(draw, { a: () => pick(draw, texts), b: () => pick(draw, texts) }),
          parts: () => some(draw, { a: () => ({ v: pick(draw, texts) }), b: () => some(draw, { v: () => '1' }) }),
          free: () => ({
            kept: true,
            ...some(draw, { a: () => ({ b: pick(draw, [1, 'x', null]) }), l: () => subset(draw, texts) }),
          }),
          maybe: () => pick(draw, [null, 'x']),
          defaulted: () => pick(draw, [1, 2]),
          quantity: () => pick(draw, [1, '50%']),
        }),
      }
    : {}),
});

const widget = (version: string): Kind => ({
  apiVersion: `${group}/${version}`,
  kind: 'Widget',
  path: `/apis/${group}/${version}/namespaces/${goldenNamespace}/widgets`,
  whole: (draw) => widgetContent(draw, true),
  part: (draw) => widgetContent(draw, false),
  status: (draw) =>
    some(draw, {
      replicas: () => pick(draw, [0, 1]),
      conditions: () =>
        subset(draw, ['Ready', 'Other']).map((type) => ({ type, status: pick(draw, ['True', 'False']) })),
    }),
  scale: true,
});

export const kinds = { configMap, deployment, service, pod, widget: widget('v1') } as const;

const text = { type: 'string' };
const widgetSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        replicas: { type: 'integer' },
        set: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
        numbers: { type: 'array', items: { type: 'number' }, 'x-kubernetes-list-type': 'set' },
        rows: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name', 'port'],
          items: {
            type: 'object',
            required: ['name'],
            properties: {
              name: text,
              port: { type: 'integer', default: 80 },
              value: text,
              nested: { type: 'object', properties: { deep: text, deeper: { type: 'string', nullable: true } } },
            },
          },
        },
        list: { type: 'array', items: text },
        whole: { type: 'object', additionalProperties: text, 'x-kubernetes-map-type': 'atomic' },
        map: { type: 'object', additionalProperties: text },
        parts: { type: 'object', additionalProperties: { type: 'object', properties: { v: text } } },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        maybe: { type: 'string', nullable: true },
        defaulted: { type: 'integer', default: 1 },
        quantity: { 'x-kubernetes-int-or-string': true },
      },
    },
    status: {
      type: 'object',
      properties: {
        replicas: { type: 'integer' },
        conditions: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['type'],
          items: { type: 'object', required: ['type'], properties: { type: text, status: text } },
        },
      },
    },
  },
};

const version = (name: string, storage: boolean) => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: widgetSchema },
  subresources: {
    status: {},
    scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
  },
});

export const crds: readonly Definition[] = [
  gadgets,
  {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
      versions: [version('v1', true), version('v1beta1', false)],
    },
  },
];
