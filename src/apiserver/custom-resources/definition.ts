/** The ResourceDefinition and the codec of one served version of a custom resource: from here on it is like any other resource. */

import { defineResource, type ResourceDefinition, type StoredAs, type Subresource } from '#api/definition.ts';
import { newForbidden, type ResourceName } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { StructSchema } from '#api/schema/schema.ts';
import type { JsonSchema } from '#api/structural/schema.ts';
import { type Draft, deepFreeze, mutableCopy } from '#base/edit.ts';
import { compareVersions } from '../discovery/version-order.ts';
import type { WebhookCaller } from '../webhook/post.ts';
import { CustomCodec } from './codec.ts';
import { columnsOf } from './columns.ts';
import { ConversionWebhook } from './conversion.ts';
import type { ExpressionMetrics } from './expression-metrics.ts';
import { parseJsonPath, valuesAt } from './json-path.ts';
import type { CustomResourceKind, CustomVersion } from './json-schema.ts';
import { finalizerWarnings, objectValidation } from './object-validation.ts';
import { scaleSubresource } from './scale.ts';

export interface ServedVersion {
  readonly definition: ResourceDefinition;
  readonly codec: CustomCodec;
}

export interface ServingContext {
  readonly objectMeta: StructSchema;
  /** By whom conversion webhooks are called; absent: by nobody, and such conversions fail. */
  readonly webhooks: WebhookCaller | undefined;
  readonly expressions: ExpressionMetrics;
}

/** Those of a version and of the one that is stored. */
interface VersionCodecs {
  readonly codec: CustomCodec;
  readonly stored: CustomCodec;
}

/** What is served of a CRD whose names are accepted. */
export function servedVersionsOf(crd: CustomResourceKind, context: ServingContext): readonly ServedVersion[] {
  return versionsOf(crd, context, ({ served }) => served);
}

/** The version in which its objects are stored, whether clients may see that or not. */
export function storageVersionOf(crd: CustomResourceKind, context: ServingContext): ServedVersion | undefined {
  return versionsOf(crd, context, ({ storage }) => storage)[0];
}

function versionsOf(
  crd: CustomResourceKind,
  context: ServingContext,
  isWanted: (version: CustomVersion) => boolean,
): readonly ServedVersion[] {
  const { spec, status } = crd;
  const { kind } = status?.acceptedNames ?? spec.names;
  const { preserveUnknownFields = false } = spec;
  const codecs = new Map(
    spec.versions.map((version) => {
      const schema = schemaOf(version);
      const apiVersion = `${spec.group}/${version.name}`;
      const codec = new CustomCodec({
        apiVersion,
        kind,
        schema,
        preserveUnknownFields,
        objectMeta: context.objectMeta,
      });
      return [apiVersion, codec];
    }),
  );
  const webhook = spec.conversion?.strategy === 'Webhook' ? spec.conversion.webhook : undefined;
  const conversion = webhook && new ConversionWebhook({ caller: context.webhooks, config: webhook, codecs });
  const stored = codecs.get(`${spec.group}/${spec.versions.find(({ storage }) => storage)?.name}`);
  return spec.versions.flatMap((version) => {
    const codec = codecs.get(`${spec.group}/${version.name}`);
    if (!isWanted(version) || !codec) return [];
    return [servedVersion(crd, version, { codec, stored: stored ?? codec }, conversion, context.expressions)];
  });
}

/** The schema of a version; without one, everything is kept. */
export function schemaOf(version: CustomVersion): JsonSchema {
  return version.schema?.openAPIV3Schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
}

function servedVersion(
  crd: CustomResourceKind,
  version: CustomVersion,
  codecs: VersionCodecs,
  conversion: ConversionWebhook | undefined,
  expressions: ExpressionMetrics,
): ServedVersion {
  const { group, scope } = crd.spec;
  const names = crd.status?.acceptedNames ?? crd.spec.names;
  const { kind, plural } = names;
  const schema = schemaOf(version);
  const { validate, validateStatus } = objectValidation(schema, version, expressions);
  const storedAs = storedForm(crd, version, codecs, conversion);
  const deprecation = deprecationOf(crd, version);
  const definition = defineResource<KubeObject>({
    group,
    version: version.name,
    kind,
    plural,
    singular: names.singular ?? kind.toLowerCase(),
    listKind: names.listKind ?? `${kind}List`,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    scope: scope === 'Cluster' ? 'Cluster' : 'Namespaced',
    subresources: subresourcesOf(version),
    columns: columnsOf(version.additionalPrinterColumns),
    selectableFields: selectableFieldsOf(version),
    tracksGeneration: true,
    returnsDeletedObject: false,
    allowsPlainFinalizers: true,
    allowUnconditionalUpdate: false,
    ...(storedAs ? { storedAs } : {}),
    validate: (object, context, old) => validate(object, old, context),
    validateStatusUpdate: validateStatus,
    ...(crd.metadata?.deletionTimestamp ? { prepareForCreate: refuseCreate({ group, resource: plural }) } : {}),
    custom: { terminating: crd.metadata?.deletionTimestamp !== undefined },
    ...(deprecation === undefined ? {} : { deprecation }),
    warnings: finalizerWarnings,
    defaultsStatus: version.subresources?.status !== undefined && schema.properties?.status?.default !== undefined,
  });
  return { definition, codec: codecs.codec };
}

