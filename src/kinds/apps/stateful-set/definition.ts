import { defineResource } from '#api/definition.ts';
import { labelName } from '#api/name-format.ts';
import { scaleSubresource, selectorToString } from '#kinds/autoscaling/scale.ts';
import type { StatefulSet } from '#kinds/generated/apps-v1.ts';
import { statefulSetColumns } from './columns.ts';
import { defaultStatefulSet } from './defaults.ts';
import { dropDisabled } from './disabled-fields.ts';
import { validateStatefulSet, validateStatefulSetStatus, validateStatefulSetUpdate } from './validation.ts';
import { statefulSetWarnings } from './warnings.ts';

export const StatefulSets = defineResource<StatefulSet>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  scope: 'Namespaced',
  warnings: statefulSetWarnings,
  validateName: labelName,
  prepareForCreate: (statefulSet) => dropDisabled(statefulSet),
  prepareForUpdate: dropDisabled,
  validate: validateStatefulSet,
  validateUpdate: validateStatefulSetUpdate,
  validateStatusUpdate: validateStatefulSetStatus,
  columns: statefulSetColumns,
  tracksGeneration: true,
  defaults: defaultStatefulSet,
  shortNames: ['sts'],
  categories: ['all'],
  subresources: [
    scaleSubresource((object) => selectorToString(object.spec?.selector)),
    { name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] },
  ],
});
