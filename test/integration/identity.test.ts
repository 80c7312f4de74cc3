/**
 * Identity over real sockets: an API server with a memory store, an OpenID issuer and webhooks of this process behind TLS with an authority
 * of their own, a front proxy with its certificate.
 */

import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request as httpsRequest, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { createExpressionCompiler } from '#apiserver/authentication/cel.ts';
import { firstOf } from '#apiserver/authentication/tokens.ts';
import { createMatchConditionCompiler } from '#apiserver/authorization/cel.ts';
import { createRbacAuthorizer } from '#apiserver/authorization/rbac.ts';
import { reviewActions } from '#apiserver/identity/reviews.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { type ApiServer, createApiServer } from '#apiserver/server.ts';
import type { Logger } from '#base/env.ts';
import { MetricsRegistry } from '#base/metrics.ts';
import { kubernetesEnvironment } from '#cel/kubernetes.ts';
import { createClient } from '#client/api-client.ts';
import {
  certificateFile,
  ensurePki,
  keyAlgorithm,
  keyFile,
  library,
  loadIssuer,
  serialNumber,
} from '#cluster/pki/authority.ts';
import type { CertificatePlan } from '#cluster/pki/plan.ts';
import { type Authentication, assembleAuthentication } from '#cluster/server/identity/authentication.ts';
import { type Authorization, assembleAuthorization } from '#cluster/server/identity/authorization.ts';
import { createLiveObjects } from '#cluster/server/live-objects.ts';
import type { ServerFlags } from '#cluster/server-options.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { ClusterRoles } from '#kinds/rbac/cluster-role/definition.ts';
import { ClusterRoleBindings } from '#kinds/rbac/cluster-role-binding/definition.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { type HttpServer, startHttpServer } from '#platform/node/http-server.ts';
import { createWebhookClient } from '#platform/node/webhook-client.ts';
import { createMemoryStore } from '#store/revision-store.ts';
import type { Store } from '#store/store.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const env = { ...createNodeEnv({ component: 'test' }), log: silent };
const directory = mkdtempSync(join(tmpdir(), 'kubets-identity-'));
const pki = join(directory, 'pki');
const path = (name: string) => join(directory, name);
const read = (file: string) => readFileSync(file, 'utf8');

const leaf = { organizations: [], dnsNames: [], addresses: [] } as const;
const certificates: readonly CertificatePlan[] = [
  { ...leaf, authority: 'ca', name: 'server', commonName: 'server', use: 'server', addresses: ['127.0.0.1'] },
  { ...leaf, authority: 'ca', name: 'user', commonName: 'alice', organizations: ['staff'], use: 'client' },
  { ...leaf, authority: 'front-proxy-ca', name: 'proxy', commonName: 'front-proxy-client', use: 'client' },
  { ...leaf, authority: 'front-proxy-ca', name: 'stranger', commonName: 'stranger', use: 'client' },
];

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> & { readonly message?: string };
}

/** What the server of this process answers, by path. */
type Route = (body: Readonly<Record<string, unknown>>) => unknown;

