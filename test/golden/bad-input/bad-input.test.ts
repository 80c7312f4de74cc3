/** Our API server's answers to requests that are wrong in their parts: codes, media types, reasons, messages and causes as upstream gave them. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { ApiRequest } from '#api/request.ts';
import type { WireResponse } from '#api/wire.ts';
import type { Clock } from '#base/env.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { requestOf } from '#platform/node/http-request.ts';
import { startWorld, type World } from '../validation/world.ts';
import {
  type BadInput,
  type BadInputAnswer,
  badInputAnswer,
  badInputNamespace,
  badInputs,
  badInputTarget,
  setUp,
} from './cases.ts';
import { reasonOf, reasons } from './differences.ts';

const golden = JSON.parse(readFileSync(new URL('answers.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, BadInputAnswer>
>;
const decoder = new TextDecoder();
const answers: Record<string, BadInputAnswer> = {};
const explained = new Set<string>();
let world: World;

before(async () => {
  const env = createNodeEnv({ component: 'test', level: 'error' });
  // Versions of the future are waited for: three seconds of upstream's, much less of ours.
  const clock: Clock = { ...env.clock, after: (ms, run) => env.clock.after(ms <= 3000 ? ms / 50 : ms, run) };
  world = await startWorld({ namespace: badInputNamespace, env: { ...env, clock } });
  for (const input of setUp) await ask(input);
  await Promise.all(badInputs.map(ask));
});
after(() => world.close());

async function ask(input: BadInput): Promise<void> {
  const end = new AbortController();
  const response = await world.wire(requestOf(...headOf(input), content(input), peer, end));
  assert.ok(response.type !== 'upgrade');
  const type = response.headers['content-type'] ?? '';
  answers[input.name] = badInputAnswer(response.status, `${type}`, await textOf(response));
  end.abort();
}

const peer = { address: '', inProcess: { username: 'recorder', groups: ['system:masters'] } };

function headOf({ method, headers, ...input }: BadInput) {
  const length: Record<string, string> = input.body ? { 'content-length': String(input.body.length) } : {};
  const all = { ...headers, ...length };
  return [method, badInputTarget({ method, headers, ...input }), all, Object.entries(all).flat()] as const;
}

function content({ body, headers }: BadInput): Pick<ApiRequest, 'receive'> {
  const type = headers['content-type'] ?? '';
  return body && body.length > 0
    ? { receive: () => Promise.resolve({ type: 'bytes', bytes: body, contentType: type }) }
    : {};
}

async function textOf(response: Exclude<WireResponse, { readonly type: 'upgrade' }>): Promise<string> {
  if (response.type === 'full') return decoder.decode(response.body);
  let text = '';
  for await (const chunk of response.chunks) text += decoder.decode(chunk);
  return text;
}

for (const { name } of badInputs) {
  test(name, () => {
    const [ours, upstreams] = [answers[name], golden[name]];
    const reason = reasonOf(name);
    if (!reason || isDeepStrictEqual(ours, upstreams)) return assert.deepEqual(ours, upstreams);
    // Different for a reason: still nobody's failure but the client's.
    assert.ok(ours && ours.code >= 200 && ours.code < 500, reason);
    explained.add(reason);
  });
}

test('no reason is given for what is the same', () => {
  assert.deepEqual([...new Set(reasons)].sort(), [...explained].sort());
});
