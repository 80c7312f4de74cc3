/** WebhookClient: calls to webhooks, a port. Connections are kept and used again per address, server name, authority and identity. */

/** As whom to call. */
export interface WebhookCredentials {
  /** Client certificate. */
  readonly identity?: { readonly certificatePem: string; readonly keyPem: string } | undefined;
  /** The Authorization header. */
  readonly authorization?: string | undefined;
}

/** Whom to call, and as whom. */
export interface WebhookTarget extends WebhookCredentials {
  /** As messages show it; its host is the name that the certificate must be for. http: where a kubeconfig says so. */
  readonly url: URL;
  /** Where to connect instead of the URL's host: the endpoint of a service. */
  readonly endpoint?: { readonly address: string; readonly port: number } | undefined;
  /** PEM certificates in base64; the system's authorities when absent. */
  readonly caBundle?: string | undefined;
  /** The same in PEM. */
  readonly authorityPem?: string | undefined;
  /** Name that the certificate must be for, when it is not the URL's host. */
  readonly serverName?: string | undefined;
  readonly insecureSkipTlsVerify?: boolean | undefined;
}

export interface WebhookRequest extends WebhookTarget {
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
}

export interface WebhookAnswer {
  readonly status: number;
  /** After which the webhook wants to be asked again, where its answer says so in seconds. */
  readonly retryAfterMs?: number | undefined;
  /** Absent where the webhook says none. */
  readonly contentType?: string | undefined;
  readonly body: Uint8Array;
}

export interface WebhookClient {
  /** POSTs JSON; redirects are answers. Rejects with an Error in the words of Go's net package when no answer came. */
  post(request: WebhookRequest): Promise<WebhookAnswer>;
  close(): void;
}
