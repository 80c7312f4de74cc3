/**
 * Certificate request cleaner: requests are records of something that is over soon. Decided ones go after an hour, those that
 * nobody decides or signs after a day (upstream pkg/controller/certificates/cleaner, which looks every hour; we wait).
 */

import { isNotFound } from '#api/errors.ts';
import { parseTime } from '#api/time.ts';
import { CertificateSigningRequests } from '#kinds/certificates/certificate-signing-request/definition.ts';
import type { CertificateSigningRequest } from '#kinds/generated/certificates-v1.ts';
import type { ControllerFactory } from '#runtime/controller.ts';

const hourMs = 60 * 60 * 1000;
const decidedMs = hourMs;
const undecidedMs = 24 * hourMs;

export const certificateCleaner: ControllerFactory = {
  name: 'certificatesigningrequest-cleaner-controller',
  create: ({ client, env, informers, queue }) => {
    const requests = informers.of(CertificateSigningRequests);
    const enqueue = (request: CertificateSigningRequest) => queue.add(request.metadata?.name ?? '');
    requests.addHandler({ onAdd: enqueue, onUpdate: (_, request) => enqueue(request) });
    return {
      async reconcile(name, signal) {
        const request = requests.get(name);
        const atMs = request && endsAtMs(request);
        if (!request || atMs === undefined) return {};
        const requeueAfterMs = atMs - env.clock.now();
        if (requeueAfterMs > 0) return { requeueAfterMs };
        const preconditions = { uid: request.metadata?.uid ?? '' };
        try {
          await client.delete(CertificateSigningRequests, { name }, { preconditions, signal });
        } catch (error) {
          if (!isNotFound(error)) throw error;
        }
        return {};
      },
    };
  },
};

/** When the request is to be deleted, ms since 1970; undefined when its conditions say nothing about it. */
export function endsAtMs({ metadata, status }: CertificateSigningRequest): number | undefined {
  const conditions = status?.conditions ?? [];
  if (conditions.length === 0) return after(metadata?.creationTimestamp, undecidedMs);
  const ends = conditions.flatMap(({ type, lastUpdateTime }) => {
    const isDecided = type === 'Denied' || type === 'Failed' || (type === 'Approved' && status?.certificate);
    if (!isDecided && type !== 'Approved') return [];
    return after(lastUpdateTime ?? metadata?.creationTimestamp, isDecided ? decidedMs : undecidedMs) ?? [];
  });
  return ends.length > 0 ? Math.min(...ends) : undefined;
}

function after(time: string | undefined, ms: number): number | undefined {
  const fromMs = time === undefined ? undefined : parseTime(time);
  return fromMs === undefined ? undefined : fromMs + ms;
}
