/**
 * Secrets with known content go through a real server, in every way in which they can be sent, refused and misunderstood. Afterwards
 * they are searched for where nobody may find them: what the server said (at its most talkative), its audit at level Metadata, events,
 * metrics and pages for operators, what is on disk, and the answers to those that failed.
 */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { freePort } from '../e2e/support.ts';
import { Markers } from './security/markers.ts';
import { type HttpsBackend, startHttpsBackend } from './support/https-backend.ts';

const markers = new Markers();
/** What upstream quotes of requests that cannot be read, to who sent them and in audit records: those two are not searched for it. */
const quoted = new Markers();
const directory = mkdtempSync(join(tmpdir(), 'kubets-secrets-'));
const data = join(directory, 'data');
const encryptionFile = join(directory, 'encryption.yaml');
const auditLog = join(directory, 'audit.log');
const started = performance.now();

interface Answer {
  readonly status: number;
  readonly headers: object;
  readonly text: string;
}

interface Asked {
  readonly method?: string;
  readonly type?: string;
  readonly body?: object | string | Uint8Array;
  readonly headers?: OutgoingHttpHeaders;
  /** By this token and without a certificate. */
  readonly token?: string;
}

let server: ChildProcess;
let said = '';
let port = 0;
let admin: Agent;
let nobody: Agent;
let backend: HttpsBackend;
/** What the webhooks answer, made of what they are sent. */
let webhook: (review: Review) => string | { readonly status: number; readonly text: string } = () => '{}';
/** Answers of requests that failed, by what was asked. */
const refusals: { readonly what: string; readonly answer: Answer }[] = [];

interface Review {
  readonly apiVersion: string;
  readonly kind: string;
  readonly request: { readonly uid: string; readonly object?: unknown; readonly objects?: readonly unknown[] };
}

function encryptionConfig(key: string): string {
  return `apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets, vaults.secrets.test]
    providers:
      - secretbox: {keys: [{name: one, secret: ${key}}]}
      - identity: {}
`;
}

