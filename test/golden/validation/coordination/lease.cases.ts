import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create } = caseBuilders('coordination.k8s.io/v1/namespaces/NAMESPACE/leases', { metadata: { name: 'a' } });
const lease = (name: string, spec: object) => create(name, { spec });

export const cases: readonly GoldenCase[] = [
  lease('valid', { holderIdentity: 'x', leaseDurationSeconds: 15 }),
  lease('numbers', { leaseDurationSeconds: 0, leaseTransitions: -1 }),
  lease('strategy', { strategy: 'Newest' }),
  lease('strategy of somebody', { strategy: 'example.com/a b' }),
  lease('preferred holder', { preferredHolder: 'x' }),
];
