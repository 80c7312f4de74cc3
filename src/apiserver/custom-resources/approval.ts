/** The condition of a definition in one of the community's groups (apiextensions controller/apiapproval). Pure. */

import { type Approval, approvalAnnotation, approvalOf, isProtectedGroup } from '#api/api-approval.ts';
import type { Condition, CustomResourceKind } from './json-schema.ts';

const reasons: Readonly<Record<Approval['state'], string>> = {
  missing: 'MissingAnnotation',
  bypassed: 'UnapprovedAnnotation',
  approved: 'ApprovedAnnotation',
  invalid: 'InvalidAnnotation',
};

/** Absent for groups that need no approval. */
export function approvalCondition({ metadata, spec }: CustomResourceKind): Condition | undefined {
  if (!isProtectedGroup(spec.group)) return undefined;
  const { state, reason: message } = approvalOf(metadata?.annotations?.[approvalAnnotation]);
  const status = state === 'approved' ? 'True' : 'False';
  return { type: 'KubernetesAPIApprovalPolicyConformant', status, reason: reasons[state], message };
}