before(async () => {
  backend = await startHttpsBackend({ dnsNames: [] });
  backend.server.on('request', async (message, response) => {
    let text = '';
    for await (const chunk of message) text += chunk;
    const answer = webhook(JSON.parse(text));
    if (typeof answer === 'string') response.end(answer);
    else response.writeHead(answer.status).end(answer.text);
  });
  writeFileSync(encryptionFile, encryptionConfig(Buffer.from(markers.make('encryption key')).toString('base64')));
  const tokens = join(directory, 'tokens.csv');
  writeFileSync(tokens, `${markers.make('static token')},jane,1,"system:masters"\n`);
  const policy = join(directory, 'audit.yaml');
  writeFileSync(policy, 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n');
  port = await freePort();
  const flags = {
    'data-dir': data,
    'api-port': String(port),
    'encryption-provider-config': encryptionFile,
    'token-auth-file': tokens,
    'audit-policy-file': policy,
    'audit-log-path': auditLog,
  };
  const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
  const program = join(import.meta.dirname, '../../src/cli/main.ts');
  server = spawn(process.execPath, [program, 'server', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const serving = new Promise<void>((resolve, reject) => {
    for (const stream of [server.stdout, server.stderr]) {
      stream?.on('data', (chunk) => {
        said += chunk;
        if (said.includes('API server at')) resolve();
      });
    }
    server.once('exit', () => reject(new Error(`the server ended: ${said}`)));
  });
  await serving;
  const read = (file: string) => readFileSync(join(data, 'pki', file));
  const ca = read('ca.crt');
  admin = new Agent({ ca, cert: read('admin.crt'), key: read('admin.key'), keepAlive: true });
  nobody = new Agent({ ca, keepAlive: true });
  for (const file of readdirSync(join(data, 'pki')).filter((name) => name.endsWith('.key'))) {
    const { d } = createPrivateKey(read(file)).export({ format: 'jwk' });
    markers.watch(`private key ${file}`, Buffer.from(d ?? '', 'base64url'));
  }
  const talkative = await ask('/debug/flags/v', { method: 'PUT', body: '10', type: 'text/plain' });
  assert.equal(talkative.status, 200, talkative.text);
});

after(async () => {
  if (server?.exitCode === null) {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
  admin?.destroy();
  nobody?.destroy();
  backend?.close();
  rmSync(directory, { recursive: true, force: true });
});

function ask(path: string, { method = 'GET', type = 'application/json', body, headers, token }: Asked = {}) {
  const content =
    body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  return new Promise<Answer>((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method,
        agent: token === undefined ? admin : nobody,
        headers: {
          'content-type': type,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('latin1');
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      },
    );
    sent.on('error', reject);
    sent.end(content);
  });
}

/** Must fail; the answer is searched in the end. */
async function refused(path: string, asked: Asked): Promise<Answer> {
  const answer = await ask(path, asked);
  const what = `${asked.method ?? 'GET'} ${path} ${asked.type ?? ''}`;
  assert.ok(answer.status >= 400, `${what} is not refused: ${answer.status} ${answer.text}`);
  refusals.push({ what, answer });
  return answer;
}

async function done(path: string, asked: Asked = {}): Promise<Answer> {
  const answer = await ask(path, asked);
  assert.ok(answer.status < 300, `${asked.method ?? 'GET'} ${path}: ${answer.status} ${answer.text}`);
  return answer;
}

const post = (body: Asked['body'], type = 'application/json'): Asked => ({
  method: 'POST',
  ...(body ? { body } : {}),
  type,
});
const secrets = '/api/v1/namespaces/default/secrets';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const secretOf = (name: string, text: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  data: { password: base64(text) },
  ...more,
});

test('secrets are written, in every media type', async () => {
  const yaml = (name: string, text: string) =>
    `apiVersion: v1\nkind: Secret\nmetadata: {name: ${name}}\nstringData: {password: ${text}}\n`;
  await done(secrets, post(secretOf('json', markers.make('created'))));
  await done(secrets, post(yaml('yaml', markers.make('created in YAML')), 'application/yaml'));
  const next = secretOf('json', markers.make('updated'));
  await done(`${secrets}/json`, { method: 'PUT', body: next });
  const patches = {
    'application/merge-patch+json': { data: { password: base64(markers.make('merged')) } },
    'application/strategic-merge-patch+json': { stringData: { more: markers.make('merged by strategy') } },
    'application/json-patch+json': [{ op: 'add', path: '/data/other', value: base64(markers.make('patched')) }],
  };
  for (const [type, body] of Object.entries(patches)) await done(`${secrets}/json`, { method: 'PATCH', type, body });
  const apply = { method: 'PATCH', type: 'application/apply-patch+yaml' };
  await done(`${secrets}/yaml?fieldManager=tester&force=true`, {
    ...apply,
    body: yaml('yaml', markers.make('applied')),
  });
  const protobuf = (await done(`${secrets}/json`, { headers: { accept: 'application/vnd.kubernetes.protobuf' } })).text;
  const body = Buffer.from(protobuf, 'latin1');
  await done(`${secrets}/json`, { method: 'PUT', type: 'application/vnd.kubernetes.protobuf', body });
});

test('secrets are refused, for what is in them and around them', async () => {
  const text = () => markers.make(`refused ${refusals.length}`);
  const shown = () => quoted.make(`quoted ${refusals.length}`);
  const plain = () => base64(text());
  await refused(secrets, post(secretOf('Bad_Name', text())));
  await refused(secrets, post({ ...secretOf('a', ''), data: { password: `${text()}a` } }));
  await refused(secrets, post({ ...secretOf('a', ''), data: { password: `${text()}!` } }));
  await refused(secrets, post({ ...secretOf('a', ''), data: { 'bad key!': plain() } }));
  await refused(secrets, post({ ...secretOf('a', ''), type: 'kubernetes.io/tls', data: { 'tls.key': plain() } }));
  const docker = { '.dockerconfigjson': base64(`{"auths": ${text()}}`) };
  await refused(secrets, post({ ...secretOf('a', ''), type: 'kubernetes.io/dockerconfigjson', data: docker }));
  await refused(secrets, post(`{"apiVersion":"v1","kind":"Secret","data":{"a":"${plain()}",}`));
  await refused(secrets, post(`{"apiVersion":"v1","kind":"Secret","data":{"a":"${plain()}"}`));
  await refused(secrets, post(`{"apiVersion":"v1","kind":"Secret","stringData":{"a":${text()}}}`));
  await refused(secrets, post(`apiVersion: v1\nkind: Secret\ndata:\n  a: ${plain()}\n b: [}\n`, 'application/yaml'));
  await refused(secrets, post(`kind: Secret\nstringData: {a: "${text()}\n`, 'application/yaml'));
  await refused(secrets, post(`kind: Secret\nstringData: {a: *${shown()}}\n`, 'application/yaml'));
  await refused(secrets, post(Buffer.from(`k8s\0\n\x06\n\x02v1${shown()}`), 'application/vnd.kubernetes.protobuf'));
  await refused(`${secrets}?fieldValidation=Strict`, post(secretOf('a', text(), { dataa: { a: plain() } })));
  await refused(secrets, post(secretOf('json', text())));
  const json = `${secrets}/json`;
  const patch = (type: string, body: Asked['body']): Asked => ({
    method: 'PATCH',
    type: `application/${type}`,
    ...(body ? { body } : {}),
  });
  const value = base64(text());
  await refused(json, patch('json-patch+json', [{ op: 'test', path: '/data/password', value }]));
  await refused(json, patch('json-patch+json', [{ op: 'replace', path: '/none/none', value }]));
  await refused(json, patch('json-patch+json', `[{"op":"add","path":"/data/x","value":${text()}}]`));
  await refused(json, patch('merge-patch+json', `{"data":{"a":"${value}",}}`));
  const merged = await refused(json, patch('merge-patch+json', { data: { a: `${text()}a` } }));
  assert.equal(
    JSON.parse(merged.text).message,
    ' "" is invalid: patch: Invalid value: "<secret contents redacted>": illegal base64 data at input byte 32',
  );
  await refused(json, patch('strategic-merge-patch+json', { data: { a: `${text()}!` } }));
  await refused(json, {
    method: 'PUT',
    body: secretOf('json', text(), { metadata: { name: 'json', resourceVersion: '1' } }),
  });
  const apply = 'apply-patch+yaml';
  await refused(`${json}?fieldManager=x`, patch(apply, `kind: Secret\napiVersion: v1\nstringData:\n\t- ${text()}`));
  await refused(
    `${json}?fieldManager=x`,
    patch(apply, `{"kind":"Secret","apiVersion":"v1","data":{"password":"${value}"}}`),
  );
  await done(secrets, post(secretOf('fixed', text(), { immutable: true })));
  await refused(`${secrets}/fixed`, { method: 'PUT', body: secretOf('fixed', text(), { immutable: true }) });
  await refused(secrets, { ...post(secretOf('a', text())), token: markers.make('unknown token') });
});

test('tokens are taken and refused', async () => {
  await done('/api/v1/namespaces', { token: markers.get('static token') });
  const accounts = '/api/v1/namespaces/default/serviceaccounts';
  await done(accounts, post({ metadata: { name: 'robot' } }));
  const { status } = JSON.parse((await done(`${accounts}/robot/token`, post({ spec: {} }))).text);
  const token: string = status.token;
  // Before its signature a token says what is known of it.
  markers.watch('service account token', Buffer.from(token.slice(token.lastIndexOf('.') + 1)));
  await refused('/api/v1/namespaces', { token });
  await refused(secrets, { ...post(secretOf('a', markers.make('forbidden'))), token });
  await refused('/api/v1/namespaces', { token: `${token.slice(0, -9)}AAAAAAAAA` });
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview' };
  await done('/apis/authentication.k8s.io/v1/tokenreviews', post({ ...review, spec: { token } }));
  await refused('/apis/authentication.k8s.io/v1/tokenreviews', post({ ...review, spec: { token, audiences: 'a' } }));
  await done(`${accounts}/robot`, { method: 'DELETE' });
  await refused('/api/v1/namespaces', { token });
  // Of browsers, which cannot set headers.
  const protocol = `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`;
  await refused('/api/v1/namespaces?watch=1', {
    token: markers.make('second unknown token'),
    headers: { 'sec-websocket-protocol': `${protocol}, binary.k8s.io` },
  });

  const id = 'abcdef';
  const secret = markers.make('bootstrap token').slice(0, 16);
  const bootstrap = {
    ...secretOf(`bootstrap-token-${id}`, ''),
    type: 'bootstrap.kubernetes.io/token',
    data: {},
    stringData: {
      'token-id': id,
      'token-secret': secret,
      'usage-bootstrap-authentication': 'true',
      'usage-bootstrap-signing': 'true',
    },
  };
  await done('/api/v1/namespaces/kube-system/secrets', post(bootstrap));
  await refused('/api/v1/namespaces', { token: `${id}.${secret}` });
  await refused('/api/v1/namespaces', { token: `ghijkl.${secret}` });
});

const hookOf = (name: string, failurePolicy: string) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: `${name}WebhookConfiguration`,
  metadata: { name: failurePolicy.toLowerCase() },
  webhooks: [
    {
      name: `${failurePolicy.toLowerCase()}.secrets.test`,
      clientConfig: { url: `https://127.0.0.1:${backend.port}/`, caBundle: backend.caBundle },
      rules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['secrets', 'configmaps'] }],
      objectSelector: { matchLabels: { hooked: 'true' } },
      failurePolicy,
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
    },
  ],
});

