/**
 * The kubelet's server: what the API server (and who else may) asks a node for: logs, exec, attach, port-forward, pods, statistics.
 *
 * It is an ApiHandler like the API server's, so the same HTTPS transport serves both, with client certificates verified there.
 * Every request but none is authenticated and authorized (KEP-2862); there is no unprotected port.
 *
 * Source of paths and messages: pkg/kubelet/server/server.go.
 */

import { isStatusError } from '#api/errors.ts';
import type { ApiHandler, ApiRequest, ApiResponse, UserInfo } from '#api/request.ts';
import type { Backend } from '#api/streaming/backend.ts';
import { tunneledProtocols, tunnelPortForward } from '#api/streaming/port-forward.ts';
import { proxyUpgrade } from '#api/streaming/proxy-upgrade.ts';
import type { RemoteCommandStreams } from '#api/streaming/remote-command.ts';
import { proxyRemoteCommand, type StreamingPorts } from '#api/streaming/remote-command-proxy.ts';
import { isUpgradeRequest, isWebSocketRequest } from '#api/streaming/web-socket.ts';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import type { LogFiles } from '../logs/log-files.ts';
import type { ContainerLife } from '../logs/log-reader.ts';
import { type NodeRequestAttributes, requestAttributes } from './authorization.ts';
import { containerLogs } from './container-logs.ts';
import { errorResponse, HttpError, jsonResponse, textResponse } from './http-error.ts';

/** What the server serves: the kubelet's view of its pods, and the runtime behind them. */
export interface KubeletHost {
  readonly nodeName: string;
  /** Pods bound to this node, with the status that the kubelet has itself. */
  pods(): readonly Pod[];
  /** Pods that the runtime knows. */
  runningPods(): Promise<readonly Pod[]>;
  /** The kubelet's configuration for /configz. */
  config(): unknown;
  /** Why the kubelet is not healthy; undefined when it is. */
  unhealthy(): string | undefined;
  readonly containers: ContainerAccess;
  /** /stats/summary */
  statsSummary(): Promise<unknown>;
  /** Prometheus text of /metrics, /metrics/cadvisor, /metrics/resource, /metrics/probes. */
  metrics(endpoint: 'kubelet' | 'cadvisor' | 'resource' | 'probes'): Promise<string>;
}

/** Reaching into containers. URLs are those of the runtime's streaming server. Failures are thrown with the runtime's message. */
export interface ContainerAccess {
  exec(pod: Pod, container: string, command: readonly string[], streams: RemoteCommandStreams): Promise<URL>;
  attach(pod: Pod, container: string, streams: RemoteCommandStreams): Promise<URL>;
  portForward(pod: Pod, ports: readonly number[]): Promise<URL>;
  /** Runs to the end and answers standard output and error together. */
  run(pod: Pod, container: string, command: readonly string[]): Promise<Uint8Array>;
  /** Where the log of a container is, by the id in the pod's status ('containerd://...'). */
  log(containerId: string): Promise<{ readonly path: string; readonly life: ContainerLife }>;
}

export interface KubeletAuth {
  /** Undefined for a request without a credential that is known. Throws for one that is wrong. */
  authenticate(request: ApiRequest): Promise<UserInfo | undefined>;
  authorize(user: UserInfo, attributes: NodeRequestAttributes): Promise<boolean>;
}

export interface KubeletServerOptions {
  readonly env: Env;
  readonly host: KubeletHost;
  readonly auth: KubeletAuth;
  readonly logFiles: LogFiles;
  /** To the container runtime's streaming server. */
  readonly runtime: Backend;
  readonly streaming: StreamingPorts;
}

type Handler = (request: ApiRequest, parts: readonly string[]) => Promise<ApiResponse>;

