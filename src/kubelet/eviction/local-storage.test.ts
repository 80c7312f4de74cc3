import assert from 'node:assert/strict';
import { test } from 'node:test';
import { samplePod } from '../pod/pod-samples.ts';
import { hasStorageLimits, type PodUsage, passedLimit } from './local-storage.ts';

const pod = samplePod({
  volumes: [
    { name: 'cache', emptyDir: { sizeLimit: '1Mi' } },
    { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
  ],
  containers: [{ name: 'a', resources: { limits: { 'ephemeral-storage': '2Mi' } } }],
});
const usage = (cache: number, container: number): PodUsage => ({
  emptyDirs: new Map([['cache', cache]]),
  containers: new Map([['a', container]]),
});

test('passedLimit names the first limit that is passed', () => {
  const mebibyte = 1 << 20;
  assert.deepEqual(
    [usage(mebibyte, mebibyte), usage(mebibyte + 1, 0), usage(mebibyte, mebibyte + 1)].map((used) =>
      passedLimit(pod, used),
    ),
    [
      undefined,
      'Usage of EmptyDir volume "cache" exceeds the limit "1Mi". ',
      'Pod ephemeral local storage usage exceeds the total limit of containers 2Mi. ',
    ],
  );
});

test('only pods with limits on disk are measured', () => {
  assert.equal(hasStorageLimits(pod), true);
  assert.equal(
    hasStorageLimits(
      samplePod({
        containers: [{ name: 'a' }],
        volumes: [{ name: 'm', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } }],
      }),
    ),
    false,
  );
});
