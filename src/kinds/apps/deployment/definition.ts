import { defineResource } from '#api/definition.ts';
import { podNameWarnings, workloadWarnings } from '#kinds/apps/workload-warnings.ts';
import { scaleSubresource, selectorToString } from '#kinds/autoscaling/scale.ts';
import { dropDisabledTemplateFields } from '#kinds/core/pod/disabled-fields.ts';
import type { Deployment } from '#kinds/generated/apps-v1.ts';
import { deploymentColumns } from './columns.ts';
import { defaultDeployment } from './defaults.ts';
import { validateDeployment, validateDeploymentStatus, validateDeploymentUpdate } from './validation.ts';

export const Deployments = defineResource<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  scope: 'Namespaced',
  warnings: (object, old) => [
    ...podNameWarnings(object, old),
    ...workloadWarnings(object, old, object.spec?.template, 'spec.template'),
  ],
  validate: validateDeployment,
  validateUpdate: validateDeploymentUpdate,
  validateStatusUpdate: validateDeploymentStatus,
  columns: deploymentColumns,
  tracksGeneration: true,
  generationCounts: 'annotations',
  prepareForCreate: ({ spec }) => dropDisabledTemplateFields(spec?.template),
  prepareForUpdate: ({ spec }, old) => dropDisabledTemplateFields(spec?.template, old.spec?.template),
  // What resetFields says of the labels.
  prepareForStatusUpdate: ({ metadata }, old) => {
    if (!metadata) return;
    if (old.metadata?.labels) metadata.labels = { ...old.metadata.labels };
    else delete metadata.labels;
  },
  defaults: defaultDeployment,
  shortNames: ['deploy'],
  categories: ['all'],
  subresources: [
    scaleSubresource((object) => selectorToString(object.spec?.selector)),
    {
      name: 'status',
      type: 'status',
      verbs: ['get', 'patch', 'update'],
      resetFields: [['spec'], ['metadata', 'labels']],
    },
  ],
});
