import { defineResource } from '#api/definition.ts';
import type { PriorityClass } from '#kinds/generated/scheduling-v1.ts';
import { priorityClassColumns } from './columns.ts';
import { defaultPriorityClass } from './defaults.ts';
import { validatePriorityClass, validatePriorityClassUpdate } from './validation.ts';

export const PriorityClasses = defineResource<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  scope: 'Cluster',
  validate: validatePriorityClass,
  validateUpdate: validatePriorityClassUpdate,
  columns: priorityClassColumns,
  prepareForCreate: ({ metadata }) => {
    if (metadata) metadata.generation = 1;
  },
  defaults: defaultPriorityClass,
  shortNames: ['pc'],
});
