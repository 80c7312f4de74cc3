/**
 * kill -9 of a real API server while eight clients write over HTTP, again and again: every acknowledged write is there
 * afterwards, and no resourceVersion is given twice.
 *
 * KUBETS_KILLS sets how often (100 unless told).
 */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ConfigMap } from '#kinds/generated/core-v1.ts';
import { SimRandom } from '#platform/sim/random.ts';

const kills = Number(process.env.KUBETS_KILLS ?? 100);
const serverModule = join(import.meta.dirname, 'server-kill-server.ts');
const writers = 8;
const keysOfWriter = 5;

interface Server {
  readonly child: ChildProcess;
  readonly url: string;
}

/** What a name may hold: what was acknowledged last, or what a request without an answer has made of it. */
interface Slot {
  acknowledged: string | undefined;
  resourceVersion: string;
  unanswered: string | undefined;
}

/** What the writers know together. */
interface Shared {
  readonly slots: Map<string, Slot>;
  /** Every resourceVersion that was ever acknowledged. */
  readonly versions: Set<string>;
  readonly onAnswer: () => void;
}

test(`an API server killed ${kills} times under ${writers} writers keeps every acknowledged write`, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'kubets-server-kill-'));
  const random = new SimRandom('server-kill');
  const slots = new Map<string, Slot>();
  const versions = new Set<string>();
  try {
    for (let run = 0; run < kills; run++) {
      const server = await start(directory);
      await verify(server, slots);
      let left = random.between(1, 150);
      // While the other writers wait for answers.
      const onAnswer = () => {
        if (--left === 0) server.child.kill('SIGKILL');
      };
      await Promise.all(
        Array.from({ length: writers }, (_, writer) => write(server, writer, run, { slots, versions, onAnswer })),
      );
    }
    const server = await start(directory);
    await verify(server, slots);
    server.child.kill('SIGKILL');
  } finally {
    rmSync(directory, { recursive: true });
  }
  assert.ok(versions.size > kills * 10, `only ${versions.size} writes were acknowledged: nothing was tested`);
});

async function start(directory: string): Promise<Server> {
  const child = spawn(process.execPath, [serverModule, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (text: Buffer) => resolve(text.toString().trim()));
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { child, url: `http://127.0.0.1:${port}/api/v1/namespaces/default/configmaps` };
}

/** Creates, updates and deletes its own names until the connection breaks. */
async function write(
  { url }: Server,
  writer: number,
  run: number,
  { slots, versions, onAnswer }: Shared,
): Promise<void> {
  for (let i = 0; ; i++) {
    const name = `w${writer}-${i % keysOfWriter}`;
    const slot = slots.get(name) ?? { acknowledged: undefined, resourceVersion: '', unanswered: undefined };
    slots.set(name, slot);
    const isDelete = slot.acknowledged !== undefined && i % 7 === 6;
    const value = `${run}.${i}`;
    slot.unanswered = isDelete ? 'deleted' : value;
    try {
      const answer = isDelete
        ? await call(`${url}/${name}`, 'DELETE')
        : slot.acknowledged === undefined
          ? await call(url, 'POST', { metadata: { name }, data: { value } })
          : await call(`${url}/${name}`, 'PUT', {
              metadata: { name, resourceVersion: slot.resourceVersion },
              data: { value },
            });
      onAnswer();
      slot.unanswered = undefined;
      slot.acknowledged = isDelete ? undefined : value;
      if (isDelete) continue;
      slot.resourceVersion = answer.metadata?.resourceVersion ?? '';
      assert.ok(!versions.has(slot.resourceVersion), `resourceVersion ${slot.resourceVersion} was given twice`);
      versions.add(slot.resourceVersion);
    } catch (error) {
      // fetch tells a broken connection by a TypeError.
      if (error instanceof TypeError) return;
      throw error;
    }
  }
}

async function call(url: string, method: string, body?: ConfigMap): Promise<ConfigMap> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', ...body }) } : {}),
  });
  const answer = (await response.json()) as ConfigMap;
  assert.ok(response.ok, `${method} ${url}: ${JSON.stringify(answer)}`);
  return answer;
}

/** Compares what the server has with what the writers know, and settles what they do not. */
async function verify({ url }: Server, slots: Map<string, Slot>): Promise<void> {
  const response = await fetch(url);
  const { items } = (await response.json()) as { readonly items: readonly ConfigMap[] };
  const present = new Map(items.map((item) => [item.metadata?.name ?? '', item]));
  for (const [name, slot] of slots) {
    const item = present.get(name);
    const value = item?.data?.value;
    const { acknowledged, unanswered } = slot;
    const allowedValues = [
      acknowledged,
      ...(unanswered === undefined ? [] : [unanswered === 'deleted' ? undefined : unanswered]),
    ];
    assert.ok(
      allowedValues.includes(value),
      `${name} is ${value}, acknowledged ${acknowledged}, unanswered ${unanswered}`,
    );
    if (value !== undefined && value === acknowledged && unanswered === undefined) {
      assert.equal(item?.metadata?.resourceVersion, slot.resourceVersion, `${name} has another version`);
    }
    slot.acknowledged = value;
    slot.resourceVersion = item?.metadata?.resourceVersion ?? '';
    slot.unanswered = undefined;
  }
  assert.deepEqual(
    [...present.keys()].filter((name) => !slots.has(name)),
    [],
  );
}
