/**
 * Connect subresources: requests that the API server carries to somebody else (a kubelet, a pod, a service) instead of answering
 * them from the store. A handler is called after authentication, authorization and admission.
 */

import type { ApiRequest, ApiResponse, UserInfo } from '#api/request.ts';
import type { Backend } from '#api/streaming/backend.ts';
import type { StreamingPorts } from '#api/streaming/remote-command-proxy.ts';
import type { Authorizer } from '../authorizer.ts';
import type { RequestInfo } from '../request/request-info.ts';

export interface ConnectContext {
  readonly request: ApiRequest;
  readonly info: RequestInfo;
  readonly user: UserInfo;
  readonly lookup: ConnectLookup;
}

export type ConnectHandler = (context: ConnectContext) => Promise<ApiResponse>;

export interface ConnectOptions {
  readonly authorize: Authorizer;
  /** To kubelets: with the API server's client certificate, verifying theirs. */
  readonly kubelet: Backend;
  /** The same without verification, for logs with insecureSkipTLSVerifyBackend. */
  readonly insecureKubelet: Backend;
  /** To proxied pods and services, whose certificates nobody knows. */
  readonly proxy: Backend;
  readonly streaming: StreamingPorts;
  /** Which address of a node the API server calls (--kubelet-preferred-address-types). */
  readonly preferredAddressTypes?: readonly string[];
  /** 'http' only for hollow nodes in tests. */
  readonly kubeletScheme?: 'https' | 'http';
}

/** Objects by name, as current as the watch cache; throw NotFound. */
export interface ConnectLookup {
  pod(namespace: string, name: string): Promise<PodView>;
  node(name: string): Promise<NodeView>;
  service(namespace: string, name: string): Promise<ServiceView>;
  endpoints(namespace: string, name: string): Promise<EndpointsView>;
}

/** The parts of kinds that connect handlers read; the API server itself knows no kind. */
export interface PodView {
  readonly metadata?: { readonly name?: string | undefined; readonly namespace?: string | undefined } | undefined;
  readonly spec?:
    | {
        readonly nodeName?: string | undefined;
        readonly containers?: readonly ContainerView[] | undefined;
        readonly initContainers?: readonly ContainerView[] | undefined;
        readonly ephemeralContainers?: readonly ContainerView[] | undefined;
      }
    | undefined;
  readonly status?:
    | {
        readonly podIP?: string | undefined;
        readonly podIPs?: readonly { readonly ip?: string | undefined }[] | undefined;
      }
    | undefined;
}

export interface ContainerView {
  readonly name?: string | undefined;
  readonly ports?: readonly { readonly containerPort?: number | undefined }[] | undefined;
}

export interface NodeView {
  readonly status?:
    | {
        readonly addresses?:
          | readonly { readonly type?: string | undefined; readonly address?: string | undefined }[]
          | undefined;
        readonly daemonEndpoints?:
          | { readonly kubeletEndpoint?: { readonly Port?: number | undefined } | undefined }
          | undefined;
      }
    | undefined;
}

export interface ServiceView {
  readonly spec?:
    | {
        readonly ports?:
          | readonly { readonly name?: string | undefined; readonly port?: number | undefined }[]
          | undefined;
      }
    | undefined;
}

export interface EndpointsView {
  readonly subsets?:
    | readonly {
        readonly addresses?: readonly EndpointAddressView[] | undefined;
        readonly ports?:
          | readonly { readonly name?: string | undefined; readonly port?: number | undefined }[]
          | undefined;
      }[]
    | undefined;
}

export interface EndpointAddressView {
  readonly ip?: string | undefined;
  readonly targetRef?: { readonly name?: string | undefined; readonly namespace?: string | undefined } | undefined;
}
