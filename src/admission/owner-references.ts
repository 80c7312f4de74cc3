/**
 * OwnerReferencesPermissionEnforcement, off by default: who changes owner references of an object must be allowed to delete it, and who makes
 * them keep their owners from going (blockOwnerDeletion) must be allowed to set finalizers of those.
 */

import type { OwnerReference } from '#api/generated/meta-v1.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import type { AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { AuthorizationAttributes, Authorizer, Decision } from '#apiserver/authorizer.ts';
import { refused } from './refusal.ts';
import type { ServedResources } from './served-resources.ts';

export interface OwnerReferencesConfig {
  readonly authorize: Authorizer;
  readonly resources: Pick<ServedResources, 'resourcesOf'>;
}

export function ownerReferencesPermissions({ authorize, resources }: OwnerReferencesConfig): AdmissionPlugin {
  return {
    name: 'OwnerReferencesPermissionEnforcement',
    handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
    validate: async (context) => {
      const { resource, subresource, operation, namespace, user, name } = context;
      // The status of a pod cannot change its owners, and old kubelets send them wrong.
      if (resource.group === '' && resource.resource === 'pods' && subresource === 'status') return;
      const [before, after] = [context.oldObject, context.object].map(
        (object) => object?.metadata?.ownerReferences ?? [],
      );
      if (semanticallyEqual(before, after)) return;
      const question = (more: Partial<AuthorizationAttributes>): AuthorizationAttributes => ({
        user,
        verb: 'update',
        isResourceRequest: true,
        apiGroup: '*',
        apiVersion: '*',
        resource: '*',
        subresource: 'finalizers',
        namespace: '',
        name: '*',
        path: '',
        ...more,
      });
      if (operation !== 'CREATE') {
        const { group: apiGroup, version: apiVersion } = resource;
        const about = { apiGroup, apiVersion, resource: resource.resource, subresource, namespace, name };
        const verdict = await authorize(question({ verb: 'delete', ...about }));
        if (verdict.decision !== 'allow') {
          throw refused(context, `cannot set an ownerRef on a resource you can't delete: ${textOf(verdict)}`);
        }
      }
      const blocking = newlyBlocking(before ?? [], after ?? []);
      if (blocking.length === 0 || (await authorize(question({}))).decision === 'allow') return;
      for (const owner of blocking) {
        const [group = '', version = ''] = owner.apiVersion.includes('/')
          ? owner.apiVersion.split('/')
          : ['', owner.apiVersion];
        const served = resources.resourcesOf({ group, version, kind: owner.kind });
        if (served.length === 0) {
          const cause = `no matches for kind ${JSON.stringify(owner.kind)} in version ${JSON.stringify(owner.apiVersion)}`;
          throw refused(
            context,
            `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion ${owner.apiVersion} Kind ${owner.kind}: ${cause}`,
          );
        }
        for (const { resource: plural, namespaced } of served) {
          const about = { apiGroup: group, apiVersion: version, resource: plural, name: owner.name };
          const verdict = await authorize(question({ ...about, namespace: namespaced ? namespace : '' }));
          if (verdict.decision === 'allow') continue;
          throw refused(
            context,
            `cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: ${textOf(verdict)}`,
          );
        }
      }
    },
  };
}

/** As Go prints reason and error. */
function textOf({ reason, error }: Decision): string {
  return `${reason}, ${error ?? '<nil>'}`;
}

function newlyBlocking(before: readonly OwnerReference[], after: readonly OwnerReference[]): readonly OwnerReference[] {
  const blocked = new Set(before.flatMap((owner) => (owner.blockOwnerDeletion ? [owner.uid] : [])));
  return after.filter(({ blockOwnerDeletion, uid }) => blockOwnerDeletion && !blocked.has(uid));
}
