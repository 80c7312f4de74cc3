import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repositoryOf, withDefaultTag } from './image-name.ts';
import { goDuration } from './puller.ts';

test('withDefaultTag', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const cases = [
    ['nginx', 'nginx:latest'],
    ['nginx:1.27', 'nginx:1.27'],
    ['localhost:5000/team/app', 'localhost:5000/team/app:latest'],
    [`registry.k8s.io/pause@${digest}`, `registry.k8s.io/pause@${digest}`],
  ];
  assert.deepEqual(
    cases.map(([image = '']) => [image, withDefaultTag(image)]),
    cases,
  );
  assert.throws(
    () => withDefaultTag('docker.io/Kubeguide/redis'),
    /couldn't parse image name "docker.io\/Kubeguide\/redis": invalid reference format: repository name \(Kubeguide\/redis\) must be lowercase/,
  );
  assert.throws(() => withDefaultTag(''), /invalid reference format/);
});

test('repositoryOf finds the registry that credentials belong to', () => {
  assert.deepEqual(repositoryOf('nginx:1'), { registry: 'docker.io', repository: 'library/nginx' });
  assert.deepEqual(repositoryOf('team/app'), { registry: 'docker.io', repository: 'team/app' });
  assert.deepEqual(repositoryOf('localhost:5000/a/b:1@sha256:00'), { registry: 'localhost:5000', repository: 'a/b' });
});

test('goDuration', () => {
  assert.deepEqual([0, 28, 1200, 61_500, 3_600_000].map(goDuration), ['0s', '28ms', '1.2s', '1m1.5s', '1h0m0s']);
});
