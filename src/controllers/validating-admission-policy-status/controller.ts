/** ValidatingAdmissionPolicy status controller: what type checking finds in a policy is told in its status, once for each generation. */

import { isNotFound } from '#api/errors.ts';
import { ValidatingAdmissionPolicies } from '#kinds/admissionregistration/validating-admission-policy/definition.ts';
import { CustomResourceDefinitions } from '#kinds/apiextensions/custom-resource-definition/definition.ts';
import type { ValidatingAdmissionPolicyStatus } from '#kinds/generated/admissionregistration-v1.ts';
import type { ControllerFactory } from '#runtime/controller.ts';
import { kindCatalog } from './catalog.ts';
import { type KindCatalog, typeWarnings } from './type-check.ts';

export const validatingAdmissionPolicyStatusController: ControllerFactory = {
  name: 'validatingadmissionpolicy-status-controller',
  create: ({ client, informers, queue }) => {
    const policies = informers.of(ValidatingAdmissionPolicies);
    const definitions = informers.of(CustomResourceDefinitions);
    const enqueue = (name: string | undefined) => queue.add(name ?? '');
    policies.addHandler({
      onAdd: ({ metadata }) => enqueue(metadata?.name),
      onUpdate: (_, { metadata }) => enqueue(metadata?.name),
    });
    // Most clusters have no policies: the tables are read when the first comes.
    let catalog: KindCatalog | undefined;
    return {
      workers: 5,
      async reconcile(name, signal) {
        const policy = policies.get(name);
        const generation = policy?.metadata?.generation ?? 0;
        if (!policy?.spec || generation <= (policy.status?.observedGeneration ?? 0)) return;
        catalog ??= kindCatalog(() => definitions.list());
        const expressionWarnings = typeWarnings(policy.spec, catalog);
        const status: ValidatingAdmissionPolicyStatus = {
          ...policy.status,
          observedGeneration: generation,
          typeChecking: expressionWarnings.length > 0 ? { expressionWarnings } : {},
        };
        try {
          await client.updateStatus(ValidatingAdmissionPolicies, { ...policy, status }, { signal });
        } catch (error) {
          if (!isNotFound(error)) throw error;
        }
      },
    };
  },
};
