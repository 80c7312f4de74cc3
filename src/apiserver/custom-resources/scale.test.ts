import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isStatusError } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { Draft } from '#base/edit.ts';
import { scaleSubresource } from './scale.ts';

const scale = scaleSubresource({ specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' });
const unsized = { apiVersion: 'example.com/v1', kind: 'Tab', metadata: { name: 'one' }, spec: {} };

test('an object without replicas shows no scale, and takes one', () => {
  assert.throws(
    () => scale.checkShown?.(unsized as KubeObject),
    (error) => isStatusError(error) && error.message.endsWith('the spec replicas field ".spec.size" does not exist'),
  );
  const shown = scale.read?.(unsized as KubeObject) as KubeObject & { spec: { replicas: number } };
  assert.equal(shown.spec.replicas, 0);
  const draft = structuredClone(unsized) as unknown as Draft<KubeObject>;
  scale.write?.(draft, { ...shown, spec: { replicas: 3 } } as KubeObject);
  assert.deepEqual(draft, { ...unsized, spec: { size: 3 } });
});