/** What a webhook can answer that repeats what it was sent. */
const nonsense: Readonly<Record<string, typeof webhook>> = {
  'a failure that repeats it': (review) => ({ status: 500, text: `bad: ${Buffer.from(dataOf(review), 'base64')}` }),
  'a refusal that repeats it': (review) => ({ status: 403, text: JSON.stringify(review) }),
  'cut JSON': (review) => JSON.stringify(review.request.object).slice(0, -1),
  'text that is no JSON': (review) => `${Buffer.from(dataOf(review), 'base64')} is what I got`,
  'an object in place of a review': (review) => JSON.stringify(review.request.object),
  'a response that is a text': (review) => JSON.stringify({ ...review, response: dataOf(review) }),
  'a patch that is none': (review) => answerOf(review, { patchType: 'JSONPatch', patch: base64(dataOf(review)) }),
  'a patch that is not base64': (review) => answerOf(review, { patchType: 'JSONPatch', patch: `${dataOf(review)}!` }),
  'a patch that does not fit': (review) =>
    answerOf(review, {
      patchType: 'JSONPatch',
      patch: base64(JSON.stringify([{ op: 'replace', path: '/data/none', value: dataOf(review) }])),
    }),
  'a patch to what is no secret': (review) =>
    answerOf(review, {
      patchType: 'JSONPatch',
      patch: base64(JSON.stringify([{ op: 'replace', path: '/data', value: dataOf(review) }])),
    }),
};

