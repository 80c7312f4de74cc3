/**
 * The agent role: kubelet, service proxy and DNS of one node, in one process that lives in the node's namespaces.
 *
 * Two identities, as upstream has them: the kubelet's (system:node:NAME, which the Node authorizer knows) and the service
 * proxy's, whose informers of Services and EndpointSlices DNS shares.
 */

import { readFileSync } from 'node:fs';
import { aborted, sleep } from '#base/abort.ts';
import { backoffDelayMs } from '#base/backoff.ts';
import type { Env } from '#base/env.ts';
import { MetricsRegistry } from '#base/metrics.ts';
import type { Client } from '#client/client.ts';
import { ClientMetrics } from '#client/request-metrics.ts';
import { dns } from '#dns/dns.ts';
import { kubeletConfig } from '#kubelet/config.ts';
import { createKubelet } from '#kubelet/kubelet.ts';
import { createDelegatedAuth } from '#kubelet/server/delegated-auth.ts';
import { createKubeletServer } from '#kubelet/server/server.ts';
import { kubeletWire } from '#kubelet/server/wire.ts';
import { createNodeBackend } from '#platform/node/backend.ts';
import { createDnsListener, createForwarder, nameServers } from '#platform/node/dns-sockets.ts';
import { startHttpServer } from '#platform/node/http-server.ts';
import { kernelTools } from '#platform/node/kernel-tools.ts';
import { createKubeletPorts } from '#platform/node/kubelet-ports.ts';
import { nodeLogFiles } from '#platform/node/log-files.ts';
import { registerProcessMetrics } from '#platform/node/process-metrics.ts';
import { nodeRawDeflate } from '#platform/node/raw-deflate.ts';
import { nodeWebSocketAcceptor } from '#platform/node/web-socket.ts';
import { ProxyMetrics } from '#proxy/metrics.ts';
import { createNftablesDataPlane } from '#proxy/nftables/data-plane.ts';
import { proxy } from '#proxy/proxy.ts';
import { Informers } from '#runtime/informer.ts';
import { Failure } from './failure.ts';
import { pauseReference } from './images/pause/pause.ts';
import { type ClusterLayout, nodeLayout } from './machine/layout.ts';
import { nodeCgroup } from './machine/node-machine.ts';
import { certificateFile, keyFile } from './pki/authority.ts';
import { proxyMetricsAddress, proxyWire } from './proxy-paths.ts';
import { connectClient } from './remote-client.ts';
import { agentDnsPort } from './server/dns-service.ts';
import { type ClusterSettings, nodesOf } from './settings.ts';
import { linkToSupervisor } from './supervisor/link.ts';

export interface AgentOptions {
  readonly env: Env;
  readonly layout: ClusterLayout;
  readonly settings: ClusterSettings;
  readonly node: string;
}

const clusterDomain = 'cluster.local';

/**
 * Waits until the API server answers. Agents and server start together; an informer that found nobody would wait a second or
 * two before it tries again, and so would the cluster.
 */
async function untilServes(client: Client, env: Env, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await client.raw('GET', '/readyz', undefined, { signal });
      return;
    } catch {
      await sleep(
        env.clock,
        backoffDelayMs(startBackoff, attempt, () => 0),
        signal,
      );
    }
  }
}

const startBackoff = { initialMs: 25, maxMs: 1000, factor: 1.2, jitter: 0 };

/** Runs until the signal fires and everything has ended. */
export async function runAgent(
  { env, layout, settings, node: nodeName }: AgentOptions,
  signal: AbortSignal,
): Promise<void> {
  const plan = nodesOf(settings).find(({ name }) => name === nodeName);
  if (!plan) throw new Failure(`the cluster has no node ${nodeName}`);
  const link = linkToSupervisor(env, { socketPath: layout.supervisorSocket, unit: `agent-${nodeName}` }, signal);
  const server = `https://${settings.network.hostAddress}:${settings.apiPort}`;
  const asKubelet = connectClient({ pki: layout.pki, certificate: `kubelet-client-${nodeName}`, server });
  const proxyRegistry = new MetricsRegistry();
  registerProcessMetrics(proxyRegistry);
  const clientMetrics = new ClientMetrics(proxyRegistry, env.clock);
  const asProxy = connectClient({ pki: layout.pki, certificate: 'kube-proxy', server, metrics: clientMetrics });
  const files = nodeLayout(layout, nodeName);

  await untilServes(asProxy.client, env, signal);

  const config = kubeletConfig({
    nodeName,
    nodeIPs: [plan.address],
    resolvConf: files.resolvConf,
    clusterDNS: [settings.network.dnsServiceAddress],
    clusterDomain,
    cgroupRoot: nodeCgroup(settings.name, nodeName),
    staticPodPath: files.staticPods,
    sandboxImage: pauseReference,
  });
  const ports = createKubeletPorts(config, files.containerdSocket);
  const startKubelet = async () => {
    const kubelet = await createKubelet(config, ports).start({ env, client: asKubelet.client }, signal);
    const api = createKubeletServer({
      env,
      host: kubelet.host,
      auth: createDelegatedAuth({ client: asKubelet.client, clock: env.clock, nodeName }),
      logFiles: nodeLogFiles,
      runtime: createNodeBackend(),
      streaming: { clock: env.clock, deflate: nodeRawDeflate, webSockets: nodeWebSocketAcceptor },
    });
    const http = await startHttpServer({
      handler: kubeletWire(api),
      log: env.log,
      host: '::',
      port: config.port,
      tls: {
        certificate: readFileSync(certificateFile(layout.pki, `kubelet-${nodeName}`), 'utf8'),
        key: readFileSync(keyFile(layout.pki, `kubelet-${nodeName}`), 'utf8'),
        clientCa: readFileSync(certificateFile(layout.pki, 'ca'), 'utf8'),
      },
    });
    return { stopped: kubelet.stopped.finally(() => http.close()) };
  };

  const informers = new Informers(asProxy.client, env, signal);
  const dataPlane = createNftablesDataPlane(
    kernelTools,
    { table: 'kubets', clusterCIDR: settings.network.podCidr, localhostNodePorts: true, masqueradeMark: 0x4000 },
    env.log,
  );
  const ownAddresses = [settings.network.dnsServiceAddress, plan.address];
  const network = { env, client: asProxy.client };
  const proxyServer = await startHttpServer({
    handler: proxyWire(proxyRegistry),
    log: env.log,
    ...proxyMetricsAddress,
  });
  const started = await Promise.all([
    startKubelet(),
    proxy.start(
      { ...network, config: { nodeName, dataPlane, informers, metrics: new ProxyMetrics(proxyRegistry, env.clock) } },
      signal,
    ),
    dns.start(
      {
        ...network,
        config: {
          zone: clusterDomain,
          listener: createDnsListener(plan.address, agentDnsPort),
          forward: createForwarder(() => nameServers(files.resolvConf, ownAddresses)),
          informers,
        },
      },
      signal,
    ),
  ]);
  link.ready();
  env.log.info('agent runs', { node: nodeName });
  await aborted(signal);
  await Promise.allSettled(started.map(({ stopped }) => stopped));
  await proxyServer.close();
  asKubelet.close();
  asProxy.close();
  ports.close();
}
