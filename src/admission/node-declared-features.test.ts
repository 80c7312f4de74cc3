import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isStatusError } from '#api/errors.ts';
import type { AdmissionContext } from '#apiserver/admission-plugin.ts';
import type { LiveObjects } from '#apiserver/live-objects.ts';
import type { Node, PodSpec } from '#kinds/generated/core-v1.ts';
import { nodeDeclaredFeatures } from './node-declared-features.ts';

const container = (cpu: string) => ({ name: 'c', image: 'i', resources: { requests: { cpu } } });

async function refusal(
  old: Partial<PodSpec>,
  spec: Partial<PodSpec>,
  declared: readonly string[] = [],
  generation = 2,
) {
  const node: Node = { metadata: { name: 'n' }, status: { declaredFeatures: declared } };
  const objects: LiveObjects = {
    load: () => undefined,
    get: (_, __, name) => (name === 'n' ? node : undefined),
    list: () => [],
    version: () => 1,
    follow: () => {},
    getFresh: () => Promise.resolve(undefined),
  };
  const pod = (content: Partial<PodSpec>, at: number) => ({
    metadata: { name: 'a', generation: at },
    spec: { nodeName: 'n', containers: [container('1')], ...content },
  });
  const context = {
    operation: 'UPDATE',
    resource: { group: '', version: 'v1', resource: 'pods' },
    subresource: 'resize',
    name: 'a',
    object: pod(spec, generation),
    oldObject: pod(old, 1),
  } as unknown as AdmissionContext;
  try {
    await nodeDeclaredFeatures(objects).validate?.(context);
    return undefined;
  } catch (error) {
    assert(isStatusError(error));
    return error.message;
  }
}

const podLevel = 'InPlacePodLevelResourcesVerticalScaling';
const initContainers = 'InPlacePodVerticalScalingInitContainers';
const words = (features: string) =>
  `pods "a" is forbidden: pod update requires features ${features} which are not available on node "n"`;

test('an update that needs a feature is refused where the node does not declare it', async () => {
  const resources = (cpu: string): Partial<PodSpec> => ({ resources: { requests: { cpu } } });
  const init = (cpu: string, restartPolicy?: string): Partial<PodSpec> => ({
    initContainers: [{ ...container(cpu), ...(restartPolicy ? { restartPolicy } : {}) }],
  });
  assert.equal(await refusal(resources('1'), resources('2')), words(podLevel));
  assert.equal(await refusal({}, resources('2')), words(podLevel));
  assert.equal(await refusal(resources('1'), resources('2'), [podLevel]), undefined);
  // The same quantity in other words.
  assert.equal(await refusal(resources('1'), resources('1000m')), undefined);
  assert.equal(await refusal(resources('1'), resources('2'), [], 1), undefined);
  assert.equal(await refusal(init('1'), init('2')), words(initContainers));
  assert.equal(await refusal(init('1', 'Always'), init('2', 'Always')), undefined);
  assert.equal(
    await refusal({ ...init('1'), ...resources('1') }, { ...init('2'), ...resources('2') }),
    words(`${podLevel}, ${initContainers}`),
  );
  assert.equal(
    await refusal({ nodeName: 'gone', ...init('1') }, { nodeName: 'gone', ...init('2') }),
    'pods "a" is forbidden: node "gone" not found',
  );
});
