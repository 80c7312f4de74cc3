/**
 * The resources that phases on single objects work with, and the requests for each verb: config maps, which are nearly all payload; a custom
 * resource of the same content; Deployments, of which much has to be understood; and a custom resource with a schema like an operator's:
 * defaults, keyed lists and rules in CEL.
 */

import { filler, labels, sentAnnotation, sentNow } from './payload.ts';

export const singleNamespace = 'bench-single';
const group = 'bench.example.com';

export interface SingleResource {
  readonly apiVersion: string;
  readonly kind: string;
  /** Path of the collection. */
  readonly collection: string;
  readonly verbs: readonly string[];
  /** A custom one's. */
  readonly definition?: { readonly name: string; readonly body: string };
  /** All of an object that is not its metadata, so much of it that the object is about this large as JSON. */
  readonly content: (bytes: number) => Readonly<Record<string, unknown>>;
}

const configMapContent = (bytes: number) => ({ data: { key: filler(bytes - 220) } });
const builtinVerbs = [
  'create',
  'get',
  'update',
  'patch-json',
  'patch-merge',
  'patch-strategic',
  'patch-apply',
  'delete',
];

export const configMaps: SingleResource = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  collection: `/api/v1/namespaces/${singleNamespace}/configmaps`,
  verbs: builtinVerbs,
  content: configMapContent,
};

const resources: Readonly<Record<string, SingleResource>> = {
  configmaps: configMaps,
  deployments: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    collection: `/apis/apps/v1/namespaces/${singleNamespace}/deployments`,
    verbs: builtinVerbs,
    content: deploymentContent,
  },
  custom: custom('Shelf', 'shelves', configMapContent, {
    data: { type: 'object', additionalProperties: { type: 'string' } },
  }),
  ruled: custom('Worker', 'workers', workerContent, { spec: workerSchema(), status: statusSchema() }),
};

/** As the option --resource names it. */
export function singleResource(name: string): SingleResource {
  const found = resources[name];
  if (!found) throw new Error(`--resource ${name}: it is one of ${Object.keys(resources).join(', ')}`);
  return found;
}

const singleName = (index: number): string => `bench-one-${String(index).padStart(7, '0')}`;

export interface SingleObject {
  readonly metadata: { readonly resourceVersion: string };
}

export const readsFirst = ({ definition }: SingleResource, verb: string): boolean =>
  definition !== undefined && verb === 'update';

export interface SingleRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly contentType?: string;
  readonly body?: string;
}

/**
 * What a verb asks of the object of this index. Updates of custom resources name the version that they change, so that one begins with
 * reading it: the caller does, and says what it read.
 */
export function singleRequest(
  resource: SingleResource,
  verb: string,
  index: number,
  bytes: number,
  read?: SingleObject,
): SingleRequest {
  const { apiVersion, kind, collection } = resource;
  const name = singleName(index);
  const path = `${collection}/${name}`;
  const sent = sentNow();
  const annotations = { [sentAnnotation]: sent };
  const patch = (type: string, value: unknown, query = ''): SingleRequest => ({
    method: 'PATCH',
    path: path + query,
    contentType: `application/${type}`,
    body: JSON.stringify(value),
  });
  const whole = () =>
    JSON.stringify({
      apiVersion,
      kind,
      metadata: { name, labels: labels(index), annotations, resourceVersion: read?.metadata.resourceVersion },
      ...resource.content(bytes),
    });
  switch (verb) {
    case 'create':
      return { method: 'POST', path: collection, body: whole() };
    case 'update':
      return { method: 'PUT', path, body: whole() };
    case 'delete':
      return { method: 'DELETE', path };
    case 'patch-json':
      return patch('json-patch+json', [{ op: 'replace', path: '/metadata/annotations/bench~1sent', value: sent }]);
    case 'patch-merge':
    case 'patch-strategic':
      return patch(verb === 'patch-merge' ? 'merge-patch+json' : 'strategic-merge-patch+json', {
        metadata: { annotations },
      });
    case 'patch-apply':
      return patch(
        'apply-patch+yaml',
        { apiVersion, kind, metadata: { name, annotations } },
        '?fieldManager=bench-apply&force=true',
      );
    default:
      return { method: 'GET', path };
  }
}

