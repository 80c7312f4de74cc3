/** Servers as sequences ask them: over HTTPS by the client certificate of a kubeconfig. */

import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { load } from 'js-yaml';
import type { Definition } from '../apply/steps.ts';
import type { Send } from './exchange.ts';

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: Readonly<Record<string, string>> }[];
  readonly users: readonly { readonly user: Readonly<Record<string, string>> }[];
}

/** A watch that is quiet for so long has said what it has to say. */
const quietMs = 2500;

export function connection(kubeconfig: string): Send {
  const config = load(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
  const cluster = config.clusters[0]?.cluster ?? {};
  const user = config.users[0]?.user ?? {};
  const pem = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'base64');
  const agent = new Agent({
    keepAlive: true,
    ca: pem(cluster['certificate-authority-data']),
    cert: pem(user['client-certificate-data']),
    key: pem(user['client-key-data']),
  });
  return ({ method, target, headers, body }) =>
    new Promise((resolve, reject) => {
      const length = body ? { 'content-length': body.length } : {};
      const options = { method, path: target, headers: { ...headers, ...length }, agent };
      const outgoing = request(cluster.server ?? '', options, (response) => {
        const chunks: Buffer[] = [];
        const done = (): void => {
          clearTimeout(timer);
          resolve({ code: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
        };
        const quiet = (): NodeJS.Timeout => setTimeout(() => outgoing.destroy(), quietMs);
        let timer = quiet();
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          clearTimeout(timer);
          timer = quiet();
        });
        response.on('end', done);
        response.on('error', done);
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
}

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const head = { 'content-type': 'application/json', accept: 'application/json' };

/** Creates the definitions of custom resources and waits until they are served. */
export async function prepare(send: Send, crds: readonly Definition[]): Promise<void> {
  const target = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  for (const crd of crds) {
    await send({ method: 'POST', target, headers: head, body: json(crd) });
    for (const { name } of crd.spec.versions) {
      const none = `/apis/${crd.spec.group}/${name}/namespaces/none/${crd.spec.names.plural}`;
      for (let attempt = 0; attempt < 200; attempt++) {
        const { code } = await send({ method: 'GET', target: none, headers: { accept: 'application/json' } });
        if (code === 200) break;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    }
  }
}

/** Removes what a sequence left, by force: there are no controllers. */
export async function tidy(send: Send, namespace: string, collections: readonly string[]): Promise<void> {
  for (const template of collections) {
    const collection = template.replaceAll('<namespace>', namespace);
    const { body } = await send({ method: 'GET', target: collection, headers: { accept: 'application/json' } });
    const { items = [] } = JSON.parse(new TextDecoder().decode(body)) as {
      items?: { metadata: { name: string; finalizers?: unknown } }[];
    };
    const bare = collection.split('?', 1)[0];
    for (const { metadata } of items) {
      const target = `${bare}/${metadata.name}`;
      if (metadata.finalizers)
        await send({
          method: 'PATCH',
          target,
          headers: { ...head, 'content-type': 'application/merge-patch+json' },
          body: json({ metadata: { finalizers: null } }),
        });
      await send({ method: 'DELETE', target: `${target}?gracePeriodSeconds=0`, headers: head });
      if (bare === '/api/v1/namespaces') await finalize(send, metadata.name);
    }
  }
  const target = `/api/v1/namespaces/${namespace}`;
  await send({ method: 'DELETE', target: `${target}/serviceaccounts/default`, headers: head });
  await send({ method: 'DELETE', target, headers: head });
  await finalize(send, namespace);
}

async function finalize(send: Send, name: string): Promise<void> {
  const body = json({ apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: { finalizers: [] } });
  await send({ method: 'PUT', target: `/api/v1/namespaces/${name}/finalize`, headers: head, body });
}
