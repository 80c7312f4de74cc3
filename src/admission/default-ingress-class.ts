/** DefaultIngressClass: ingresses that ask for no class get the newest one that is marked as default. */

import type { AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { Draft } from '#base/edit.ts';
import type { Ingress } from '#kinds/generated/networking-v1.ts';
import { newestDefault } from './newest-default.ts';

const ingressClasses: CollectionName = 'networking.k8s.io/ingressclasses';
const marks = ['ingressclass.kubernetes.io/is-default-class'];
const classAnnotation = 'kubernetes.io/ingress.class';

export function defaultIngressClass(objects: LiveObjects): AdmissionPlugin {
  return {
    name: 'DefaultIngressClass',
    handles: (operation) => operation === 'CREATE',
    admit: ({ resource, subresource, object }) => {
      if (resource.group !== 'networking.k8s.io' || resource.resource !== 'ingresses' || subresource !== '')
        return undefined;
      const ingress = object as Draft<Ingress>;
      if (ingress.spec?.ingressClassName !== undefined) return undefined;
      if (ingress.metadata?.annotations?.[classAnnotation] !== undefined) return undefined;
      return setClass(objects, ingress);
    },
  };
}

async function setClass(objects: LiveObjects, ingress: Draft<Ingress>): Promise<void> {
  await objects.load(ingressClasses);
  const chosen = newestDefault(objects.list(ingressClasses), marks);
  if (chosen?.metadata?.name) ingress.spec = { ...ingress.spec, ingressClassName: chosen.metadata.name };
}