function custom(
  kind: string,
  plural: string,
  content: SingleResource['content'],
  properties: Readonly<Record<string, unknown>>,
): SingleResource {
  const name = `${plural}.${group}`;
  return {
    apiVersion: `${group}/v1`,
    kind,
    collection: `/apis/${group}/v1/namespaces/${singleNamespace}/${plural}`,
    verbs: builtinVerbs.filter((verb) => verb !== 'patch-strategic'),
    content,
    definition: {
      name,
      body: JSON.stringify({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name },
        spec: {
          group,
          scope: 'Namespaced',
          names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { type: 'object', properties } },
              ...(properties.status ? { subresources: { status: {} } } : {}),
            },
          ],
        },
      }),
    },
  };
}

function settings(bytes: number): readonly unknown[] {
  return Array.from({ length: Math.max(1, Math.floor(bytes / 50)) }, (_, i) => ({
    name: `SETTING_${String(i).padStart(2, '0')}`,
    value: filler(20),
  }));
}

function deploymentContent(bytes: number): Readonly<Record<string, unknown>> {
  const resources = { limits: { cpu: '500m', memory: '1Gi' } };
  const ports = [{ name: 'http', containerPort: 8080 }];
  const container = { name: 'main', image: 'example.com/bench/worker:1.0', ports, resources };
  const matchLabels = { app: 'bench' };
  return {
    spec: {
      replicas: 3,
      selector: { matchLabels },
      template: {
        metadata: { labels: matchLabels },
        spec: { containers: [{ ...container, env: settings(bytes - 520) }] },
      },
    },
  };
}

function workerContent(bytes: number): Readonly<Record<string, unknown>> {
  return {
    spec: {
      class: 'steady',
      replicas: 3,
      maxReplicas: 5,
      image: 'example.com/bench/worker:1.0',
      selector: { matchLabels: { app: 'bench' } },
      ports: [{ name: 'http', port: 8080 }],
      resources: { limits: { cpu: '500m', memory: '1Gi' } },
      env: settings(bytes - 480),
    },
  };
}

function workerSchema(): Readonly<Record<string, unknown>> {
  const text = { type: 'string' };
  const texts = { type: 'object', additionalProperties: text };
  const quantity = {
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    'x-kubernetes-int-or-string': true,
    pattern: '^([0-9]+([.][0-9]+)?)([numkKMGTPE]|[KMGTPE]i)?$',
  };
  return {
    type: 'object',
    required: ['class', 'image'],
    properties: {
      class: {
        ...text,
        maxLength: 32,
        'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'is immutable' }],
      },
      replicas: { type: 'integer', format: 'int32', minimum: 0, default: 1 },
      maxReplicas: { type: 'integer', format: 'int32', minimum: 1, default: 10 },
      image: { ...text, minLength: 1, maxLength: 256 },
      paused: { type: 'boolean', default: false },
      selector: { type: 'object', properties: { matchLabels: texts }, 'x-kubernetes-map-type': 'atomic' },
      strategy: {
        type: 'object',
        default: {},
        properties: { type: { ...text, enum: ['RollingUpdate', 'Recreate'], default: 'RollingUpdate' } },
      },
      ports: {
        type: 'array',
        maxItems: 16,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['port', 'protocol'],
        items: {
          type: 'object',
          required: ['port'],
          properties: {
            name: { ...text, maxLength: 15, pattern: '^[a-z0-9-]*$' },
            port: { type: 'integer', format: 'int32', minimum: 1, maximum: 65_535 },
            protocol: { ...text, enum: ['TCP', 'UDP', 'SCTP'], default: 'TCP' },
          },
        },
      },
      env: {
        type: 'array',
        maxItems: 256,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: {
          type: 'object',
          required: ['name'],
          properties: { name: { ...text, minLength: 1, maxLength: 64 }, value: { ...text, maxLength: 4096 } },
        },
      },
      resources: {
        type: 'object',
        properties: {
          limits: { type: 'object', additionalProperties: quantity },
          requests: { type: 'object', additionalProperties: quantity },
        },
      },
    },
    'x-kubernetes-validations': [
      { rule: 'self.replicas <= self.maxReplicas', message: 'replicas may not be more than maxReplicas' },
      { rule: "self.ports.all(p, p.port != 22 || p.name.startsWith('ssh'))", message: 'port 22 is for ssh' },
    ],
  };
}

function statusSchema(): Readonly<Record<string, unknown>> {
  return {
    type: 'object',
    properties: { ready: { type: 'integer' }, message: { type: 'string' } },
  };
}
