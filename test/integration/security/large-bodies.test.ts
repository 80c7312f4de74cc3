/**
 * Bodies made to keep the server busy: as many values as may be, each of which is faulty, or in an order that costs most. Others are answered
 * while one of them is worked on, and no answer is longer than what it answers.
 */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { after, before, test } from 'node:test';
import { maxValues } from '#api/codec/decode-error.ts';
import { bodyBound } from '#platform/node/http-request.ts';

let server: ChildProcess;
let port = 0;
const agent = new Agent({ keepAlive: true });

before(async () => {
  server = spawn(process.execPath, [new URL('bombed-server.ts', import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(server.stdout ?? assert.fail(), 'data')) as [Buffer];
  port = Number(line.toString());
  const pod = JSON.stringify({ metadata: { name: 'one' }, spec: { containers: [{ name: 'a', image: 'b' }] } });
  for (const [path, body] of [
    ['configmaps', '{"metadata":{"name":"one"}}'],
    ['pods', pod],
  ] as const) {
    assert.equal((await ask('POST', path, json, body)).status, 201);
  }
});
after(async () => {
  agent.destroy();
  server.stdin?.end();
  await once(server, 'exit');
});

const json = 'application/json';
const yaml = 'application/yaml';

interface Answer {
  readonly status: number;
  readonly bytes: number;
}

/** `onSent`: the body is on its way as a whole. */
function ask(method: string, path: string, type: string, body?: string, onSent = () => {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { agent, port, method, path: `/api/v1/namespaces/bombed/${path}`, headers: { 'content-type': type } },
      (answer) => {
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, bytes }));
        answer.once('error', reject);
      },
    );
    asked.once('error', reject);
    asked.once('finish', onSent);
    asked.end(body);
  });
}

/** As many as are let in, and fewer where the body would be too long. */
function repeated(count: number, unit: (index: number) => string, head: string, tail: string, separator = ','): string {
  const units = Array.from({ length: count }, (_, index) => unit(index));
  return head + units.join(separator) + tail;
}

const most = maxValues - 100;
const key = (index: number) => index.toString(36);
const container = '{"metadata":{"name":"m"},"spec":{"containers":[{"name":"a","image":"b",';
const patchOf = '{"spec":{"containers":[{"name":"a","env":[';
const strategic = 'application/strategic-merge-patch+json';
const apply = 'application/apply-patch+yaml';
const applied = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata:\n';

const bodies: Readonly<Record<string, readonly [method: string, path: string, type: string, body: string]>> = {
  'entries of a map': [
    'POST',
    'configmaps',
    json,
    repeated(most, (i) => `"${key(i)}":""`, '{"metadata":{"name":"m"},"data":{', '}}'),
  ],
  'faulty keys': [
    'POST',
    'configmaps',
    json,
    repeated(most, (i) => `"/${key(i)}":""`, '{"metadata":{"name":"n"},"data":{', '}}'),
  ],
  'faulty labels': [
    'POST',
    'configmaps',
    json,
    repeated(most, (i) => `"/${key(i)}":"/"`, '{"metadata":{"name":"n","labels":{', '}}}'),
  ],
  finalizers: [
    'POST',
    'configmaps',
    json,
    repeated(most, (i) => `"${key(i)}"`, '{"metadata":{"name":"n","finalizers":[', ']}}'),
  ],
  'variables without names': ['POST', 'pods', json, repeated(most / 2, () => '{}', `${container}"env":[`, ']}]}}')],
  'volumes without names': [
    'POST',
    'pods',
    json,
    repeated(most / 2, () => '{}', `${container}"args":[]}],"volumes":[`, ']}}'),
  ],
  'a patch of a long list': [
    'PATCH',
    'pods/one',
    strategic,
    repeated(most / 2, (i) => `{"name":"${key(i)}"}`, patchOf, ']}]}}'),
  ],
  'a map as YAML': [
    'POST',
    'configmaps',
    yaml,
    repeated(most, (i) => ` v${key(i)}: ''`, 'metadata: {name: yaml}\ndata:\n', '\n', '\n'),
  ],
  'an applied map': [
    'PATCH',
    'configmaps/one?fieldManager=x',
    apply,
    repeated(most, (i) => ` v${key(i)}: ''`, applied, '\n', '\n'),
  ],
};

for (const [name, [method, path, type, body]] of Object.entries(bodies)) {
  test(`others are answered while the server works on ${name}`, { timeout: 120_000 }, async () => {
    assert.ok(body.length <= bodyBound);
    let answered = 0;
    let isOver = false;
    let others: Promise<void> = Promise.resolve();
    const askOn = async () => {
      while (!isOver) {
        assert.equal((await ask('GET', 'configmaps/one?resourceVersion=0', json)).status, 200);
        if (!isOver) answered++;
      }
    };
    const answer = await ask(method, path, type, body, () => {
      others = askOn();
    });
    isOver = true;
    await others;
    assert.ok(answer.status < 500, `${answer.status}`);
    assert.ok(answer.bytes < bodyBound * 4, `an answer of ${answer.bytes} bytes`);
    assert.ok(answered > 0, `nobody else was answered (${answer.status})`);
  });
}

test('others are answered all the while the longest YAML is read, and what is wrong with it is told', async () => {
  for (const fault of ['\t- x', 'a: b: c\n']) {
    let answered = 0;
    let isOver = false;
    let others: Promise<void> = Promise.resolve();
    const askOn = async () => {
      for (; !isOver; answered++) await ask('GET', 'configmaps/one?resourceVersion=0', json);
    };
    const answer = await ask('POST', 'configmaps', yaml, `x:\n${'- y\n'.repeat(700_000)}${fault}`, () => {
      others = askOn();
    });
    isOver = true;
    await others;
    assert.equal(answer.status, 400);
    assert.ok(answered > 10, `${answered} others were answered`);
  }
});

test('bodies with more values than the bound are refused before they are looked at', async () => {
  const many = maxValues * 4;
  for (const [type, body] of [
    [json, repeated(many, () => '{}', '{"metadata":{"name":"m"},"items":[', ']}')],
    [json, repeated(many, (i) => `"${key(i)}":0`, '{', '}')],
    [yaml, repeated(many, () => '- x', 'x:\n', '\n', '\n')],
    [yaml, repeated(many, () => 'x', 'x: [', ']')],
  ] as const) {
    assert.equal((await ask('POST', 'configmaps', type, body)).status, 413, body.slice(0, 40));
  }
});