function answerOf({ apiVersion, kind, request: { uid } }: Review, response: object): string {
  return JSON.stringify({ apiVersion, kind, response: { uid, allowed: true, ...response } });
}

function dataOf({ request: { object } }: Review): string {
  return (object as { data: { password: string } }).data.password;
}

test('admission webhooks answer nonsense', async () => {
  for (const policy of ['Fail', 'Ignore']) {
    for (const kind of ['Mutating', 'Validating']) {
      const path = `/apis/admissionregistration.k8s.io/v1/${kind.toLowerCase()}webhookconfigurations`;
      await done(path, post(hookOf(kind, policy)));
      // What was written before it was noticed passes without.
      for (const [name, answer] of Object.entries(nonsense)) {
        webhook = answer;
        const text = markers.make(`${policy} ${kind} ${name}`);
        const body = secretOf('hooked', text, { metadata: { name: 'hooked', labels: { hooked: 'true' } } });
        const answered = await ask(`${secrets}?dryRun=All`, post(body));
        if (answered.status >= 400) refusals.push({ what: `${policy} ${kind} ${name}`, answer: answered });
      }
      await done(`${path}/${policy.toLowerCase()}`, { method: 'DELETE' });
    }
  }
  const hooked = refusals.filter(({ what }) => /^Fail (Mutating|Validating) /.test(what));
  assert.ok(hooked.length >= 10, `only ${hooked.length} were refused`);
});

