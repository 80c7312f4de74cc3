/** WebhookClient: HTTPS calls to webhooks, a port. Connections are kept and used again per address, server name and authority. */

export interface WebhookRequest {
  /** As messages show it; its host is the name that the certificate must be for. */
  readonly url: URL;
  /** Where to connect instead of the URL's host: the endpoint of a service. */
  readonly endpoint?: { readonly address: string; readonly port: number } | undefined;
  /** PEM certificates in base64; the system's authorities when absent. */
  readonly caBundle?: string | undefined;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
}

export interface WebhookAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

export interface WebhookClient {
  /** POSTs JSON; redirects are answers. Rejects with an Error in the words of Go's net package when no answer came. */
  post(request: WebhookRequest): Promise<WebhookAnswer>;
  close(): void;
}
