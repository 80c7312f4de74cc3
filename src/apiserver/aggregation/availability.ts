/**
 * Whether another API server is available: its Service and endpoints are there, and it answers its discovery document
 * (kube-aggregator controllers/status/remote). Reasons and messages are upstream's.
 */

import { parseJson } from '#api/codec/json-decode.ts';
import type { Backend } from '#api/streaming/backend.ts';
import { collect } from '#api/streaming/byte-stream.ts';
import { linkedAbort } from '#base/abort.ts';
import type { Clock } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { Service } from '#kinds/generated/core-v1.ts';
import type { EndpointSlice } from '#kinds/generated/discovery-v1.ts';
import type { ServiceEndpoint } from '../webhook/service-endpoint.ts';
import { identityHeaders, urlOf } from './proxy.ts';
import type { RemoteResource, RemoteService } from './remote-group-version.ts';

export interface Availability {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

export const passed: Availability = { status: 'True', reason: 'Passed', message: 'all checks passed' };

/** Undefined when nothing of what the cluster says of the Service is against it. */
export function serviceFault(
  { namespace, name, port }: RemoteService,
  service: Service | undefined,
  slices: readonly EndpointSlice[],
): Availability | undefined {
  const subject = `service/${name} in "${namespace}"`;
  const fault = (reason: string, message: string): Availability => ({ status: 'False', reason, message });
  if (!service) return fault('ServiceNotFound', `${subject} is not present`);
  if (service.spec?.type !== 'ClusterIP') return undefined;
  const servicePort = service.spec.ports?.find((candidate) => candidate.port === port);
  if (!servicePort) return fault('ServicePortError', `${subject} is not listening on port ${port}`);
  if (slices.length === 0) return fault('EndpointsNotFound', `cannot find endpointslices for ${subject}`);
  const portName = servicePort.name ?? '';
  const isServed = slices.some(
    ({ endpoints, ports }) =>
      endpoints?.some(({ conditions }) => conditions?.ready !== false) &&
      ports?.some((candidate) => (candidate.name ?? '') === portName && candidate.port !== undefined),
  );
  if (isServed) return undefined;
  return fault('MissingEndpoints', `endpointslices for ${subject} have no addresses with port name "${portName}"`);
}

export function failedDiscovery(error: unknown): Availability {
  return { status: 'False', reason: 'FailedDiscoveryCheck', message: messageOf(error) };
}

/** So many at once, each of an endpoint of its own: one that answers is enough (upstream). */
const attempts = 5;
const timeoutMs = 5000;
const maxDocumentBytes = 4 << 20;
/** Sure to have access. */
const prober = { username: 'system:kube-aggregator', groups: ['system:masters'] };

export interface Probe {
  readonly group: string;
  readonly version: string;
  readonly backend: Backend;
  readonly endpoint: () => Promise<ServiceEndpoint>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The server's resources of the group version, by its discovery document; undefined where it says none that can be read. Rejects with upstream's message. */
export async function readDiscovery(probe: Probe): Promise<readonly RemoteResource[] | undefined> {
  const path = probe.group === '' ? `/api/${probe.version}` : `/apis/${probe.group}/${probe.version}`;
  const enough = linkedAbort(probe.signal);
  const attempt = async (): Promise<readonly RemoteResource[] | undefined> => {
    const url = urlOf(await probe.endpoint(), path);
    try {
      return await readOnce({ ...probe, signal: enough.signal }, url);
    } catch (error) {
      throw new Error(`failing or missing response from ${url.href}: ${messageOf(error)}`, { cause: error });
    }
  };
  try {
    return await Promise.any(Array.from({ length: attempts }, attempt));
  } catch (error) {
    throw error instanceof AggregateError ? error.errors.at(-1) : error;
  } finally {
    enough.abort();
    enough.dispose();
  }
}

async function readOnce({ backend, clock, signal }: Probe, url: URL): Promise<readonly RemoteResource[] | undefined> {
  const deadline = new AbortController();
  const timer = clock.after(timeoutMs, () => deadline.abort());
  const linked = linkedAbort(signal, deadline.signal);
  try {
    const headers = { host: url.host, accept: 'application/json', ...identityHeaders(prober) };
    const answer = await backend.request({ method: 'GET', url, headers, signal: linked.signal });
    if (answer.status < 200 || answer.status > 299) {
      answer.discard();
      throw new Error(`bad status from ${url.href}: ${answer.status}`);
    }
    // Upstream looks at the status alone: what follows it, or does not, makes nobody unavailable.
    return resourcesOf(await collect(answer.body, maxDocumentBytes).catch(() => undefined));
  } catch (error) {
    if (!deadline.signal.aborted) throw error;
    throw new Error(`Get "${url.href}": context deadline exceeded`, { cause: error });
  } finally {
    timer.cancel();
    linked.dispose();
  }
}

/** A server that answers something else is available all the same. */
function resourcesOf(body: Uint8Array | undefined): readonly RemoteResource[] | undefined {
  if (!body) return undefined;
  let document: unknown;
  try {
    document = parseJson(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
  const { resources } = (document ?? {}) as { readonly resources?: unknown };
  if (!Array.isArray(resources)) return undefined;
  return resources.filter(
    (entry): entry is RemoteResource => typeof entry === 'object' && entry !== null && typeof entry.name === 'string',
  );
}
