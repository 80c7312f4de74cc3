/**
 * Certificate signing: an approved request for one of the cluster's signers gets its certificate. The key is behind a port;
 * who may approve is the API server's to say.
 */

import { formatTime } from '#api/time.ts';
import { CertificateSigningRequests } from '#kinds/certificates/certificate-signing-request/definition.ts';
import type { CertificateSigningRequest } from '#kinds/generated/certificates-v1.ts';
import type { ControllerFactory } from '#runtime/controller.ts';
import { type RequestedNames, signingFault, validity, wantsSignature } from './signing-plan.ts';

export interface CertificateTerms {
  /** Of certificates.k8s.io/v1: 'client auth', 'digital signature'. */
  readonly usages: readonly string[];
  readonly notBeforeMs: number;
  /** Cut off where the authority itself ends. */
  readonly notAfterMs: number;
}

/** The cluster's certificate authority. Requests and certificates are PEM. */
export interface CertificateAuthority {
  /** Undefined when this is no request, or was not signed with the key that it names. */
  read(request: string): Promise<RequestedNames | undefined>;
  /** A certificate for the request's key, subject and alternative names, and nothing else that it asks for. */
  sign(request: string, terms: CertificateTerms): Promise<string>;
}

export function certificateSigning(authority: CertificateAuthority): ControllerFactory {
  return {
    name: 'certificatesigningrequest-signing-controller',
    create: ({ client, env, informers, queue }) => {
      const requests = informers.of(CertificateSigningRequests);
      const enqueue = (request: CertificateSigningRequest) => {
        if (wantsSignature(request)) queue.add(request.metadata?.name ?? '');
      };
      requests.addHandler({ onAdd: enqueue, onUpdate: (_, request) => enqueue(request) });
      return {
        async reconcile(name, signal) {
          const request = requests.get(name);
          if (!request || !wantsSignature(request)) return;
          const { spec, status } = request;
          const pem = decodeText(spec.request);
          const names = await authority.read(pem);
          const fault = names ? signingFault(request, names) : `unable to parse csr "${name}"`;
          const nowMs = env.clock.now();
          if (fault === undefined) {
            const terms = { usages: spec.usages ?? [], ...validity(spec.expirationSeconds, nowMs) };
            const certificate = encodeText(await authority.sign(pem, terms));
            const signed = { ...request, status: { ...status, certificate } };
            await client.updateStatus(CertificateSigningRequests, signed, { signal });
            return;
          }
          const now = formatTime(nowMs);
          const failed = {
            type: 'Failed',
            status: 'True' as const,
            reason: 'SignerValidationFailure',
            message: fault,
            lastUpdateTime: now,
            lastTransitionTime: now,
          };
          const refused = { ...request, status: { ...status, conditions: [...(status?.conditions ?? []), failed] } };
          await client.updateStatus(CertificateSigningRequests, refused, { signal });
        },
      };
    },
  };
}

function decodeText(base64: string): string {
  return new TextDecoder().decode(Uint8Array.fromBase64(base64));
}

function encodeText(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}
