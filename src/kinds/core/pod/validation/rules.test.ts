import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Pod, PodSpec } from '#kinds/generated/core-v1.ts';
import { defaultPod } from '../defaults.ts';
import { validatePod } from './pod.ts';
import { validatePodUpdate } from './update.ts';

const context = { now: '2026-01-01T00:00:00Z', subresource: '' };

function podOf(spec: Partial<PodSpec>, annotations: Readonly<Record<string, string>> = {}): Pod {
  const pod = {
    metadata: { name: 'a', namespace: 'b', annotations: { ...annotations } },
    spec: { containers: [{ name: 'c', image: 'x' }], ...structuredClone(spec) },
  };
  defaultPod(pod as Parameters<typeof defaultPod>[0]);
  return pod;
}

const fields = (errors: readonly { readonly field: string }[]): string[] => errors.map(({ field }) => field);

/** Faults that pods may have which were stored before today's rules. */
const ratchets: readonly (readonly [name: string, pod: Pod, refused: readonly string[]])[] = [
  [
    'sysctls of namespaces shared with the host',
    podOf({ hostNetwork: true, securityContext: { sysctls: [{ name: 'net.core.somaxconn', value: '1' }] } }),
    ['spec.securityContext.sysctls[0].name'],
  ],
  [
    'deletion cost',
    podOf({}, { 'controller.kubernetes.io/pod-deletion-cost': '+1' }),
    ['metadata.annotations[controller.kubernetes.io/pod-deletion-cost]'],
  ],
  [
    'values in selectors of pod affinity',
    podOf({
      affinity: {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            {
              topologyKey: 'zone',
              labelSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['not valid'] }] },
            },
          ],
        },
      },
    }),
    [
      'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector.matchExpressions[0].values[0]',
    ],
  ],
  [
    'huge pages that are no whole number',
    podOf({
      containers: [{ name: 'c', image: 'x', resources: { limits: { cpu: '1', 'hugepages-2Mi': '3Mi' } } }],
    }),
    ['spec.containers[0].resources.limits[hugepages-2Mi]', 'spec.containers[0].resources.requests[hugepages-2Mi]'],
  ],
  [
    'paths of tokens',
    podOf({
      serviceAccountName: 'default',
      volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: '/abs' } }] } }],
    }),
    ['spec.volumes[0].projected.path'],
  ],
];

describe('a pod that was stored under older rules', () => {
  for (const [name, pod, refused] of ratchets) {
    test(`may keep ${name}`, () => {
      assert.deepEqual(fields(validatePod(pod, context)), refused);
      const labelled: Pod = { ...pod, metadata: { ...pod.metadata, labels: { new: 'label' } } };
      assert.deepEqual(validatePod(labelled, context, pod), []);
      assert.deepEqual(validatePodUpdate(labelled, pod, context), []);
    });
  }

  test('gets no other fault', () => {
    const [, pod] = ratchets[0] ?? assert.fail();
    const worse: Pod = { ...pod, metadata: { ...pod.metadata, annotations: { 'kubernetes.io/config.mirror': 'x' } } };
    assert.deepEqual(fields(validatePod(worse, context, pod)), ['metadata.annotations[kubernetes.io/config.mirror]']);
  });
});
