/**
 * What encoding and decoding a pod of 3 KB costs, beside the engine's own JSON functions, which are the anchor (facts/schema.md asks for
 * decoding within about twice JSON.parse).
 *
 *     node test/bench/codec.ts
 */

import { decodeJson } from '#api/codec/json-decode.ts';
import { encodeJson } from '#api/codec/json-encode.ts';
import { countMembers } from '#api/codec/json-scan.ts';
import { jsonTranscoder } from '#api/codec/json-to-protobuf.ts';
import { decodeMessage, unwrapProtobuf } from '#api/codec/protobuf-decode.ts';
import { encodeProtobuf } from '#api/codec/protobuf-encode.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { builtinTables } from '#kinds/schemas.ts';

const container = (name: string) => ({
  name,
  image: 'registry.example.com/library/nginx:1.25.3',
  ports: [{ containerPort: 80, protocol: 'TCP' as const }],
  env: ['A', 'B', 'C', 'D', 'E'].map((key) => ({ name: `SETTING_${key}`, value: `value of ${key}` })),
  resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '500m', memory: '256Mi' } },
  volumeMounts: [{ name: 'token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true }],
  livenessProbe: {
    httpGet: { path: '/', port: 80, scheme: 'HTTP' as const },
    timeoutSeconds: 1,
    periodSeconds: 10,
    failureThreshold: 3,
  },
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File' as const,
  imagePullPolicy: 'IfNotPresent' as const,
});

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web-5d4f8c7b9-abcde',
    namespace: 'default',
    uid: '0b8c1234-0000-4000-8000-000000000000',
    resourceVersion: '12345',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { app: 'web', tier: 'frontend', 'pod-template-hash': '5d4f8c7b9' },
    annotations: { 'example.com/note': 'x'.repeat(300) },
    ownerReferences: [
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        name: 'web-5d4f8c7b9',
        uid: 'abc',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  },
  spec: {
    containers: [container('web'), container('sidecar')],
    volumes: [
      {
        name: 'token',
        projected: { sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: 'token' } }], defaultMode: 420 },
      },
    ],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: 'default',
    nodeName: 'node-1',
    tolerations: [
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    ],
  },
  status: {
    phase: 'Running',
    conditions: ['Ready', 'Initialized', 'PodScheduled'].map((type) => ({
      type,
      status: 'True',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    })),
    podIP: '10.0.0.1',
    podIPs: [{ ip: '10.0.0.1' }],
    startTime: '2026-01-01T00:00:00Z',
  },
};

const started = performance.now();
const schema = new SchemaRegistry(builtinTables).kind('', 'v1', 'Pod');
if (!schema) throw new Error('no schema for Pod');
const text = JSON.stringify(pod);
const { object } = decodeJson(schema, text);
const { message } = unwrapProtobuf(encodeProtobuf(schema, object));
const transcode = jsonTranscoder(schema, 'v1', 'Pod');
const stored = new TextEncoder().encode(encodeJson(schema, object));
if (!transcode(stored)) throw new Error('the pod is not transcoded');
process.stdout.write(
  `first decode, tables included: ${(performance.now() - started).toFixed(1)} ms; ${text.length} bytes of JSON\n`,
);

const jobs: Readonly<Record<string, () => unknown>> = {
  'JSON.parse': () => JSON.parse(text),
  countMembers: () => countMembers(text),
  decodeJson: () => decodeJson(schema, text),
  'JSON.stringify': () => JSON.stringify(object),
  encodeJson: () => encodeJson(schema, object),
  encodeProtobuf: () => encodeProtobuf(schema, object),
  transcode: () => transcode(stored),
  decodeMessage: () => decodeMessage(schema, message),
};

for (const [name, run] of Object.entries(jobs)) {
  const rounds = 20_000;
  for (let i = 0; i < rounds; i++) run();
  const start = performance.now();
  for (let i = 0; i < rounds; i++) run();
  process.stdout.write(`${name.padEnd(16)} ${(((performance.now() - start) / rounds) * 1000).toFixed(2)} us\n`);
}
