/**
 * The server role: store, API server, controllers and scheduler in one process. The latter two are clients of the former, in
 * process: authenticated, authorized and admitted like everybody, without sockets and encoding between.
 *
 * Order of the start: the store, the API server, the objects that every cluster begins with, the socket, then those who act.
 */

import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { UserInfo } from '#api/request.ts';
import { MeasuredStore } from '#apiserver/measured-store.ts';
import { PostStartHooks } from '#apiserver/post-start-hooks.ts';
import { aborted, sleep } from '#base/abort.ts';
import { uuid } from '#base/env.ts';
import { MetricsRegistry } from '#base/metrics.ts';
import { createClient } from '#client/api-client.ts';
import type { Client } from '#client/client.ts';
import { ClientMetrics } from '#client/request-metrics.ts';
import { allControllers } from '#controllers/all.ts';
import { ControllerMetrics } from '#controllers/metrics.ts';
import type { NodeEnv } from '#platform/node/env.ts';
import { startHttpServer } from '#platform/node/http-server.ts';
import { startControllers } from '#runtime/controller.ts';
import { runAsLeader } from '#runtime/leader-election.ts';
import { LeaderElectionMetrics } from '#runtime/leader-election-metrics.ts';
import { WorkQueueMetrics } from '#runtime/work-queue-metrics.ts';
import { SchedulerMetrics } from '#scheduler/metrics.ts';
import { createScheduler } from '#scheduler/scheduler.ts';
import { Failure } from './failure.ts';
import type { ClusterLayout } from './machine/layout.ts';
import { openStore } from './open-store.ts';
import { certificateFile, keyFile } from './pki/authority.ts';
import { requestSigner } from './pki/request-signer.ts';
import { assembleApiServer } from './server/api-server.ts';
import { ensureClusterTrust, keepApiServices } from './server/api-services.ts';
import { bootstrapFlowControl, ensureBootstrapObjects } from './server/bootstrap-objects.ts';
import { createComponents } from './server/components.ts';
import { dnsService } from './server/dns-service.ts';
import { startEncryption } from './server/encryption.ts';
import { flowControl } from './server/flow-control.ts';
import { apiServerUser, controllerManagerUser, controllerUser, schedulerUser } from './server/identities.ts';
import { keepKubernetesEndpoints } from './server/kubernetes-endpoints.ts';
import { ensureKubernetesService } from './server/kubernetes-service.ts';
import { plannedPodRanges } from './server/pod-ranges.ts';
import { durationFlag, flagText } from './server-options.ts';
import { type ClusterSettings, nodesOf } from './settings.ts';
import { linkToSupervisor } from './supervisor/link.ts';

export interface ServerOptions {
  readonly env: NodeEnv;
  readonly layout: ClusterLayout;
  readonly settings: ClusterSettings;
  /** Controllers and scheduler run elsewhere, or not at all; the API server alone, as kube-apiserver is. */
  readonly onlyApiServer?: boolean | undefined;
}

/** Upstream's names of what a server does between its socket and its first controller. */
const hookNames = [
  'start-system-namespaces-controller',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'start-cluster-authentication-info-controller',
  'kube-apiserver-autoregistration',
  'bootstrap-controller',
  'start-kubernetes-service-cidr-controller',
] as const;

interface Running {
  readonly stopped: Promise<void>;
}

/** Time for answers that are made to reach their clients. */
const answerGraceMs = 1_000;

/** Runs until the signal fires and everything has ended. */
export async function runServer(options: ServerOptions, signal: AbortSignal): Promise<void> {
  const { env, layout } = options;
  const link = linkToSupervisor(env, { socketPath: layout.supervisorSocket, unit: 'server' }, signal);
  try {
    await runControlPlane(options, () => link.ready(), signal);
  } catch (error) {
    if (error instanceof Failure) await link.refused(error);
    throw error;
  }
}

