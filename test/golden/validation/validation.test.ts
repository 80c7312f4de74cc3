/** Our API server's answers to the golden requests: codes, reasons, messages, causes and objects as upstream gave them. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { defaultAdmissionPlugins } from '#admission/plugins.ts';
import { StatusError } from '#api/errors.ts';
import type { ApiRequest, ApiResponse } from '#api/request.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { builtinActions } from '#apiserver/actions/builtin.ts';
import { allowed } from '#apiserver/authorizer.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { type ApiServer, createApiServer } from '#apiserver/server.ts';
import { createLiveObjects } from '#cluster/server/live-objects.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { MemoryJournal } from '#store/memory-journal.ts';
import { openRevisionStore } from '#store/revision-store.ts';
import type { Store } from '#store/store.ts';
import { differences } from './differences.ts';
import {
  answersOf,
  type GoldenAnswer,
  type GoldenCase,
  goldenNamespace,
  type RawAnswer,
  type Send,
} from './golden-case.ts';

const folder = new URL('./', import.meta.url);
const schemas = new SchemaRegistry(builtinTables);
const codecs = schemaCodecs(schemas);

for (const { name: group } of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
  for (const file of readdirSync(new URL(group, folder)).filter((name) => name.endsWith('.cases.ts'))) {
    const kind = `${group}/${file.replace('.cases.ts', '')}`;
    const { cases } = (await import(new URL(`${group}/${file}`, folder).href)) as {
      readonly cases: readonly GoldenCase[];
    };
    const golden = JSON.parse(readFileSync(new URL(`${kind}.json`, folder), 'utf8')) as Record<string, GoldenAnswer>;
    describe(kind, () => {
      let answers: Record<string, GoldenAnswer> = {};
      let world: World;
      before(async () => {
        world = await startWorld();
        answers = await answersOf(cases, world.send);
      });
      after(() => world.close());
      for (const { name } of cases) {
        const difference = differences[`${kind}: ${name}`];
        test(name, difference === undefined ? {} : { todo: difference }, () => {
          assert.deepEqual(inOrder(answers[name]), inOrder(golden[name]));
        });
      }
    });
  }
}

/** Upstream goes through maps in random order, so warnings about their members are in none. */
function inOrder(answer: GoldenAnswer | undefined): GoldenAnswer | undefined {
  return answer?.warnings ? { ...answer, warnings: [...answer.warnings].sort() } : answer;
}

interface World {
  readonly send: Send;
  readonly close: () => Promise<void>;
}

async function startWorld(): Promise<World> {
  const env = createNodeEnv({ component: 'test', level: 'error' });
  const store: Store = await openRevisionStore({ env, journal: new MemoryJournal() });
  const objects = createLiveObjects(() => server.registry, store);
  const server: ApiServer = createApiServer({
    env,
    store,
    definitions: builtinDefinitions,
    codecs,
    schemas,
    authenticate: ({ peer }) => peer.inProcess,
    authorize: () => allowed,
    actions: builtinActions,
    services: { serviceCidrs: ['10.96.0.0/16'], nodePorts: { first: 30_000, last: 32_767 } },
    admission: defaultAdmissionPlugins({ objects, env, writeQuota: (quota) => Promise.resolve(quota) }),
  });
  await server.ready();
  const send: Send = async ({ method, path, body, contentType }) => {
    const url = new URL(path, 'http://localhost');
    const asked: ApiRequest = {
      method,
      path: url.pathname,
      query: url.searchParams,
      headers: { accept: 'application/json' },
      peer: { address: '', inProcess: { username: 'recorder', groups: ['system:masters'] } },
      signal: new AbortController().signal,
      ...(body === undefined
        ? {}
        : { body: { type: 'bytes', bytes: new TextEncoder().encode(JSON.stringify(body)), contentType } }),
    };
    try {
      return rawAnswer(await server.handler(asked));
    } catch (error) {
      if (error instanceof StatusError) return { code: error.status.code ?? 0, body: error.status, warnings: [] };
      throw error;
    }
  };
  const json = 'application/json';
  const path = '/api/v1/namespaces';
  await send({ method: 'POST', path, body: { metadata: { name: goldenNamespace } }, contentType: json });
  const accounts = `${path}/${goldenNamespace}/serviceaccounts`;
  await send({ method: 'POST', path: accounts, body: { metadata: { name: 'default' } }, contentType: json });
  return {
    send,
    close: async () => {
      await server.close();
      await store.close();
    },
  };
}

function rawAnswer(response: ApiResponse): RawAnswer {
  assert(response.type === 'object' || response.type === 'bytes');
  const bytes =
    response.type === 'object'
      ? response.body.json()
      : response.body instanceof Uint8Array
        ? response.body
        : assert.fail('a stream');
  const header = response.headers?.warning ?? '';
  return {
    code: response.status,
    body: JSON.parse(new TextDecoder().decode(bytes)),
    warnings: [...header.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replace(/\\(.)/g, '$1')),
  };
}