/** While its definition goes, nothing new may come; what is there can be changed still, as finalizers have to go. */
function refuseCreate(resource: ResourceName): (draft: Draft<KubeObject>) => void {
  return ({ metadata }) => {
    const reason = 'create not allowed while custom resource definition is terminating';
    throw newForbidden(resource, metadata?.name ?? '', reason);
  };
}

function subresourcesOf({ subresources }: CustomVersion): readonly Subresource<KubeObject>[] {
  return [
    ...(subresources?.status
      ? [
          {
            name: 'status',
            type: 'status',
            verbs: ['get', 'patch', 'update'],
            resetFields: [['metadata'], ['spec']],
          } satisfies Subresource<KubeObject>,
        ]
      : []),
    ...(subresources?.scale ? [scaleSubresource(subresources.scale)] : []),
  ];
}

function selectableFieldsOf({ selectableFields }: CustomVersion): ResourceDefinition['selectableFields'] {
  const readers: Record<string, (object: KubeObject) => string> = {};
  for (const { jsonPath } of selectableFields ?? []) {
    const path = parseJsonPath(jsonPath);
    if (!path) continue;
    readers[jsonPath.replace(/^\./, '')] = (object) => {
      const [value] = valuesAt(object, path);
      return value === undefined || value === null ? '' : String(value);
    };
  }
  return readers;
}

/**
 * How this version differs from what is stored: its apiVersion and its fields (conversion None changes nothing else, a webhook whatever it
 * likes), and defaults that came into the schema after objects were written. Undefined where stored bytes can be shown as they are, which is the
 * usual and fast case.
 */
function storedForm(
  crd: CustomResourceKind,
  version: CustomVersion,
  { codec, stored }: VersionCodecs,
  conversion: ConversionWebhook | undefined,
): StoredAs | undefined {
  const { group, names, versions } = crd.spec;
  const { kind, plural } = crd.status?.acceptedNames ?? names;
  const storage = versions.find((each) => each.storage)?.name ?? version.name;
  const isStorage = storage === version.name;
  const mayLackDefaults = (crd.metadata?.generation ?? 1) > 1 && codec.hasDefaults;
  const isMixed = (crd.status?.storedVersions?.length ?? 1) > 1;
  if (isStorage && !mayLackDefaults && !isMixed) return undefined;
  return {
    definition: { group, version: storage, kind, plural },
    toStored(object) {
      if (isStorage) return object;
      const draft = mutableCopy(object);
      draft.apiVersion = `${group}/${storage}`;
      // What the stored version has no field for is gone, as after upstream's conversion.
      stored.prune(draft);
      return draft as KubeObject;
    },
    fromStored(object) {
      const draft = mutableCopy(object);
      draft.apiVersion = `${group}/${version.name}`;
      codec.prune(draft);
      codec.applyDefaults(draft);
      return deepFreeze(draft) as KubeObject;
    },
    ...(conversion && (!isStorage || isMixed) ? { conversion } : {}),
  };
}

/** What every answer in a deprecated version warns of; of newer versions that are not deprecated the newest is recommended. */
function deprecationOf({ spec }: CustomResourceKind, version: CustomVersion): string | undefined {
  if (!version.deprecated) return undefined;
  if (version.deprecationWarning !== undefined) return version.deprecationWarning;
  const { kind } = spec.names;
  const [newest] = spec.versions
    .filter(({ name, served, deprecated }) => served && !deprecated && compareVersions(name, version.name) < 0)
    .toSorted((a, b) => compareVersions(a.name, b.name));
  const advice = newest ? `; use ${spec.group}/${newest.name} ${kind}` : '';
  return `${spec.group}/${version.name} ${kind} is deprecated${advice}`;
}
