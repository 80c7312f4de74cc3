/** ServiceAccounts controller: every active namespace has the ServiceAccount "default", under which pods run that name none. */

import { isAlreadyExists, isNamespaceTerminating, isNotFound } from '#api/errors.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import { ServiceAccounts } from '#kinds/core/service-account/definition.ts';
import type { ControllerFactory } from '#runtime/controller.ts';

const accountName = 'default';

export const serviceAccountController: ControllerFactory = {
  name: 'serviceaccount-controller',
  create: ({ client, informers, queue }) => {
    const namespaces = informers.of(Namespaces);
    const accounts = informers.of(ServiceAccounts);
    namespaces.addHandler({
      onAdd: ({ metadata }) => queue.add(metadata?.name ?? ''),
      onUpdate: (_, { metadata }) => queue.add(metadata?.name ?? ''),
    });
    accounts.addHandler({
      onDelete: ({ metadata }) => {
        if (metadata?.name === accountName) queue.add(metadata.namespace ?? '');
      },
    });
    return {
      async reconcile(namespace, signal) {
        if (namespaces.get(namespace)?.status?.phase !== 'Active') return;
        if (accounts.get(`${namespace}/${accountName}`)) return;
        try {
          await client.create(ServiceAccounts, { metadata: { name: accountName, namespace } }, { signal });
        } catch (error) {
          if (!isAlreadyExists(error) && !isNamespaceTerminating(error) && !isNotFound(error)) throw error;
        }
      },
    };
  },
};
