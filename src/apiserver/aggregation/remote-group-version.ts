/** A group version that another API server answers, as its APIService says, and what is known of that server. */

import type { Backend } from '#api/streaming/backend.ts';
import type { APIService } from '#kinds/generated/apiregistration-v1.ts';
import type { Priority } from '../discovery/priorities.ts';
import type { RemoteOpenApi } from './remote-openapi.ts';

/** Whom to call: the Service's endpoints are the addresses, its DNS name is what the certificate is for. */
export interface RemoteTarget {
  readonly serverName: string;
  /** PEM certificates in base64; the system's authorities when absent. */
  readonly caBundle?: string | undefined;
  readonly insecureSkipTLSVerify: boolean;
}

/** Connects to extension API servers, with the front proxy's client certificate. */
export type ConnectRemote = (target: RemoteTarget) => Backend & { close(): void };

export interface RemoteService {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/** Of higher priority first, as upstream puts documents together: groups, then versions, then names. */
export function byPriority(remotes: Iterable<RemoteGroupVersion>): readonly RemoteGroupVersion[] {
  const all = [...remotes];
  const groups = new Map<string, number>();
  for (const { group, priority } of all)
    groups.set(group, Math.max(groups.get(group) ?? 0, priority.groupPriorityMinimum));
  return all.sort(
    (a, b) =>
      (groups.get(b.group) ?? 0) - (groups.get(a.group) ?? 0) ||
      b.priority.versionPriority - a.priority.versionPriority ||
      (a.name < b.name ? -1 : 1),
  );
}

/** An entry of an APIResourceList. */
export interface RemoteResource {
  readonly name: string;
  readonly singularName?: string;
  readonly namespaced?: boolean;
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

export interface RemoteGroupVersion {
  /** Of the APIService: 'v1alpha1.wardle.example.com' */
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly priority: Priority;
  readonly service: RemoteService;
  readonly backend: Backend & { close(): void };
  /** Changes when the connection has to be made anew. */
  readonly signature: string;
  readonly isAvailable: boolean;
  /** What its discovery document said last; undefined until it was read. */
  readonly resources: readonly RemoteResource[] | undefined;
  /** What its OpenAPI documents said last; undefined until they were read. */
  readonly openApi: RemoteOpenApi | undefined;
}

/** Undefined for what this server answers itself. `previous` keeps its connections where nothing about them changed. */
export function remoteOf(
  object: APIService,
  previous: RemoteGroupVersion | undefined,
  connect: ConnectRemote,
): RemoteGroupVersion | undefined {
  const { spec, status, metadata } = object;
  if (!spec?.service) return undefined;
  const { group = '', version = '', caBundle, insecureSkipTLSVerify = false } = spec;
  const { groupPriorityMinimum, versionPriority } = spec;
  const { namespace = '', name = '', port = 443 } = spec.service;
  const target = { serverName: `${name}.${namespace}.svc`, caBundle, insecureSkipTLSVerify };
  const signature = JSON.stringify([target, port]);
  const isKept = previous?.signature === signature;
  if (previous && !isKept) previous.backend.close();
  return {
    name: metadata?.name ?? '',
    group,
    version,
    priority: { groupPriorityMinimum, versionPriority },
    service: { namespace, name, port },
    backend: isKept ? previous.backend : connect(target),
    signature,
    isAvailable: status?.conditions?.some(({ type, status }) => type === 'Available' && status === 'True') ?? false,
    resources: isKept ? previous.resources : undefined,
    openApi: isKept ? previous.openApi : undefined,
  };
}