describe('identity', () => {
  const routes = new Map<string, Route>();
  const calls: string[] = [];
  let remote: Server;
  let issuer: string;
  let store: Store;
  let server: ApiServer;
  let http: HttpServer;
  let authentication: Authentication;
  let authorization: Authorization;
  const webhooks = createWebhookClient();
  let keys: Awaited<ReturnType<typeof generateKeyPair>>;

  before(async () => {
    await ensurePki(pki, certificates, Date.now());
    keys = await generateKeyPair('ES256', { extractable: true });
    remote = createServer({ cert: read(certificateFile(pki, 'server')), key: read(keyFile(pki, 'server')) });
    remote.on('request', (message, response) => void serveRemote(message, response));
    remote.listen(0, '127.0.0.1');
    await once(remote, 'listening');
    issuer = `https://127.0.0.1:${(remote.address() as AddressInfo).port}`;
    const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'ES256' };
    routes.set('/.well-known/openid-configuration', () => ({ issuer, jwks_uri: `${issuer}/keys` }));
    routes.set('/keys', () => ({ keys: [jwk] }));
    writeFiles();
    await start({
      'authentication-config': [path('authentication.yaml')],
      'authorization-config': [path('authorization.yaml')],
      'authentication-token-webhook-config-file': [path('tokens.kubeconfig')],
      'authentication-token-webhook-version': ['v1'],
      'token-auth-file': [path('tokens.csv')],
      'requestheader-client-ca-file': [certificateFile(pki, 'front-proxy-ca')],
      'requestheader-allowed-names': ['front-proxy-client'],
      'requestheader-username-headers': ['X-Remote-User'],
      'requestheader-group-headers': ['X-Remote-Group'],
      'requestheader-extra-headers-prefix': ['X-Remote-Extra-'],
    });
  });

  after(async () => {
    await http.close();
    await server.close();
    authentication.close();
    authorization.close();
    webhooks.close();
    await store.close();
    remote.closeAllConnections();
    remote.close();
    rmSync(directory, { recursive: true, force: true });
  });

  async function serveRemote(message: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of message) text += chunk;
    calls.push(message.url ?? '');
    const route = routes.get(message.url ?? '');
    response.statusCode = route ? 200 : 404;
    response.end(JSON.stringify(route?.(text === '' ? {} : JSON.parse(text)) ?? {}));
  }

  function configuration(prefix: string): string {
    return JSON.stringify({
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'AuthenticationConfiguration',
      jwt: [
        {
          issuer: { url: issuer, audiences: ['kubets'], certificateAuthority: read(certificateFile(pki, 'ca')) },
          claimMappings: {
            username: { expression: `"${prefix}" + claims.sub` },
            groups: { claim: 'groups', prefix },
          },
          userValidationRules: [{ expression: "!user.username.endsWith('root')", message: 'reserved' }],
        },
      ],
    });
  }

  function writeFiles(): void {
    const kubeconfig = (route: string) =>
      JSON.stringify({
        'current-context': 'c',
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
        clusters: [{ name: 'c', cluster: { server: issuer + route, 'certificate-authority': 'pki/ca.crt' } }],
        users: [{ name: 'u', user: { token: 'secret' } }],
      });
    writeFileSync(path('authentication.yaml'), configuration('oidc:'));
    writeFileSync(path('tokens.kubeconfig'), kubeconfig('/tokens'));
    writeFileSync(path('access.kubeconfig'), kubeconfig('/access'));
    writeFileSync(path('tokens.csv'), 'static,robot,7,"machines,builders"\n');
    writeFileSync(
      path('authorization.yaml'),
      JSON.stringify({
        apiVersion: 'apiserver.config.k8s.io/v1',
        kind: 'AuthorizationConfiguration',
        authorizers: [
          {
            type: 'Webhook',
            name: 'access',
            webhook: {
              timeout: '3s',
              subjectAccessReviewVersion: 'v1',
              matchConditionSubjectAccessReviewVersion: 'v1',
              failurePolicy: 'Deny',
              connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: path('access.kubeconfig') },
              matchConditions: [
                { expression: 'has(request.resourceAttributes)' },
                { expression: "request.resourceAttributes.group == ''" },
              ],
            },
          },
          { type: 'RBAC', name: 'rbac' },
        ],
      }),
    );
  }

  async function start(flags: ServerFlags): Promise<void> {
    store = createMemoryStore(env);
    const schemas = new SchemaRegistry(builtinTables);
    const objects = createLiveObjects(() => server.registry, store);
    const metrics = new MetricsRegistry();
    const expressions = kubernetesEnvironment({ version: '1.36' });
    authorization = assembleAuthorization({
      env,
      flags,
      objects,
      rbac: createRbacAuthorizer(objects),
      webhooks,
      metrics,
      compile: createMatchConditionCompiler(expressions),
    });
    authentication = assembleAuthentication({
      env,
      flags,
      apiAudiences: ['api'],
      ownIssuers: ['https://own'],
      serviceAccounts: firstOf([]),
      bootstrapTokens: firstOf([]),
      webhooks,
      metrics,
      compile: createExpressionCompiler(expressions),
    });
    const { authorize, rules } = authorization;
    const { authenticate, token, requestHeaderCa } = authentication;
    server = createApiServer({
      env,
      store,
      schemas,
      definitions: builtinDefinitions,
      codecs: schemaCodecs(schemas),
      authenticate,
      authorize,
      impersonates: true,
      metrics,
      actions: reviewActions({ authorize, rules, token, apiAudiences: ['api'] }),
    });
    http = await startHttpServer({
      handler: server.wire,
      log: silent,
      host: '127.0.0.1',
      port: 0,
      tls: {
        certificate: read(certificateFile(pki, 'server')),
        key: read(keyFile(pki, 'server')),
        clientCa: read(certificateFile(pki, 'ca')),
        requestHeaderCa,
      },
    });
    await grantReviews();
  }

  /** RBAC: everybody with a credential may ask who it is and what it may do. */
  async function grantReviews(): Promise<void> {
    const client = createClient({
      handler: server.handler,
      peer: { address: '', inProcess: { username: 'admin', groups: ['system:masters'] } },
      userAgent: 'test',
    });
    const reviews = ['authentication.k8s.io', 'authorization.k8s.io'];
    await client.create(ClusterRoles, {
      metadata: { name: 'reviews' },
      rules: [{ verbs: ['create'], apiGroups: reviews, resources: ['*'] }],
    });
    await client.create(ClusterRoleBindings, {
      metadata: { name: 'reviews' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reviews' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:authenticated' }],
    });
  }

  /** `as` is a certificate of the PKI. */
  function ask(target: string, headers: Readonly<Record<string, string | string[]>>, as?: string, body?: unknown) {
    return new Promise<Answer>((resolve, reject) => {
      const sent = httpsRequest({
        host: '127.0.0.1',
        port: http.port,
        path: target,
        method: body === undefined ? 'GET' : 'POST',
        ca: read(certificateFile(pki, 'ca')),
        agent: false,
        headers: { ...headers, 'content-type': 'application/json' },
        ...(as === undefined ? {} : { cert: read(certificateFile(pki, as)), key: read(keyFile(pki, as)) }),
      });
      sent.on('error', reject);
      sent.on('response', async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) });
      });
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Who the server says that one is; every user may ask that. */
  async function whoAmI(headers: Readonly<Record<string, string | string[]>>, as?: string): Promise<unknown> {
    const kind = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const { status, body } = await ask('/apis/authentication.k8s.io/v1/selfsubjectreviews', headers, as, kind);
    if (status === 401) return 401;
    assert.equal(status, 201, JSON.stringify(body));
    return (body['status'] as { readonly userInfo: unknown }).userInfo;
  }

  function jwt(claims: JWTPayload = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ iss: issuer, aud: 'kubets', sub: 'jane', exp: now + 60, groups: ['dev'], ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .sign(keys.privateKey);
  }

  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  /** The answer to a list of pods: what the webhook authorizer says of the user. */
  const listPods = (headers: Readonly<Record<string, string | string[]>>, as?: string) =>
    ask('/api/v1/namespaces/default/pods', headers, as);

  test('a token of the issuer, mapped by expressions; what is wrong with it keeps it out', async () => {
    assert.deepEqual(await whoAmI(bearer(await jwt({ jti: '1' }))), {
      username: 'oidc:jane',
      groups: ['oidc:dev', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': ['JTI=1'] },
    });
    const seconds = Math.floor(Date.now() / 1000);
    assert.equal(await whoAmI(bearer(await jwt({ aud: 'another' }))), 401);
    assert.equal(await whoAmI(bearer(await jwt({ exp: seconds - 1 }))), 401);
    assert.equal(await whoAmI(bearer(await jwt({ sub: 'root' }))), 401);
    assert.equal(await whoAmI(bearer(`${await jwt()}x`)), 401);
    assert.equal(await whoAmI({}), 401);
  });

  test('the configuration is taken up when its file changes, and not when it is faulty', async () => {
    writeFileSync(path('authentication.yaml'), configuration('new:'));
    await until(async () => JSON.stringify(await whoAmI(bearer(await jwt({ jti: '2' })))).includes('new:jane'));
    writeFileSync(path('authentication.yaml'), configuration('bad').replace('https://', 'http://'));
    const metrics = () =>
      server.wire({
        method: 'GET',
        path: '/metrics',
        query: new URLSearchParams(),
        headers: {},
        peer: { address: '', inProcess: { username: 'admin', groups: ['system:masters'] } },
        signal: new AbortController().signal,
      });
    await until(async () => {
      const answer = await metrics();
      const text = answer.type === 'full' ? new TextDecoder().decode(answer.body) : '';
      return /authentication_config_controller_automatic_reloads_total\{apiserver_id_hash="sha256:[0-9a-f]+",status="failure"\} 1$/m.test(
        text,
      );
    });
    assert.ok(JSON.stringify(await whoAmI(bearer(await jwt({ jti: '3' })))).includes('new:jane'));
  });

  test('static tokens, and certificates with their fingerprint', async () => {
    assert.deepEqual(await whoAmI(bearer('static')), {
      username: 'robot',
      uid: '7',
      groups: ['machines', 'builders', 'system:authenticated'],
    });
    const alice = (await whoAmI({}, 'user')) as { readonly username: string; readonly extra: Record<string, string[]> };
    assert.equal(alice.username, 'alice');
    assert.match(alice.extra['authentication.kubernetes.io/credential-id']?.[0] ?? '', /^X509SHA256=[0-9a-f]{64}$/);
  });

  test('a certificate says the uid, and one that says two is nobody', async () => {
    await writeCertificate('with-uid', ['u-1']);
    await writeCertificate('two-uids', ['u-1', 'u-2']);
    const { username, uid } = (await whoAmI({}, 'with-uid')) as { readonly username: string; readonly uid: string };
    assert.deepEqual([username, uid], ['bob', 'u-1']);
    assert.equal(await whoAmI({}, 'two-uids'), 401);
  });

  test('a webhook reviews tokens that nobody else knows, once while it is remembered', async () => {
    routes.set('/tokens', ({ spec }) => {
      const { token } = spec as { readonly token: string };
      const user = { username: 'hook', groups: ['g'], extra: { k: ['v'] } };
      return {
        kind: 'TokenReview',
        status: token === 'known' ? { authenticated: true, user } : { authenticated: false },
      };
    });
    const before = calls.length;
    const expected = { username: 'hook', groups: ['g', 'system:authenticated'], extra: { k: ['v'] } };
    assert.deepEqual(await whoAmI(bearer('known')), expected);
    assert.deepEqual(await whoAmI(bearer('known')), expected);
    assert.equal(await whoAmI(bearer('unknown')), 401);
    assert.equal(calls.length - before, 2);
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: 'known' } };
    const { body } = await ask('/apis/authentication.k8s.io/v1/tokenreviews', bearer('static'), undefined, review);
    assert.deepEqual(body['status'], { authenticated: true, user: expected, audiences: ['api'] });
  });

  test('headers speak for others only behind the certificate of an allowed front proxy', async () => {
    const headers = {
      'x-remote-user': 'zoe',
      'x-remote-group': ['a', 'b, system:masters'],
      'x-remote-extra-example.com%2fscopes': 'x',
    };
    assert.deepEqual(await whoAmI(headers, 'proxy'), {
      username: 'zoe',
      groups: ['a', 'b, system:masters', 'system:authenticated'],
      extra: { 'example.com/scopes': ['x'] },
    });
    assert.equal(((await whoAmI(headers, 'user')) as { readonly username: string }).username, 'alice');
    assert.equal(await whoAmI(headers, 'stranger'), 401, 'another name of that authority');
    assert.equal(await whoAmI({}, 'proxy'), 401, 'a proxy is nobody itself');
    assert.equal(await whoAmI(headers), 401);
    assert.equal(
      ((await whoAmI({ ...headers, ...bearer('static') })) as { readonly username: string }).username,
      'robot',
    );
  });

  test('the authorization webhook decides, for what meets its conditions; a failing one follows its policy', async () => {
    const asked: unknown[] = [];
    routes.set('/access', ({ spec }) => {
      asked.push(spec);
      const { user } = spec as { readonly user: string };
      const status = user === 'robot' ? { allowed: true } : { allowed: false, denied: true, reason: 'not today' };
      return { kind: 'SubjectAccessReview', status };
    });
    assert.equal((await listPods(bearer('static'))).status, 200);
    const refused = await listPods({}, 'user');
    assert.equal(refused.status, 403);
    assert.match(refused.body.message ?? '', /User "alice" cannot list resource "pods" .*: not today$/);
    await ask('/apis/apps/v1/deployments', {}, 'user');
    assert.equal(asked.length, 2, 'other groups are not its business');
    routes.delete('/access');
    const failed = await ask('/api/v1/namespaces/other/pods', bearer('static'));
    assert.equal(failed.status, 500, 'who cannot be asked is no verdict');
  });

  test('access reviews answer in the words of the reference', async () => {
    const post = (spec: unknown, metadata?: unknown) =>
      ask('/apis/authorization.k8s.io/v1/subjectaccessreviews', bearer('static'), undefined, {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        ...(metadata ? { metadata } : {}),
        spec,
      });
    const nothing = await post({});
    assert.equal(nothing.status, 422);
    assert.equal(
      nothing.body.message,
      '.authorization.k8s.io "" is invalid: [spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified, spec.user: Invalid value: "": at least one of user or group must be specified]',
    );
    const selector = { rawSelector: 'a=b,,(' };
    const attributes = { verb: 'list', group: 'apps', resource: 'deployments', fieldSelector: selector };
    const { body } = await post({ user: 'x', resourceAttributes: attributes });
    assert.deepEqual(body['status'], {
      allowed: false,
      evaluationError: 'spec.resourceAttributes.fieldSelector ignored due to parse error',
    });
    const rules = await ask('/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', bearer('static'), undefined, {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      spec: { namespace: 'default' },
    });
    const status = rules.body['status'] as { readonly incomplete: boolean; readonly evaluationError: string };
    assert.equal(status.incomplete, true);
    assert.equal(status.evaluationError, 'webhook authorizer does not support user rule resolution');
  });
});

/** A client certificate of bob with these uids in its subject. */
async function writeCertificate(name: string, uids: readonly string[]): Promise<void> {
  const [lib, issuer] = await Promise.all([library(), loadIssuer(pki, 'ca')]);
  const keys = await webcrypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify']);
  const certificate = await lib.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: ['bob'] }, ...uids.map((uid) => ({ '1.3.6.1.4.1.57683.2': [uid] }))],
    issuer: issuer.certificate.subjectName,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    signingAlgorithm: keyAlgorithm,
    publicKey: keys.publicKey,
    signingKey: issuer.key,
    extensions: [new lib.ExtendedKeyUsageExtension([lib.ExtendedKeyUsage.clientAuth])],
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  writeFileSync(keyFile(pki, name), `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`);
  writeFileSync(certificateFile(pki, name), certificate.toString('pem'));
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, 'did not come to be');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
