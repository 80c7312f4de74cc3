/** Other ways to write the same: what is empty, long forms of versions, hashes of old, and keys of YAML in whatever order. */

import { type GoldenCase, goldenNamespace } from '../golden-case.ts';

const statefulSets = `/apis/apps/v1/namespaces/${goldenNamespace}/statefulsets`;
const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

const statefulSet = (metadata: object, spec: object) => ({
  metadata: { name: 'unnamed', ...metadata },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: 'a' } },
    template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'x:1' }] } },
    ...spec,
  },
});

/** Signed with SHA-1 and a key of 1024 bits (openssl req -new -sha1). */
const sha1Request =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlJQlVEQ0J1Z0lCQURBUk1ROHdEUVlEVlFRRERBWm5iMnhrWlc0d2daOHdEUVlKS29aSWh2Y05BUUVCQlFBRApnWTBBTUlHSkFvR0JBSzRHU0hVNXRmck03SU9RWTB0Y1NMMHJYOWZ6UGNGVTlOZ05ZbHVjT2dKTGpIT0x4eDh6Cms0cnFZKzZXWkRZT3ppYnJmZDJTZ2s5RS94VzhveXNhSks2cjhIdlBsNXhWbVVSRCtGWEJhcmE2dTVFMHlub1gKQUwwZzFTQVpoLzRKcGlwbFZiWlNLeVVCd1hOR2wwcUNKcjJGbWdrTmVWNFRRQ3pDWmhnVFUrK2hBZ01CQUFHZwpBREFOQmdrcWhraUc5dzBCQVFVRkFBT0JnUUFvc2JHQzZOMmhQYW5SSHpkVVFtMWw3WFZVVkNKUm9DdDhEYkFYCnJnSmZUQmwyZTFNUmMvaHpqMFJtTEFZZnhyWERxK2YvWmliWHlwTmF1dXVZb2dENEVwcHpGQlBlZVdJeVBlSHMKenYzMFJESEJvbUVOTC9QSjh0SDdCbzk1bFR0V0lFTCtQbUJuTnZpdWlsRWt5RUV6WWxjMm1aOGs5T2Z5ZGt1YQp0aUwwaVE9PQotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K';

export const cleanup = [`${statefulSets}/unnamed`, 'pods/ends', 'configmaps/long'];
export const cases: readonly GoldenCase[] = [
  { name: 'no service name', method: 'POST', path: statefulSets, body: statefulSet({}, {}) },
  {
    name: 'an empty service name where there was none',
    method: 'PUT',
    path: `${statefulSets}/unnamed`,
    body: statefulSet({ annotations: { a: 'b' } }, { serviceName: '' }),
  },
  {
    name: 'a service name where there was none',
    method: 'PUT',
    path: `${statefulSets}/unnamed`,
    body: statefulSet({}, { serviceName: 'x' }),
  },
  {
    name: 'the long form of a version',
    method: 'POST',
    path: 'configmaps',
    body: { apiVersion: '/v1', kind: 'ConfigMap', metadata: { name: 'long' } },
  },
  {
    name: 'operations of a JSON patch with fields of their own',
    method: 'PATCH',
    path: 'configmaps/long?fieldValidation=Warn',
    contentType: 'application/json-patch+json',
    body: [
      { op: 'add', path: '/metadata/labels', value: {}, zone: 1, alpha: 1 },
      { op: 'add', path: '/metadata/labels/a', value: 'b', note: 'x' },
    ],
  },
  {
    name: 'before: a pod',
    method: 'POST',
    path: 'pods',
    body: {
      metadata: { name: 'ends' },
      spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'x:1' }] },
    },
  },
  {
    name: 'the end of a pod by its status',
    method: 'PATCH',
    path: 'pods/ends/status',
    body: { metadata: { deletionTimestamp: '2020-01-01T00:00:00Z' }, status: { message: 'm' } },
  },
  {
    name: 'a certificate request signed with SHA-1',
    method: 'POST',
    path: requests,
    dryRun: true,
    body: {
      metadata: { name: 'golden-sha1' },
      spec: { signerName: 'example.com/signer', usages: ['any'], request: sha1Request },
    },
  },
];
