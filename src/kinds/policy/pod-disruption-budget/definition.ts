import { defineResource } from '#api/definition.ts';
import { pathSegmentName } from '#api/name-format.ts';
import type { PodDisruptionBudget } from '#kinds/generated/policy-v1.ts';
import { podDisruptionBudgetColumns } from './columns.ts';
import { validatePodDisruptionBudget, validatePodDisruptionBudgetStatus } from './validation.ts';

export const PodDisruptionBudgets = defineResource<PodDisruptionBudget>({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  scope: 'Namespaced',
  validateName: pathSegmentName,
  allowsPlainFinalizers: true,
  validate: validatePodDisruptionBudget,
  validateStatusUpdate: validatePodDisruptionBudgetStatus,
  columns: podDisruptionBudgetColumns,
  tracksGeneration: true,
  shortNames: ['pdb'],
  allowUnconditionalUpdate: false,
  subresources: [{ name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] }],
});
