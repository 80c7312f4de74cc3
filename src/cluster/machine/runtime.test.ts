import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAtLeast, parseVersion, type RuntimePrograms, usableOciRuntimes, type Version } from './runtime.ts';

test('parseVersion reads what the programs print', () => {
  const cases: readonly (readonly [string, Version | undefined])[] = [
    ['containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3', [1, 6, 20]],
    ['containerd containerd.io v2.1.9 abcdef', [2, 1, 9]],
    ['crun version 1.28\ncommit: f8a', [1, 28, 0]],
    ['no figures', undefined],
  ];
  for (const [text, version] of cases) assert.deepEqual(parseVersion(text), version, text);
});

test('isAtLeast compares part by part', () => {
  assert.equal(isAtLeast([1, 10, 0], [1, 9, 9]), true);
  assert.equal(isAtLeast([1, 6, 0], [1, 6, 0]), true);
  assert.equal(isAtLeast([1, 5, 99], [1, 6, 0]), false);
});

test('usableOciRuntimes prefers crun, but not an old one under containerd 1.7 and newer', () => {
  const programs = (containerdVersion: Version): RuntimePrograms => ({
    containerd: '/bin/containerd',
    ctr: '/bin/ctr',
    shimDirectory: '/bin',
    containerdVersion,
    runc: '/bin/runc',
    crun: '/bin/crun',
    cniBin: '/cni',
  });
  const names = (containerd: Version, crun: Version) =>
    usableOciRuntimes(programs(containerd), crun).map(({ name }) => name);
  assert.deepEqual(names([1, 6, 20], [1, 8, 1]), ['crun', 'runc']);
  assert.deepEqual(names([2, 1, 9], [1, 8, 1]), ['runc']);
  assert.deepEqual(names([2, 1, 9], [1, 28, 0]), ['crun', 'runc']);
});
