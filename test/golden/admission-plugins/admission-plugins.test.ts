/** Admission plugins that are off by default answer as upstream's do; and a webhook about images is asked as upstream asks it. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { decodeAdmissionConfiguration } from '#admission/configuration.ts';
import type { ImagePolicyConfig } from '#admission/image-policy.ts';
import type { Env } from '#base/env.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import { answersOf, type GoldenAnswer, goldenNamespace } from '../validation/golden-case.ts';
import { startWorld, type World } from '../validation/world.ts';
import { configurationOf, pluginSets } from './sets.ts';

for (const set of pluginSets) {
  const golden = JSON.parse(readFileSync(new URL(`./${set.name}.json`, import.meta.url), 'utf8')) as Record<
    string,
    GoldenAnswer
  >;
  describe(set.name, () => {
    let answers: Record<string, GoldenAnswer> = {};
    let world: World;
    before(async () => {
      const { enable, disable = [] } = set;
      const { imagePolicy, ...configuration } = decodeAdmissionConfiguration(
        JSON.stringify(configurationOf(set, '/nobody')),
        () => '',
        { enable, disable },
      );
      world = await startWorld({
        admission: {
          plugins: { enable, disable },
          configuration,
          imagePolicy: (env) => imagePolicy && { ...imagePolicy, caller: callerOf(env, () => undefined) },
        },
      });
      answers = await answersOf(set.cases, world.send);
    });
    after(() => world.close());
    for (const { name } of set.cases) test(name, () => assert.deepEqual(answers[name], golden[name]));
  });
}

/** `undefined` for nobody who answers. */
type Answer = (review: { readonly spec: object }) => object | undefined;

function callerOf(env: Env, answer: Answer): ImagePolicyConfig['caller'] {
  return {
    env,
    target: { url: new URL('https://127.0.0.1:9/images') },
    timeoutMs: 1000,
    initialBackoffMs: 1,
    client: {
      post: async ({ body }) => {
        const review = JSON.parse(new TextDecoder().decode(body)) as { readonly spec: object };
        const status = answer(review);
        if (!status) throw new Error('dial tcp 127.0.0.1:9: connect: connection refused');
        return { status: 200, body: new TextEncoder().encode(JSON.stringify({ ...review, status })) };
      },
      close: () => {},
    },
  };
}

const pod = (image: string, annotations = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', annotations },
  spec: {
    automountServiceAccountToken: false,
    containers: [{ name: 'c', image }],
    initContainers: [{ name: 'i', image: 'init' }],
  },
});

describe('a webhook about images', () => {
  const asked: unknown[] = [];
  const env = createSimEnv();
  let answer: Answer = () => ({ allowed: true });
  let world: World;
  before(async () => {
    world = await startWorld({
      env,
      admission: {
        plugins: { enable: ['ImagePolicyWebhook'], disable: [] },
        imagePolicy: () => ({
          allowedMs: 5000,
          deniedMs: 1000,
          defaultAllow: false,
          caller: callerOf(env, (review) => {
            asked.push(review);
            return answer(review);
          }),
        }),
      },
    });
  });
  after(() => world.close());
  const create = async (body: object) => {
    const path = `/api/v1/namespaces/${goldenNamespace}/pods?dryRun=All`;
    const { code, body: answered } = await world.send({ method: 'POST', path, body, contentType: 'application/json' });
    return [code, code < 400 ? '' : (answered as { readonly message: string }).message];
  };

  test('it is told images and its own annotations, and its answers are remembered', async () => {
    const body = pod('one', { 'x.image-policy.k8s.io/break-glass': 'yes', other: 'x' });
    assert.deepEqual(await create(body), [201, '']);
    assert.deepEqual(asked.splice(0), [
      {
        apiVersion: 'imagepolicy.k8s.io/v1alpha1',
        kind: 'ImageReview',
        spec: {
          containers: [{ image: 'one' }, { image: 'init' }],
          annotations: { 'x.image-policy.k8s.io/break-glass': 'yes' },
          namespace: goldenNamespace,
        },
      },
    ]);
    await env.clock.advance(4999);
    assert.deepEqual(await create(body), [201, '']);
    assert.equal(asked.length, 0);
    await env.clock.advance(1);
    await create(body);
    assert.equal(asked.splice(0).length, 1);
  });

  test('what it denies is refused, and so is everything while nobody answers', async () => {
    answer = () => ({ allowed: false, reason: 'unknown registry' });
    const said = 'pods "a" is forbidden: image policy webhook backend denied one or more images: unknown registry';
    assert.deepEqual(await create(pod('two')), [403, said]);
    answer = () => ({ allowed: false });
    assert.deepEqual(await create(pod('three')), [
      403,
      'pods "a" is forbidden: one or more images rejected by webhook backend',
    ]);
    answer = () => undefined;
    assert.deepEqual(await create(pod('four')), [
      403,
      'pods "a" is forbidden: Post "https://127.0.0.1:9/images": dial tcp 127.0.0.1:9: connect: connection refused',
    ]);
  });
});

test('AlwaysDeny: upstream dies of it at its start; nothing is written, and reading goes on', async () => {
  const world = await startWorld({ admission: { plugins: { enable: ['AlwaysDeny'], disable: [] } } });
  const json = { contentType: 'application/json' };
  const path = '/api/v1/namespaces';
  const refusal = await world.send({ method: 'POST', path, body: { metadata: { name: 'x' } }, ...json });
  assert.deepEqual(
    [refusal.code, (refusal.body as { readonly message: string }).message],
    [403, 'namespaces "x" is forbidden: admission control is denying all modifications'],
  );
  assert.equal((await world.send({ method: 'GET', path, ...json })).code, 200);
  await world.close();
});
