import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';
import { bindingCases } from './policy-cases.ts';

export const cases: readonly GoldenCase[] = bindingCases(
  caseBuilders('admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings', {
    metadata: { name: 'golden-validation' },
    spec: { policyName: 'golden' },
  }),
);
