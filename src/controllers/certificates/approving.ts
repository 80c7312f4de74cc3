/** Certificate approval: requests of kubelets for client certificates are approved when who made them may have one. */

import { formatTime } from '#api/time.ts';
import { SubjectAccessReviews } from '#kinds/authorization/subject-access-review/definition.ts';
import { CertificateSigningRequests } from '#kinds/certificates/certificate-signing-request/definition.ts';
import type { CertificateSigningRequest } from '#kinds/generated/certificates-v1.ts';
import type { ControllerFactory } from '#runtime/controller.ts';
import { approved, awaitsApproval, recognitionsOf, reviewOf } from './approving-plan.ts';
import type { CertificateAuthority } from './signing.ts';

/** Nothing tells when somebody is given the right: it is asked for again. */
const askAgainMs = 60_000;

export function certificateApproving(authority: Pick<CertificateAuthority, 'read'>): ControllerFactory {
  return {
    name: 'certificatesigningrequest-approving-controller',
    create: ({ client, env, informers, queue }) => {
      const requests = informers.of(CertificateSigningRequests);
      const enqueue = (request: CertificateSigningRequest) => {
        if (awaitsApproval(request)) queue.add(request.metadata?.name ?? '');
      };
      requests.addHandler({ onAdd: enqueue, onUpdate: (_, request) => enqueue(request) });
      return {
        async reconcile(name, signal) {
          const request = requests.get(name);
          if (!request || !awaitsApproval(request)) return {};
          const names = await authority.read(new TextDecoder().decode(Uint8Array.fromBase64(request.spec.request)));
          const recognitions = names ? recognitionsOf(request, names) : [];
          for (const recognition of recognitions) {
            const { status } = await client.create(SubjectAccessReviews, reviewOf(request, recognition), { signal });
            if (!status?.allowed) continue;
            const next = approved(request, recognition.message, formatTime(env.clock.now()));
            const body = { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', ...next };
            const path = `/apis/certificates.k8s.io/v1/certificatesigningrequests/${name}/approval`;
            await client.raw('PUT', path, body, { signal });
            return {};
          }
          return recognitions.length > 0 ? { requeueAfterMs: askAgainMs } : {};
        },
      };
    },
  };
}
