import { defineResource } from '#api/definition.ts';
import type { Draft } from '#base/edit.ts';
import type { CustomResourceDefinition } from '#kinds/generated/apiextensions-v1.ts';
import { coerceDefaults } from './default-validation.ts';
import { formatWarnings } from './format-warnings.ts';
import { structuralOf, unsupportedPart } from './schema-tree.ts';
import { validateDefinition, validateDefinitionStatus, validateDefinitionUpdate } from './validation.ts';

/** Keeps a deleted definition until its objects are gone; the server takes it away. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

export const CustomResourceDefinitions = defineResource<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  scope: 'Cluster',
  allowsPlainFinalizers: true,
  tracksGeneration: true,
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  allowUnconditionalUpdate: false,
  subresources: [{ name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] }],
  columns: [
    { name: 'Name', type: 'string', format: 'name', cell: ({ metadata }) => metadata?.name ?? '' },
    { name: 'Created At', type: 'date', cell: ({ metadata }) => metadata?.creationTimestamp ?? '' },
  ],
  defaults(draft) {
    const { spec } = draft;
    const { names } = spec;
    if (names.kind) {
      names.singular ||= names.kind.toLowerCase();
      names.listKind ||= `${names.kind}List`;
    }
    spec.conversion ??= { strategy: 'None' };
    const service = spec.conversion.webhook?.clientConfig?.service;
    if (service) service.port ??= 443;
    if ((draft.status?.storedVersions ?? []).length === 0) rememberStorage(draft);
  },
  prepareForCreate(draft) {
    draft.status = { acceptedNames: { plural: '', kind: '' } };
    rememberStorage(draft);
    coerceAllDefaults(draft);
  },
  prepareForUpdate(draft) {
    rememberStorage(draft);
    coerceAllDefaults(draft);
  },
  /** The first delete only marks: the definition's objects have to go before it. */
  holdsDeletion: ({ metadata }) => !metadata?.deletionTimestamp,
  marksDeletionByTime: true,
  prepareForDelete(draft) {
    draft.metadata ??= {};
    const finalizers = draft.metadata.finalizers ?? [];
    if (!finalizers.includes(cleanupFinalizer)) draft.metadata.finalizers = [...finalizers, cleanupFinalizer];
    announceDeletion(draft, draft.metadata.deletionTimestamp);
  },
  validate: validateDefinition,
  validateUpdate: validateDefinitionUpdate,
  validateStatusUpdate: validateDefinitionStatus,
  warnings: formatWarnings,
});

function coerceAllDefaults({ spec }: Draft<CustomResourceDefinition>): void {
  for (const { schema } of spec.versions) {
    const { openAPIV3Schema } = schema ?? {};
    if (openAPIV3Schema && unsupportedPart(openAPIV3Schema) === undefined)
      coerceDefaults(structuralOf(openAPIV3Schema));
  }
}

function announceDeletion(draft: Draft<CustomResourceDefinition>, since: string | undefined): void {
  draft.status ??= {};
  const conditions = draft.status.conditions ?? [];
  if (conditions.some(({ type, status }) => type === 'Terminating' && status === 'True')) return;
  const terminating = {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
    ...(since === undefined ? {} : { lastTransitionTime: since }),
  };
  draft.status.conditions = [...conditions.filter(({ type }) => type !== 'Terminating'), terminating];
}

/** Every version that objects were ever stored in is written down, so that it is not dropped while there may be some. */
function rememberStorage(draft: Draft<CustomResourceDefinition>): void {
  const storage = draft.spec.versions.find((version) => version.storage)?.name;
  if (storage === undefined) return;
  draft.status ??= {};
  const stored = draft.status.storedVersions ?? [];
  if (!stored.includes(storage)) draft.status.storedVersions = [...stored, storage];
}
