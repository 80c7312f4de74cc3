/** Our API server's answers to recorded sequences, step by step: codes, media types, warnings, objects, events of watches. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { ApiRequest } from '#api/request.ts';
import type { Clock } from '#base/env.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { requestOf } from '#platform/node/http-request.ts';
import { crds } from '../apply/kinds.ts';
import { define } from '../apply/steps.ts';
import { startWorld, type World } from '../validation/world.ts';
import { comparable } from './compare.ts';
import { type Answered, type Asked, Play } from './exchange.ts';
import { namespaceOf, type Recorded, setUp } from './sequences.ts';

const folder = new URL('recorded/', import.meta.url);
const peer = { address: '', inProcess: { username: 'recorder', groups: ['system:masters'] } };

describe('recorded sequences', () => {
  let world: World;
  before(async () => {
    const env = createNodeEnv({ component: 'test', level: 'error' });
    // Watches last a second.
    const clock: Clock = { ...env.clock, after: (ms, run) => env.clock.after(ms <= 3000 ? ms / 20 : ms, run) };
    world = await startWorld({ env: { ...env, clock } });
    for (const crd of crds) await define(crd, world.send);
  });
  after(() => world.close());

  for (const file of readdirSync(folder)) {
    const name = file.replace('.jsonl', '');
    test(name, async () => {
      const lines = readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n');
      const play = new Play(namespaceOf(name), (asked) => send(world, asked));
      for (const step of setUp) await play.step(step);
      for (const [index, line] of lines.entries()) {
        const { step, answer } = JSON.parse(line) as Recorded;
        assert.deepEqual(comparable(await play.step(step)), answer, `step ${index + 1}: ${JSON.stringify(step)}`);
      }
    });
  }
});

async function send({ wire }: World, { method, target, headers, body }: Asked): Promise<Answered> {
  const length: Record<string, string> = body ? { 'content-length': String(body.length) } : {};
  const all: Record<string, string> = { ...headers, ...length };
  const content: Pick<ApiRequest, 'receive'> = body
    ? { receive: () => Promise.resolve({ type: 'bytes', bytes: body, contentType: all['content-type'] ?? '' }) }
    : {};
  const end = new AbortController();
  const response = await wire(requestOf(method, target, all, Object.entries(all).flat(), content, peer, end));
  assert.ok(response.type !== 'upgrade');
  const chunks: Uint8Array[] = [];
  if (response.type === 'full') chunks.push(response.body);
  else for await (const chunk of response.chunks) chunks.push(Uint8Array.from(chunk));
  end.abort();
  return { code: response.status, headers: response.headers, body: Buffer.concat(chunks) };
}
