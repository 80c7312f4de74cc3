import { defineResource } from '#api/definition.ts';
import type { PodTemplate } from '#kinds/generated/core-v1.ts';
import { defaultPodTemplateObject } from './defaults.ts';

export const PodTemplates = defineResource<PodTemplate>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  scope: 'Namespaced',
  returnsDeletedObject: true,
  tracksGeneration: true,
  defaults: defaultPodTemplateObject,
});
