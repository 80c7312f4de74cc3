/**
 * NamespaceLifecycle: nothing is created in a namespace that does not exist or is going away, and the namespaces that the
 * system stands on cannot be deleted.
 */

import { newForbidden, newInternalError, newNotFound, StatusError } from '#api/errors.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { Namespace } from '#kinds/generated/core-v1.ts';
import { refused } from './refusal.ts';

const namespaces: CollectionName = '/namespaces';
const immortal = ['default', 'kube-system', 'kube-public'];
/** Reviews of access may ask about namespaces that are not there. */
const accessReviews = ['localsubjectaccessreviews'];

export function namespaceLifecycle(objects: LiveObjects): AdmissionPlugin {
  return {
    name: 'NamespaceLifecycle',
    handles: (operation) => operation !== 'CONNECT',
    admit: (context) => {
      const { operation, resource, name, namespace } = context;
      if (operation === 'DELETE' && isNamespace(context) && immortal.includes(name)) {
        throw newForbidden({ group: '', resource: 'namespaces' }, name, 'this namespace may not be deleted');
      }
      if (operation !== 'CREATE' || namespace === '' || isNamespace(context)) return;
      if (resource.group === 'authorization.k8s.io' && accessReviews.includes(resource.resource)) return;
      const loading = objects.load(namespaces);
      return loading ? loading.then(() => admitCreate(objects, context)) : admitCreate(objects, context);
    },
  };
}

function isNamespace({ resource: { group, resource } }: AdmissionContext): boolean {
  return group === '' && resource === 'namespaces';
}

function admitCreate(objects: LiveObjects, context: AdmissionContext): void | Promise<void> {
  const cached = objects.get(namespaces, '', context.namespace) as Namespace | undefined;
  if (cached && !isTerminating(cached)) return;
  // Absence and termination are asked again: the namespace may be a moment old, or have been made anew.
  return objects.getFresh(namespaces, '', context.namespace).then((fresh) => {
    if (!fresh) throw newNotFound({ group: '', resource: 'namespaces' }, context.namespace);
    if (isTerminating(fresh as Namespace)) throw terminating(context);
  });
}

function isTerminating(namespace: Namespace): boolean {
  return namespace.status?.phase === 'Terminating' || namespace.metadata?.deletionTimestamp !== undefined;
}

function terminating(context: AdmissionContext): StatusError {
  const { namespace } = context;
  const reason = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const { status } = refused(context, reason);
  if (!status.details) return newInternalError('a Forbidden status has details');
  const message = `namespace ${namespace} is being terminated`;
  const causes = [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }];
  return new StatusError({ ...status, details: { ...status.details, causes } });
}