export function createKubeletServer(options: KubeletServerOptions): ApiHandler {
  const log = options.env.log.child({ server: 'kubelet' });
  const routes = createRoutes(options);
  return async (request) => {
    try {
      const path = decodedPath(request.path);
      await admit(options, request, path);
      const [, root = '', ...parts] = path.split('/');
      const route = routes[root];
      if (!route) throw new HttpError(404, '404: Page Not Found');
      if (!route.methods.includes(request.method)) throw new HttpError(405, '405: Method Not Allowed');
      return await route.handler(request, parts.at(-1) === '' ? parts.slice(0, -1) : parts);
    } catch (error) {
      if (!(error instanceof HttpError || isStatusError(error))) {
        log.warn('Request failed', { path: request.path, error: messageOf(error) });
      }
      return errorResponse(error);
    }
  };
}

/** Decoded once: what is asked for is what was authorized, however it is spelled ('/%65xec' is no reading of nodes/proxy). */
function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new HttpError(400, '400: Bad Request');
  }
}

async function admit({ auth, env }: KubeletServerOptions, request: ApiRequest, path: string): Promise<void> {
  let user: UserInfo | undefined;
  try {
    user = await auth.authenticate(request);
  } catch (error) {
    env.log.warn('Unable to authenticate the request due to an error', { error: messageOf(error) });
  }
  if (!user) throw new HttpError(401, 'Unauthorized');
  const wanted = requestAttributes(request.method, path);
  for (const attributes of wanted) {
    if (await auth.authorize(user, attributes)) return;
  }
  const subresources = wanted.map(({ subresource }) => subresource).join(' ');
  const verb = wanted[0]?.verb ?? '';
  throw new HttpError(
    403,
    `Forbidden (user=${user.username}, verb=${verb}, resource=nodes, subresource(s)=[${subresources}])\n`,
  );
}

function createRoutes(
  options: KubeletServerOptions,
): Readonly<Record<string, { methods: readonly string[]; handler: Handler }>> {
  const { host } = options;
  const get = (handler: Handler) => ({ methods: ['GET', 'HEAD'], handler });
  const upgrade = (handler: Handler) => ({ methods: ['GET', 'POST'], handler });
  return Object.assign(Object.create(null), {
    healthz: get(async (_request, parts) => health(host, parts)),
    pods: get(async () => jsonResponse(podList(host.pods()))),
    runningpods: get(async () => jsonResponse(podList(await host.runningPods()))),
    configz: get(async () => jsonResponse({ kubeletconfig: host.config() })),
    stats: get(async (_request, parts) => {
      if (parts.length > 0 && parts[0] !== 'summary') throw new HttpError(404, '404: Page Not Found');
      return jsonResponse(await host.statsSummary());
    }),
    metrics: get(async (_request, parts) => {
      const endpoint = parts[0] ?? 'kubelet';
      if (endpoint !== 'kubelet' && endpoint !== 'cadvisor' && endpoint !== 'resource' && endpoint !== 'probes') {
        throw new HttpError(404, '404: Page Not Found');
      }
      return textResponse(200, await host.metrics(endpoint), 'text/plain; version=0.0.4; charset=utf-8');
    }),
    containerLogs: get((request, parts) => containerLogs(options, request, parts)),
    exec: upgrade((request, parts) => exec(options, request, parts)),
    attach: upgrade((request, parts) => attach(options, request, parts)),
    portForward: upgrade((request, parts) => portForward(options, request, parts)),
    run: {
      methods: ['POST'],
      handler: (request: ApiRequest, parts: readonly string[]) => run(options, request, parts),
    },
  });
}

function health(host: KubeletHost, parts: readonly string[]): ApiResponse {
  const check = parts[0];
  if (check !== undefined && !['ping', 'log', 'syncloop'].includes(check))
    throw new HttpError(404, '404: Page Not Found');
  const reason = check === 'ping' || check === 'log' ? undefined : host.unhealthy();
  if (reason !== undefined)
    throw new HttpError(500, `[+]ping ok\n[+]log ok\n[-]syncloop failed: ${reason}\nhealthz check failed\n`);
  return textResponse(200, 'ok');
}

function podList(pods: readonly Pod[]): unknown {
  return { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods };
}

/** The pod of /{namespace}/{name}[/{uid}][/{container}]. */
export function findPod(host: KubeletHost, namespace: string | undefined, name: string | undefined): Pod | undefined {
  return host.pods().find(({ metadata }) => metadata?.namespace === namespace && metadata?.name === name);
}

