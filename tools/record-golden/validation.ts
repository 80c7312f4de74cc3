/**
 * Records the golden answers of test/golden/validation from an upstream API server:
 *
 *   node tools/record-golden/validation.ts --kubeconfig <file> [folder ...]
 *
 * The namespace of the cases is made anew for each file; without controllers it has to be emptied by hand-sent deletes.
 */

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { load } from 'js-yaml';
import {
  answersOf,
  type GoldenCase,
  goldenNamespace,
  type RawAnswer,
  type Send,
} from '../../test/golden/validation/golden-case.ts';

const root = new URL('../../test/golden/validation/', import.meta.url).pathname;

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: Readonly<Record<string, string>> }[];
  readonly users: readonly { readonly user: Readonly<Record<string, string>> }[];
}

const { values, positionals } = parseArgs({
  options: { kubeconfig: { type: 'string' } },
  allowPositionals: true,
});
if (!values.kubeconfig) throw new Error('--kubeconfig is missing');
const send = await sender(values.kubeconfig);
const folders = positionals.length > 0 ? positionals : await foldersOf(root);
for (const folder of folders) {
  for (const file of (await readdir(join(root, folder))).filter((name) => name.endsWith('.cases.ts'))) {
    const path = join(root, folder, file);
    const { cases, cleanup } = (await import(path)) as { cases: GoldenCase[]; cleanup?: string[] };
    await prepareNamespace();
    const answers = await answersOf(cases, send);
    for (const left of leftBy(cases)) await remove(left);
    for (const extra of cleanup ?? []) await remove(extra);
    await writeFile(path.replace('.cases.ts', '.json'), `${JSON.stringify(answers, undefined, 2)}\n`);
    process.stdout.write(`${folder}/${file}: ${cases.length} answers\n`);
  }
}

async function foldersOf(path: string): Promise<string[]> {
  return (await readdir(path, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Paths of what the cases may have left behind. */
function leftBy(cases: readonly GoldenCase[]): string[] {
  return cases.flatMap(({ method, path, body, dryRun }) => {
    const name = (body as { metadata?: { name?: string } } | undefined)?.metadata?.name;
    if (dryRun || name === undefined || (method !== 'POST' && method !== 'PUT')) return [];
    return [method === 'POST' ? `${path}/${name}` : path];
  });
}

async function prepareNamespace(): Promise<void> {
  const json = { contentType: 'application/json' };
  const metadata = { name: goldenNamespace };
  await send({ method: 'POST', path: '/api/v1/namespaces', body: { metadata }, ...json });
  const path = `/api/v1/namespaces/${goldenNamespace}/serviceaccounts`;
  await send({ method: 'POST', path, body: { metadata: { name: 'default' } }, ...json });
}

async function remove(path: string): Promise<void> {
  const whole = path.startsWith('/') ? path : `/api/v1/namespaces/${goldenNamespace}/${path}`;
  const contentType = 'application/merge-patch+json';
  await send({ method: 'PATCH', path: whole, body: { metadata: { finalizers: null } }, contentType });
  await send({
    method: 'DELETE',
    path: `${whole}?gracePeriodSeconds=0&propagationPolicy=Background`,
    contentType: 'application/json',
  });
}

async function sender(file: string): Promise<Send> {
  const config = load(await readFile(file, 'utf8')) as Kubeconfig;
  const cluster = config.clusters[0]?.cluster ?? {};
  const user = config.users[0]?.user ?? {};
  const pem = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'base64');
  const tls = {
    ca: pem(cluster['certificate-authority-data']),
    cert: pem(user['client-certificate-data']),
    key: pem(user['client-key-data']),
  };
  return ({ method, path, body, contentType }) =>
    new Promise<RawAnswer>((resolve, reject) => {
      const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
      // Node sends a DELETE's body only when its length is said.
      const length = payload ? { 'content-length': payload.length } : {};
      const headers = { 'content-type': contentType, accept: 'application/json', ...length };
      const outgoing = request(new URL(path, cluster.server), { method, headers, ...tls }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({
            code: response.statusCode ?? 0,
            body: text.startsWith('{') ? JSON.parse(text) : { message: text },
            warnings: warningsOf(response.headers.warning),
          });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(payload);
    });
}

/** '299 - "text", 299 - "text"' as texts. */
function warningsOf(header: string | readonly string[] | undefined): string[] {
  const text = typeof header === 'string' ? header : (header ?? []).join(', ');
  return [...text.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, quoted = '']) => quoted.replace(/\\(.)/g, '$1'));
}
