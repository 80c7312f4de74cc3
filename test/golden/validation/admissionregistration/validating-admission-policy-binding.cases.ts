import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';
import { bindingCases } from './policy-cases.ts';

const builders = caseBuilders('admissionregistration.k8s.io/v1/validatingadmissionpolicybindings', {
  metadata: { name: 'golden-validation' },
  spec: { policyName: 'golden', validationActions: ['Deny'] },
});
const { spec } = builders;

export const cases: readonly GoldenCase[] = [
  ...bindingCases(builders),
  spec('no actions', { validationActions: [] }),
  spec('actions', { validationActions: ['Deny', 'Cry', 'Warn'] }),
  spec('actions twice', { validationActions: ['Audit', 'Audit'] }),
];