function target(host: KubeletHost, parts: readonly string[]): { pod: Pod; container: string } {
  if (parts.length < 3 || parts.length > 4) throw new HttpError(404, '404: Page Not Found');
  const pod = findPod(host, parts[0], parts[1]);
  if (!pod || (parts.length === 4 && parts[2] !== pod.metadata?.uid)) throw new HttpError(404, 'pod does not exist');
  return { pod, container: parts.at(-1) ?? '' };
}

/** Streams by the kubelet's own parameter names (input, output, error). */
function requestedStreams(query: URLSearchParams): RemoteCommandStreams {
  const tty = query.get('tty') === '1';
  const streams = {
    stdin: query.get('input') === '1',
    stdout: query.get('output') === '1',
    // A terminal has one output.
    stderr: query.get('error') === '1' && !tty,
    tty,
  };
  if (!streams.stdin && !streams.stdout && !streams.stderr) {
    throw new HttpError(400, 'you must specify at least 1 of stdin, stdout, stderr');
  }
  return streams;
}

async function exec(
  options: KubeletServerOptions,
  request: ApiRequest,
  parts: readonly string[],
): Promise<ApiResponse> {
  requireUpgrade(request);
  const streams = requestedStreams(request.query);
  const { pod, container } = target(options.host, parts);
  const url = await options.host.containers.exec(pod, container, request.query.getAll('command'), streams);
  return proxyRemoteCommand(request, url, streams, options.runtime, options.streaming);
}

async function attach(
  options: KubeletServerOptions,
  request: ApiRequest,
  parts: readonly string[],
): Promise<ApiResponse> {
  requireUpgrade(request);
  const streams = requestedStreams(request.query);
  const { pod, container } = target(options.host, parts);
  const url = await options.host.containers.attach(pod, container, streams);
  return proxyRemoteCommand(request, url, streams, options.runtime, options.streaming);
}

async function portForward(
  options: KubeletServerOptions,
  request: ApiRequest,
  parts: readonly string[],
): Promise<ApiResponse> {
  requireUpgrade(request);
  const tunneled = tunneledProtocols(request).length > 0;
  const ports = tunneled || !isWebSocketRequest(request.headers) ? [] : requestedPorts(request.query);
  const pod = findPod(options.host, parts[0], parts[1]);
  if (!pod || parts.length > 3) throw new HttpError(404, 'pod does not exist');
  if (parts[2] !== undefined && parts[2] !== pod.metadata?.uid) throw new HttpError(404, 'pod not found');
  const url = await options.host.containers.portForward(pod, ports);
  if (tunneled) return tunnelPortForward(request, url, options.runtime, options.streaming.webSockets);
  return proxyUpgrade(request, url, options.runtime);
}

/** Before the runtime is asked for a URL: it would wait for somebody to come. */
function requireUpgrade(request: ApiRequest): void {
  if (!isUpgradeRequest(request.headers)) throw new HttpError(400, 'Upgrade request required');
}

/** Ports of the WebSocket protocols before tunnels: ?port=80&port=81,82 */
function requestedPorts(query: URLSearchParams): readonly number[] {
  const texts = query.getAll('port');
  if (texts.length === 0) throw new HttpError(400, 'query parameter "port" is required');
  return texts.flatMap((text) => {
    if (text === '') throw new HttpError(400, 'query parameter "port" cannot be empty');
    return text.split(',').map((item) => {
      const port = /^\d{1,5}$/.test(item) ? Number(item) : Number.NaN;
      if (!(port <= 65535)) throw new HttpError(400, `unable to parse ${JSON.stringify(text)} as a port`);
      if (port < 1) throw new HttpError(400, `port ${JSON.stringify(text)} must be > 0`);
      return port;
    });
  });
}

async function run(options: KubeletServerOptions, request: ApiRequest, parts: readonly string[]): Promise<ApiResponse> {
  const { pod, container } = target(options.host, parts);
  const output = await options.host.containers.run(pod, container, (request.query.get('cmd') ?? '').split(' '));
  return { type: 'bytes', status: 200, contentType: 'application/json', body: output };
}
