/** A group version that another API server answers, as its APIService says, and what is known of that server. */

import type { Backend } from '#api/streaming/backend.ts';
import type { APIService } from '#kinds/generated/apiregistration-v1.ts';
import type { Priority } from '../discovery/priorities.ts';

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
  };
}