/** The same without a supervisor; `onServing` is called when requests are answered. */
export async function runControlPlane(
  { env, layout, settings, onlyApiServer = false }: ServerOptions,
  onServing: () => void,
  signal: AbortSignal,
): Promise<void> {
  const flags = settings.serverFlags ?? {};
  const shutdownDelayMs = durationFlag(flags, 'shutdown-delay-duration', 0);
  const watchGraceMs = durationFlag(flags, 'shutdown-watch-termination-grace-period', 0);
  const opened = await openStore(env, { location: settings.store, directory: layout.store });
  const encryptionFile = flagText(flags, 'encryption-provider-config');
  const metrics = new MetricsRegistry();
  const resourceMetrics = new MetricsRegistry();
  const encryption =
    encryptionFile === undefined ? undefined : await startEncryption(env, opened, encryptionFile, metrics);
  const store = new MeasuredStore(encryption?.store ?? opened, env.clock, metrics);
  const hooks = new PostStartHooks(hookNames);
  const healthChecks = { ...hooks.checks, ...encryption?.healthChecks };
  const components = createComponents(store);
  const assembled = await assembleApiServer({
    env,
    layout,
    settings,
    store,
    metrics,
    resourceMetrics,
    healthChecks,
    components: components.checks,
  });
  const { server, requestHeaderCa, requestHeader } = assembled;
  const clientHandler = new ClientMetrics(metrics, env.clock).measured(server.handler, `[::1]:${settings.apiPort}`);
  // The program is what stands in managedFields, and is named as upstream's.
  const clientOf = (user: UserInfo, program: string): Client =>
    createClient({ handler: clientHandler, peer: { address: '', inProcess: user }, userAgent: program });
  await server.ready();
  const ownClient = clientOf(apiServerUser, 'kube-apiserver');
  await ensureBootstrapObjects(ownClient);
  hooks.finished(
    'start-system-namespaces-controller',
    'rbac/bootstrap-roles',
    'scheduling/bootstrap-system-priority-classes',
  );
  await ensureClusterTrust(ownClient, {
    clientCa: readFileSync(certificateFile(layout.pki, 'ca'), 'utf8'),
    requestHeaderCa: readFileSync(certificateFile(layout.pki, 'front-proxy-ca'), 'utf8'),
    others: requestHeaderCa && requestHeader ? { ca: requestHeaderCa, config: requestHeader } : undefined,
  });
  hooks.finished('start-cluster-authentication-info-controller');
  await keepApiServices({ env, client: ownClient, registry: server.registry }, signal);
  hooks.finished('kube-apiserver-autoregistration');
  const http = await startHttpServer({
    handler: server.wire,
    streamsBody: (path) => server.streamsBody(path),
    log: env.log,
    host: '::',
    port: settings.apiPort,
    tls: {
      certificate: readFileSync(certificateFile(layout.pki, 'apiserver'), 'utf8'),
      key: readFileSync(keyFile(layout.pki, 'apiserver'), 'utf8'),
      clientCa: readFileSync(certificateFile(layout.pki, 'ca'), 'utf8'),
      requestHeaderCa,
    },
  });
  env.log.info('API server listens', { port: http.port });
  const { network } = settings;
  await ensureKubernetesService(ownClient, {
    clusterIP: network.apiServiceAddress,
    port: http.port,
    serviceCidr: network.serviceCidr,
  });
  const ending = new AbortController();
  const own = { ip: network.hostAddress, port: http.port };
  const endpoints = await keepKubernetesEndpoints({ env, store, client: ownClient, own }, ending.signal);
  hooks.finished('bootstrap-controller', 'start-kubernetes-service-cidr-controller');
  const queueMetrics = new WorkQueueMetrics(metrics, env.clock);
  const apiServerClient = clientOf(apiServerUser, 'kube-apiserver');
  const configuration = await startControllers(
    {
      env,
      client: apiServerClient,
      clientFor: () => apiServerClient,
      controllers: [flowControl(bootstrapFlowControl())],
      metrics: queueMetrics,
    },
    ending.signal,
  );
  hooks.finished('priority-and-fairness-config-producer');
  const controllerMetrics = new ControllerMetrics(metrics);
  const startManagers = (leading: AbortSignal) =>
    startControllers(
      {
        env,
        client: clientOf(controllerManagerUser, 'kube-controller-manager'),
        clientFor: (name) => clientOf(controllerUser(name), 'kube-controller-manager'),
        metrics: queueMetrics,
        controllers: [
          ...allControllers({
            rootCa: readFileSync(certificateFile(layout.pki, 'ca'), 'utf8'),
            authority: requestSigner(layout.pki),
            metrics: controllerMetrics,
          }),
          plannedPodRanges(new Map(nodesOf(settings).map(({ name, podCidr }) => [name, podCidr]))),
          dnsService(settings.network.dnsServiceAddress),
        ],
      },
      leading,
    );
  const schedulerMetrics = new SchedulerMetrics(metrics, resourceMetrics, env.clock);
  const startScheduler = (leading: AbortSignal) =>
    createScheduler({ hostname: hostname(), metrics: schedulerMetrics }).start(
      { env, client: clientOf(schedulerUser, 'kube-scheduler'), config: {} },
      leading,
    );
  const electionMetrics = new LeaderElectionMetrics(metrics);
  // Servers that share a store take turns; a server that has its store for itself needs no lease, and writes none.
  const act = (name: string, user: UserInfo, start: (leading: AbortSignal) => Promise<Running>) => {
    if (!store.shared) {
      const running = start(ending.signal);
      return { started: running.then(() => {}), stopped: running.then(({ stopped }) => stopped) };
    }
    const lead = async (leading: AbortSignal) => (await start(leading)).stopped;
    const identity = `${hostname()}_${uuid(env.random)}`;
    const election = {
      env,
      client: clientOf(user, name),
      namespace: 'kube-system',
      name,
      identity,
      metrics: electionMetrics,
    };
    return { started: Promise.resolve(), stopped: runAsLeader(election, lead, ending.signal) };
  };
  const acting = onlyApiServer
    ? []
    : [
        {
          part: 'controller-manager' as const,
          ...act('kube-controller-manager', controllerManagerUser, startManagers),
        },
        { part: 'scheduler' as const, ...act('kube-scheduler', schedulerUser, startScheduler) },
      ];
  await Promise.all(acting.map(({ started }) => started));
  for (const { part, stopped } of acting) components.runs(part, stopped);
  onServing();
  await aborted(signal);
  env.log.info('server ends');
  server.beginShutdown();
  ending.abort();
  const ends = acting.map(({ stopped }) => stopped);
  await Promise.all([...ends, endpoints.stopped, configuration.stopped, sleep(env.clock, shutdownDelayMs)]);
  http.stopListening();
  await server.close(watchGraceMs);
  assembled.close();
  await http.close(answerGraceMs);
  await store.close();
  encryption?.close();
}
