/** The API server of a cluster, put together: who is let in, what may be done, what is admitted, what is carried out. */

import { readFileSync } from 'node:fs';
import type { ImagePolicyConfig } from '#admission/image-policy.ts';
import type { ImagePolicySettings } from '#admission/optional-configuration.ts';
import { choiceFault, isEnabled, knownPlugins, type PluginChoice } from '#admission/plugin-choice.ts';
import { defaultAdmissionPlugins } from '#admission/plugins.ts';

import { SchemaRegistry } from '#api/schema/registry.ts';
import { type ComponentChecks, componentStatusAction } from '#apiserver/actions/component-status.ts';
import { AdmissionMetrics } from '#apiserver/admission-metrics.ts';
import { createBootstrapTokenAuthenticator } from '#apiserver/authentication/bootstrap-token.ts';
import { createExpressionCompiler } from '#apiserver/authentication/cel.ts';
import type { RequestHeaderConfig } from '#apiserver/authentication/request-header.ts';
import { createServiceAccountTokens } from '#apiserver/authentication/service-account.ts';
import { audienceAgnostic } from '#apiserver/authentication/tokens.ts';
import { createMatchConditionCompiler } from '#apiserver/authorization/cel.ts';
import { createRbacAuthorizer } from '#apiserver/authorization/rbac.ts';
import { createConnectActions } from '#apiserver/connect/actions.ts';
import type { HealthCheck } from '#apiserver/health.ts';
import { identityPaths } from '#apiserver/identity/discovery.ts';
import { reviewActions } from '#apiserver/identity/reviews.ts';
import { tokenRequestAction } from '#apiserver/identity/token-request.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { requestTimeoutMs } from '#apiserver/request/deadline.ts';
import { type ApiServer, createApiServer } from '#apiserver/server.ts';
import type { ReviewCaller } from '#apiserver/webhook/review-call.ts';
import type { WebhookTarget } from '#apiserver/webhook/webhook-client.ts';
import type { MetricsRegistry } from '#base/metrics.ts';
import { kubernetesEnvironment } from '#cel/kubernetes.ts';
import { createClient } from '#client/api-client.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import { ResourceQuotas } from '#kinds/core/resource-quota/definition.ts';
import { builtinDescriptions } from '#kinds/descriptions/all.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createNodeBackend } from '#platform/node/backend.ts';
import type { NodeEnv } from '#platform/node/env.ts';
import { processStartedMs, registerProcessMetrics } from '#platform/node/process-metrics.ts';
import { createNodeProfiler } from '#platform/node/profiler.ts';
import { nodeRawDeflate } from '#platform/node/raw-deflate.ts';
import { nodeWebSocketAcceptor } from '#platform/node/web-socket.ts';
import { createWebhookClient } from '#platform/node/webhook-client.ts';
import { createYamlThread } from '#platform/node/yaml-thread.ts';
import type { Store } from '#store/store.ts';
import { Failure } from '../failure.ts';
import type { ClusterLayout } from '../machine/layout.ts';
import { certificateFile, keyFile } from '../pki/authority.ts';
import { booleanFlag, flagList, type ServerFlags } from '../server-options.ts';
import type { ClusterSettings } from '../settings.ts';
import { admissionSettings } from './admission.ts';
import { assembleAudit } from './audit.ts';
import { connectRemotes } from './connect-remotes.ts';
import { flagsInForce } from './flags.ts';
import { assembleAuthentication } from './identity/authentication.ts';
import { assembleAuthorization } from './identity/authorization.ts';
import { createLiveObjects } from './live-objects.ts';
import { createServedResources } from './served-resources.ts';
import { loadServiceAccountKeys, serviceAccountIssuer } from './service-account-keys.ts';

/** Upstream's --max-requests-inflight and --max-mutating-requests-inflight. */
const maxRequestsInFlight = 400;
const maxMutatingRequestsInFlight = 200;

export interface ApiServerOptions {
  readonly env: NodeEnv;
  readonly layout: ClusterLayout;
  readonly settings: ClusterSettings;
  readonly store: Store;
  /** Of all parts of this process: /metrics shows it after the API server's own. */
  readonly metrics: MetricsRegistry;
  /** Of the scheduler, pod by pod: /metrics/resources. */
  readonly resourceMetrics?: MetricsRegistry;
  /** Of what the store needs, and of what the server does after it began to serve. */
  readonly healthChecks: Readonly<Record<string, HealthCheck>>;
  readonly components: ComponentChecks;
}

export interface AssembledApiServer {
  readonly server: ApiServer;
  /** PEM: the authorities of front proxies, for the transport. */
  readonly requestHeaderCa: string | undefined;
  readonly requestHeader: RequestHeaderConfig | undefined;
  /** After the server itself was closed: what it was put together from. */
  close(): void;
}

/** Throws Failure for names that are none. */
function admissionPluginChoice(flags: ServerFlags): PluginChoice {
  const choice = {
    enable: flagList(flags, 'enable-admission-plugins'),
    disable: flagList(flags, 'disable-admission-plugins'),
  };
  const fault = choiceFault(choice);
  if (fault !== undefined) throw new Failure(`--${fault}`, `known are ${[...knownPlugins].join(', ')}`);
  return choice;
}

function imagePolicyOf(
  settings: ImagePolicySettings | undefined,
  target: WebhookTarget | undefined,
  via: Pick<ReviewCaller, 'client' | 'env'>,
): ImagePolicyConfig | undefined {
  if (!settings || !target) return undefined;
  const { initialBackoffMs, ...rest } = settings;
  return {
    ...rest,
    caller: { ...via, target, timeoutMs: imageReviewTimeoutMs, totalMs: requestTimeoutMs, initialBackoffMs },
  };
}

