/**
 * ImagePolicyWebhook, off by default: a webhook says whether a pod's images may run (imagepolicy.k8s.io ImageReview). Its answers are remembered;
 * when it does not answer, the configuration says what then.
 */

import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import { callReview, type ReviewCaller } from '#apiserver/webhook/review-call.ts';
import { messageOf } from '#base/errors.ts';
import { ExpiringCache } from '#base/expiring-cache.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { refused } from './refusal.ts';

export interface ImagePolicyConfig {
  readonly caller: ReviewCaller;
  readonly allowedMs: number;
  readonly deniedMs: number;
  /** Images may run while the webhook fails. */
  readonly defaultAllow: boolean;
}

const auditPrefix = 'imagepolicywebhook.image-policy.k8s.io/';
const remembered = 1024;

interface ImageReviewStatus {
  readonly allowed?: boolean;
  readonly reason?: string;
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

export function imagePolicyWebhook({ caller, allowedMs, deniedMs, defaultAllow }: ImagePolicyConfig): AdmissionPlugin {
  const answers = new ExpiringCache<ImageReviewStatus>(caller.env.clock, remembered);
  const ask = async (spec: object): Promise<ImageReviewStatus> => {
    const key = JSON.stringify(spec);
    const known = answers.get(key);
    if (known) return known;
    const review = { apiVersion: 'imagepolicy.k8s.io/v1alpha1', kind: 'ImageReview', spec };
    const status = (await callReview(caller, review)) as ImageReviewStatus;
    answers.set(key, status, status.allowed ? allowedMs : deniedMs);
    return status;
  };
  return {
    name: 'ImagePolicyWebhook',
    handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
    validate: async (context) => {
      const spec = reviewedOf(context);
      if (!spec) return;
      let status: ImageReviewStatus;
      try {
        status = await ask(spec);
      } catch (error) {
        if (!defaultAllow) throw refused(context, messageOf(error));
        context.annotate(`${auditPrefix}failed-open`, 'true');
        return;
      }
      for (const [key, value] of Object.entries(status.auditAnnotations ?? {})) {
        context.annotate(auditPrefix + key, value);
      }
      if (status.allowed) return;
      throw refused(
        context,
        status.reason
          ? `image policy webhook backend denied one or more images: ${status.reason}`
          : 'one or more images rejected by webhook backend',
      );
    },
  };
}

/** What the webhook is asked about; undefined for what is none of its business. */
function reviewedOf({ resource, subresource, object, namespace }: AdmissionContext): object | undefined {
  if (resource.group !== '' || resource.resource !== 'pods') return undefined;
  if (subresource !== '' && subresource !== 'ephemeralcontainers') return undefined;
  const { spec, metadata } = object as Pod;
  const containers =
    subresource === ''
      ? [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]
      : (spec?.ephemeralContainers ?? []);
  const annotations = Object.entries(metadata?.annotations ?? {}).filter(([key]) =>
    key.includes('.image-policy.k8s.io/'),
  );
  return {
    ...(containers.length > 0 ? { containers: containers.map(({ image }) => (image ? { image } : {})) } : {}),
    ...(annotations.length > 0 ? { annotations: Object.fromEntries(annotations) } : {}),
    ...(namespace === '' ? {} : { namespace }),
  };
}
