/** AlwaysPullImages, off by default: no pod runs an image that its own credentials did not fetch. */

import { newPlainError } from '#api/errors.ts';
import { fieldErrorText, notSupported } from '#api/field-error.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { Draft } from '#base/edit.ts';
import type { Pod, PodSpec } from '#kinds/generated/core-v1.ts';
import { podOf, refused } from './refusal.ts';

export const alwaysPullImages: AdmissionPlugin = {
  name: 'AlwaysPullImages',
  handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
  admit: (context) => {
    const spec = concerned(context)?.spec;
    if (!spec) return;
    for (const { container } of containersOf(spec)) container.imagePullPolicy = 'Always';
    for (const { image } of spec.volumes ?? []) if (image) image.pullPolicy = 'Always';
  },
  validate: (context) => {
    const spec = concerned(context)?.spec;
    if (!spec) return;
    const texts: string[] = [];
    const check = (policy: string | undefined, path: string): void => {
      if (policy === 'Always') return;
      texts.push(refused(context, fieldErrorText(notSupported(path, policy ?? '', ['Always']))).message);
    };
    for (const { container, path } of containersOf(spec)) check(container.imagePullPolicy, `${path}.imagePullPolicy`);
    spec.volumes?.forEach(({ image }, index) => {
      if (image) check(image.pullPolicy, `spec.volumes[${index}].image.pullPolicy`);
    });
    // Several refusals in one are no Status upstream.
    if (texts.length > 0) throw newPlainError(texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`);
  },
};

/** An update that brings no new image leaves what runs as it is. */
function concerned(context: AdmissionContext): Draft<Pod> | undefined {
  const pod = podOf(context);
  const old = context.oldObject as Pod | undefined;
  if (!pod?.spec || !old?.spec) return pod;
  const known = new Set(containersOf(old.spec).map(({ container }) => container.image));
  return containersOf(pod.spec).some(({ container }) => !known.has(container.image)) ? pod : undefined;
}

interface PulledContainer {
  image?: string | undefined;
  imagePullPolicy?: string | undefined;
}

function containersOf(
  spec: Draft<PodSpec> | PodSpec,
): { readonly container: PulledContainer; readonly path: string }[] {
  const lists = ['initContainers', 'containers', 'ephemeralContainers'] as const;
  return lists.flatMap((list) =>
    ((spec[list] ?? []) as readonly PulledContainer[]).map((container, index) => ({
      container,
      path: `spec.${list}[${index}]`,
    })),
  );
}
