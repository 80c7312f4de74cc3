/** One attempt of a probe, whatever its kind, with upstream's outputs (pkg/probe). */

import { messageOf } from '#base/errors.ts';
import type { Container, HTTPGetAction, Probe } from '#kinds/generated/core-v1.ts';
import { type CriRuntime, isCriError } from '../cri/runtime.ts';
import { expand } from '../environment/expansion.ts';
import type { HttpProbeRequest, ProbeNetwork } from '../ports.ts';

export interface Attempt {
  readonly result: 'success' | 'warning' | 'failure';
  /** For the event of a failure or warning. */
  readonly output: string;
}

export interface ProbeTarget {
  readonly container: Container;
  readonly containerId: string;
  readonly podIP: string;
}

export interface ProbeTools {
  readonly runtime: CriRuntime;
  readonly network: ProbeNetwork;
}

/** Bytes of an exec probe's output that are kept. */
const maxOutput = 10 * 1024;

/** Throws for a probe that could not be made at all (unknown port name, runtime away): then nothing is counted. */
export async function attemptProbe(probe: Probe, target: ProbeTarget, tools: ProbeTools): Promise<Attempt> {
  const timeoutSeconds = probe.timeoutSeconds ?? 1;
  if (probe.exec) return execProbe(probe.exec.command ?? [], timeoutSeconds, target, tools.runtime);
  if (probe.httpGet) {
    return httpProbe(
      httpRequest(probe.httpGet, target.container, target.podIP, timeoutSeconds * 1000, 'probe'),
      tools.network,
    );
  }
  if (probe.tcpSocket) {
    const port = resolvePort(probe.tcpSocket.port, target.container);
    return networkAttempt(() => tools.network.tcp(probe.tcpSocket?.host || target.podIP, port, timeoutSeconds * 1000));
  }
  if (probe.grpc)
    return grpcProbe(probe.grpc.port, probe.grpc.service ?? '', timeoutSeconds * 1000, target, tools.network);
  throw new Error(`missing probe handler for ${target.container.name}`);
}

async function execProbe(
  command: readonly string[],
  timeoutSeconds: number,
  target: ProbeTarget,
  runtime: CriRuntime,
): Promise<Attempt> {
  const environment = new Map((target.container.env ?? []).map(({ name, value = '' }) => [name, value]));
  const expanded = command.map((part) => expand(part, (name) => environment.get(name)));
  try {
    const { stdout, stderr, exitCode } = await runtime.execSync(target.containerId, expanded, timeoutSeconds);
    const output = new TextDecoder().decode(concatenated(stdout, stderr).subarray(0, maxOutput));
    return { result: exitCode === 0 ? 'success' : 'failure', output };
  } catch (error) {
    if (isCriError(error, 'DeadlineExceeded')) {
      return {
        result: 'failure',
        output: `command timed out: ${JSON.stringify(expanded.join(' '))} timed out after ${timeoutSeconds}s`,
      };
    }
    throw error;
  }
}

function concatenated(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}

/** The request of an httpGet action. Throws for a port that the container does not name. */
export function httpRequest(
  action: HTTPGetAction,
  container: Container,
  podIP: string,
  timeoutMs: number,
  purpose: 'probe' | 'lifecycle',
): HttpProbeRequest {
  const headers = (action.httpHeaders ?? []).map(({ name, value }) => [name, value] as const);
  const has = (name: string) => headers.some(([given]) => given.toLowerCase() === name);
  const agent = purpose === 'probe' ? 'kube-probe/1.36' : 'kube-lifecycle/1.36';
  return {
    scheme: action.scheme === 'HTTPS' ? 'https' : 'http',
    host: action.host || podIP,
    port: resolvePort(action.port, container),
    path: action.path || '/',
    headers: [
      ...headers,
      ...(has('user-agent') ? [] : [['User-Agent', agent] as const]),
      ...(has('accept') ? [] : [['Accept', '*/*'] as const]),
    ],
    timeoutMs,
  };
}

export function resolvePort(port: number | string, container: Container): number {
  const number =
    typeof port === 'number'
      ? port
      : (container.ports?.find(({ name }) => name === port)?.containerPort ?? Number(port));
  if (!Number.isInteger(number)) throw new Error(`couldn't find port: ${JSON.stringify(port)} in ${container.name}`);
  if (number < 1 || number > 65_535) throw new Error(`invalid port number: ${number}`);
  return number;
}

async function httpProbe(request: HttpProbeRequest, network: ProbeNetwork): Promise<Attempt> {
  try {
    const { status, body, redirectedElsewhere } = await network.http(request);
    if (redirectedElsewhere) return { result: 'warning', output: `Probe terminated redirects, Response body: ${body}` };
    if (status >= 200 && status < 400) return { result: 'success', output: body };
    return { result: 'failure', output: `HTTP probe failed with statuscode: ${status}` };
  } catch (error) {
    return { result: 'failure', output: messageOf(error) };
  }
}

async function networkAttempt(attempt: () => Promise<void>): Promise<Attempt> {
  try {
    await attempt();
    return { result: 'success', output: '' };
  } catch (error) {
    return { result: 'failure', output: messageOf(error) };
  }
}

async function grpcProbe(
  port: number,
  service: string,
  timeoutMs: number,
  target: ProbeTarget,
  network: ProbeNetwork,
): Promise<Attempt> {
  try {
    const status = await network.grpcHealth(target.podIP, port, service, timeoutMs);
    if (status === 'SERVING') return { result: 'success', output: 'service healthy' };
    return { result: 'failure', output: `service unhealthy (responded with "${status}")` };
  } catch (error) {
    return { result: 'failure', output: messageOf(error) };
  }
}