test('custom resources are converted, or are not', async () => {
  const version = (name: string, storage: boolean) => ({
    name,
    served: true,
    storage,
    schema: {
      openAPIV3Schema: {
        type: 'object',
        properties: { data: { type: 'object', properties: { password: { type: 'string', maxLength: 60 } } } },
      },
    },
  });
  const clientConfig = { url: `https://127.0.0.1:${backend.port}/`, caBundle: backend.caBundle };
  const definition = {
    metadata: { name: 'vaults.secrets.test' },
    spec: {
      group: 'secrets.test',
      scope: 'Namespaced',
      names: { plural: 'vaults', kind: 'Vault' },
      versions: [version('v1', true), version('v2', false)],
      conversion: { strategy: 'Webhook', webhook: { clientConfig, conversionReviewVersions: ['v1'] } },
    },
  };
  await done('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', post(definition));
  const vaults = (v: string) => `/apis/secrets.test/${v}/namespaces/default/vaults`;
  while ((await ask(vaults('v2'))).status !== 200) await new Promise((resolve) => setTimeout(resolve, 20));
  const vault = { apiVersion: 'secrets.test/v1', kind: 'Vault', metadata: { name: 'one' } };
  await done(vaults('v1'), post({ ...vault, data: { password: markers.make('custom resource') } }));
  const first = ({ request: { objects } }: Review): object => (objects?.[0] ?? {}) as object;
  const conversions: readonly ((review: Review) => string)[] = [
    (review) => JSON.stringify(first(review)).slice(0, -1),
    (review) => JSON.stringify(first(review)).replace(/^.*"password":"/, ''),
    (review) =>
      JSON.stringify({
        ...review,
        response: { uid: review.request.uid, result: { status: 'Success' }, convertedObjects: [first(review)] },
      }),
    (review) =>
      JSON.stringify({
        ...review,
        response: {
          uid: review.request.uid,
          result: { status: 'Success' },
          convertedObjects: [JSON.stringify(first(review))],
        },
      }),
  ];
  for (const conversion of conversions) {
    webhook = conversion;
    await refused(`${vaults('v2')}/one`, {});
  }
});

test('the encryption configuration is replaced by faulty ones', async () => {
  const faulty = {
    'a key of the wrong length': (key: string) => encryptionConfig(base64(key).slice(0, 20)),
    'a key that is not base64': (key: string) => encryptionConfig(`${key}!`),
    'text that is no YAML': (key: string) => `${encryptionConfig(base64(key))}   - [}\n`,
    'a key outside of its place': (key: string) => encryptionConfig(base64(key)).replace('secret:', 'secrett:'),
    'a quote that is not closed': (key: string) => encryptionConfig(`"${base64(key)}`),
  };
  for (const [name, configOf] of Object.entries(faulty)) {
    const before = said.split('the new encryption configuration is not used').length;
    writeFileSync(`${encryptionFile}.new`, configOf(markers.make(name)));
    renameSync(`${encryptionFile}.new`, encryptionFile);
    while (said.split('the new encryption configuration is not used').length === before) {
      assert.ok(performance.now() - started < 90_000, `nothing is said of ${name}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
});

test('a Deployment whose pods have what is secret in their environment is carried out', async () => {
  const { Deployments } = await import('#kinds/apps/deployment/definition.ts');
  const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 'json', key: 'password' } } }];
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i', env }] } };
  const body = { metadata: { name: 'web' }, spec: { selector: { matchLabels: { a: 'b' } }, template } };
  await done(`/apis/${Deployments.group}/v1/namespaces/default/deployments`, post(body));
  for (;;) {
    if (JSON.parse((await ask('/api/v1/namespaces/default/events')).text).items.length > 1) break;
    assert.ok(performance.now() - started < 90_000, 'there are no events');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

test('nowhere is anything of them', { timeout: 60_000 }, async () => {
  const found: string[] = [];
  const look = (where: string, content: Uint8Array | string, ...more: readonly Markers[]): void => {
    for (const set of [markers, ...more]) for (const line of set.search(content)) found.push(`${where}: ${line}`);
  };
  for (const { what, answer } of refusals)
    look(`the answer to ${what}`, `${JSON.stringify(answer.headers)} ${answer.text}`);
  for (const path of ['/api/v1/events', '/apis/events.k8s.io/v1/events']) look(path, (await done(path)).text);
  const { paths } = JSON.parse((await done('/')).text) as { paths: readonly string[] };
  const more = ['/metrics/slis', '/debug/pprof/heap', '/api/v1/namespaces/kube-public/configmaps'];
  for (const path of [...paths, ...more]) {
    if (/^\/(apis?(\/|$)|openapi|debug\/pprof\/profile)/.test(path) && !more.includes(path)) continue;
    const { status, text } = await ask(path);
    assert.notEqual(status, 404, path);
    look(path, text, quoted);
  }
  server.kill('SIGTERM');
  await once(server, 'exit');
  look('what the server said', said, quoted);
  const audit = readFileSync(auditLog, 'utf8');
  look('the audit', audit);
  for (const file of readdirSync(join(data, 'store'))) {
    const path = join(data, 'store', file);
    if (statSync(path).isFile()) look(`the store's ${file}`, readFileSync(path));
  }
  assert.ok(audit.split('\n').length > 60, 'little is audited');
  assert.ok(refusals.length > 50, `${refusals.length} refusals`);
  assert.deepEqual(found, []);
});
