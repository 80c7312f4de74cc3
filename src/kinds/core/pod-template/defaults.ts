/** Defaults of pod templates. */

import type { Draft } from '#base/edit.ts';
import { defaultPodTemplate } from '#kinds/core/pod/defaults.ts';
import type { PodTemplate } from '#kinds/generated/core-v1.ts';

export function defaultPodTemplateObject(object: Draft<PodTemplate>): void {
  defaultPodTemplate(object.template);
}
