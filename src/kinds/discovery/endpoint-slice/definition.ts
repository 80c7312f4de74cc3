import { defineResource } from '#api/definition.ts';
import type { EndpointSlice } from '#kinds/generated/discovery-v1.ts';
import { endpointSliceColumns } from './columns.ts';
import { defaultEndpointSlice } from './defaults.ts';
import { dropTopology } from './deprecated-topology.ts';
import { validateEndpointSlice, validateEndpointSliceUpdate } from './validation.ts';
import { endpointSliceWarnings } from './warnings.ts';

export const EndpointSlices = defineResource<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  scope: 'Namespaced',
  judgesNameOnUpdate: true,
  validate: validateEndpointSlice,
  validateUpdate: validateEndpointSliceUpdate,
  columns: endpointSliceColumns,
  tracksGeneration: true,
  generationCounts: 'labels',
  prepareForCreate: (slice) => dropTopology(slice),
  prepareForUpdate: dropTopology,
  defaults: defaultEndpointSlice,
  warnings: endpointSliceWarnings,
});
