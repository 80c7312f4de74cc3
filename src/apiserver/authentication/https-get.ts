/** HttpsGet: documents of issuers by HTTPS, a port. */

export interface HttpsGetRequest {
  readonly url: string;
  /** PEM; the system's authorities when absent. */
  readonly authorityPem?: string | undefined;
  /** The Authorization header; not sent on to another host. */
  readonly authorization?: string | undefined;
  readonly signal: AbortSignal;
}

export interface HttpsGetAnswer {
  readonly status: number;
  readonly body: string;
}

/** Redirects are followed, to https only. Rejects with an Error when no answer came, or one that is too long. */
export type HttpsGet = (request: HttpsGetRequest) => Promise<HttpsGetAnswer>;