const imageReviewTimeoutMs = 30_000;

export async function assembleApiServer({
  env,
  layout,
  settings,
  store,
  metrics,
  resourceMetrics,
  healthChecks,
  components,
}: ApiServerOptions): Promise<AssembledApiServer> {
  const keys = await loadServiceAccountKeys(layout.pki);
  const objects = createLiveObjects(() => server.registry, store);
  const apiAudiences = [serviceAccountIssuer];
  const rbac = createRbacAuthorizer(objects);
  registerProcessMetrics(metrics);
  const admissionMetrics = new AdmissionMetrics(metrics);
  const webhooks = createWebhookClient();
  const yaml = createYamlThread(env.clock);
  const flags = settings.serverFlags ?? {};
  const plugins = admissionPluginChoice(flags);
  const { configuration, imagePolicyTarget, ...webhookCredentials } = admissionSettings(flags, plugins);
  if (isEnabled('ImagePolicyWebhook', plugins) && !imagePolicyTarget) {
    throw new Failure(
      '--enable-admission-plugins: couldn\'t init admission plugin "ImagePolicyWebhook": no config specified',
      'name its configuration in the file of --admission-control-config-file',
    );
  }
  const expressions = kubernetesEnvironment({ version: '1.36' });
  const authorization = assembleAuthorization({
    env,
    flags,
    objects,
    rbac,
    webhooks,
    metrics,
    compile: createMatchConditionCompiler(expressions),
  });
  const audit = assembleAudit({ env, flags, webhooks });
  const { authorize, rules } = authorization;
  const authentication = assembleAuthentication({
    env,
    flags,
    apiAudiences,
    ownIssuers: [serviceAccountIssuer],
    serviceAccounts: createServiceAccountTokens(keys, objects, env),
    bootstrapTokens: audienceAgnostic(apiAudiences, createBootstrapTokenAuthenticator(objects, env)),
    webhooks,
    metrics,
    compile: createExpressionCompiler(expressions),
  });
  const { authenticate, token } = authentication;
  const read = (file: string) => readFileSync(file, 'utf8');
  const kubeletTls = {
    ca: read(certificateFile(layout.pki, 'ca')),
    cert: read(certificateFile(layout.pki, 'apiserver-kubelet-client')),
    key: read(keyFile(layout.pki, 'apiserver-kubelet-client')),
  };
  const frontProxy = {
    cert: read(certificateFile(layout.pki, 'front-proxy-client')),
    key: read(keyFile(layout.pki, 'front-proxy-client')),
  };
  const schemas = new SchemaRegistry(builtinTables);
  const [firstNodePort = 30_000, lastNodePort = 32_767] = settings.nodePorts.split('-').map(Number);
  const server: ApiServer = createApiServer({
    env,
    store,
    healthChecks,
    definitions: builtinDefinitions,
    codecs: schemaCodecs(schemas),
    schemas,
    descriptions: builtinDescriptions,
    authenticate,
    impersonates: true,
    authorize,
    ...(audit ? { audit } : {}),
    metrics,
    ...(resourceMetrics ? { resourceMetrics } : {}),
    zpages: {
      startedMs: processStartedMs,
      flags: flagsInForce(settings, {
        'max-mutating-requests-inflight': String(maxMutatingRequestsInFlight),
        'max-requests-inflight': String(maxRequestsInFlight),
      }),
      ...(booleanFlag(flags, 'profiling', true) ? { profiler: createNodeProfiler(), verbosity: env.verbosity } : {}),
    },
    fairness: { objects, maxRequestsInFlight, maxMutatingRequestsInFlight },
    services: { serviceCidrs: [settings.network.serviceCidr], nodePorts: { first: firstNodePort, last: lastNodePort } },
    admissionMetrics,
    admission: defaultAdmissionPlugins({
      objects,
      env,
      metrics: admissionMetrics,
      plugins,
      configuration,
      optional: {
        makeNamespace: (name) => inProcess.create(Namespaces, { metadata: { name } }),
        imagePolicy: imagePolicyOf(configuration.imagePolicy, imagePolicyTarget, { client: webhooks, env }),
      },
      writeQuota: (quota) => inProcess.updateStatus(ResourceQuotas, quota),
      escalation: { rbac, authorize },
      dynamic: {
        ...webhookCredentials,
        client: webhooks,
        resources: createServedResources(() => server.registry),
        authorize,
      },
    }),
    webhooks: { objects, env, client: webhooks },
    yaml,
    aggregation: { objects, connect: connectRemotes(frontProxy) },
    paths: identityPaths(keys, serviceAccountIssuer),
    actions: {
      '/componentstatuses': componentStatusAction(components),
      '/serviceaccounts/token': tokenRequestAction({ keys, apiAudiences, objects, env }),
      ...reviewActions({ authorize, rules, token, apiAudiences }),
      ...createConnectActions(
        {
          authorize,
          kubelet: createNodeBackend({ tls: kubeletTls }),
          insecureKubelet: createNodeBackend({ tls: kubeletTls, insecureSkipTlsVerify: true }),
          proxy: createNodeBackend({ insecureSkipTlsVerify: true }),
          streaming: { clock: env.clock, deflate: nodeRawDeflate, webSockets: nodeWebSocketAcceptor },
        },
        env.random,
      ),
    },
  });
  const inProcess = createClient({
    handler: (request) => server.handler(request),
    peer: { address: '', inProcess: { username: 'system:apiserver', groups: ['system:masters'] } },
    userAgent: 'kubets-apiserver',
  });
  const close = () => {
    authentication.close();
    authorization.close();
    webhooks.close();
    yaml.close();
  };
  const { requestHeaderCa, requestHeader } = authentication;
  return { server, requestHeaderCa, requestHeader, close };
}
