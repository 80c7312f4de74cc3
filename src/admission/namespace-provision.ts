/** NamespaceAutoProvision and NamespaceExists, off by default: a namespace comes with its first object, or must be there. */

import { isAlreadyExists, newNotFound } from '#api/errors.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import { messageOf } from '#base/errors.ts';
import { refused } from './refusal.ts';

const namespaces: CollectionName = '/namespaces';

/** Makes a namespace of that name; rejects with StatusError. */
export type NamespaceMaker = (name: string) => Promise<unknown>;

export function namespaceAutoProvision(objects: LiveObjects, make: NamespaceMaker): AdmissionPlugin {
  return {
    name: 'NamespaceAutoProvision',
    handles: (operation) => operation === 'CREATE',
    admit: async (context) => {
      if (context.dryRun || !isInNamespace(context)) return;
      await objects.load(namespaces);
      const { namespace } = context;
      if (objects.get(namespaces, '', namespace)) return;
      await make(namespace).catch((error: unknown) => {
        if (!isAlreadyExists(error)) throw refused(context, messageOf(error));
      });
    },
  };
}

export function namespaceExists(objects: LiveObjects): AdmissionPlugin {
  return {
    name: 'NamespaceExists',
    handles: (operation) => operation !== 'CONNECT',
    validate: async (context) => {
      if (!isInNamespace(context)) return;
      await objects.load(namespaces);
      const { namespace } = context;
      if (objects.get(namespaces, '', namespace) || (await objects.getFresh(namespaces, '', namespace))) return;
      throw newNotFound({ group: '', resource: 'namespaces' }, namespace);
    },
  };
}

function isInNamespace({ namespace, kind }: AdmissionContext): boolean {
  return namespace !== '' && !(kind.group === '' && kind.kind === 'Namespace');
}
