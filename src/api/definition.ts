/**
 * ResourceDefinition: one definition per kind; everything else is derived from it and the kind's schema table.
 *
 * REST paths, discovery, OpenAPI, storage key, spec/status split, Table output, the typed client and the dashboard's lists
 * follow from this value. Hooks are small, synchronous and pure; they get frozen objects and return new ones (or drafts to
 * change, where the signature says so). A custom resource produces the same type at run time.
 *
 * Functions are declared as methods: TypeScript compares those bivariantly, so that a ResourceDefinition<Pod> is a
 * ResourceDefinition. That is sound as long as a definition is only given objects of its own kind, which routing sees to.
 */

import type { Draft } from '#base/edit.ts';
import type { FieldError } from './field-error.ts';
import type { KubeObject } from './object.ts';

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

export type Scope = 'Namespaced' | 'Cluster';

/** Who asks and when; what the pure hooks may need to know about the request. */
export interface HookContext {
  /** RFC 3339, whole seconds: the time of the request. */
  readonly now: string;
  /** Subresource that is written ('' for the object itself). */
  readonly subresource: string;
  /** Warns whoever asks; absent where nobody does. */
  warn?(text: string): void;
}

/** A column of `kubectl get` (meta/v1 TableColumnDefinition) with its cell. */
export interface Column<T> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description?: string;
  /** 0 is always shown, greater only with -o wide. */
  readonly priority?: number;
  /** `nowMs` is for ages, which upstream prints server-side ("5m", "3d4h"). */
  cell(object: T, nowMs: number): string | number | boolean | null;
}

/** Names of members, from the object down. */
export type FieldPath = readonly string[];

/** A further path under the object: /status, /scale, /binding, /eviction, /exec ... */
export interface Subresource<T> {
  readonly name: string;
  /** Kind of the body and answer when it is not the resource's own: Scale autoscaling/v1, Eviction policy/v1 ... */
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string };
  /** HTTP verbs as discovery names them. connect-style subresources list get and create. */
  readonly verbs: readonly Verb[];
  /**
   * `status` writes only status (and metadata's managed parts), `spec-part` is a view on the main object given by read and write;
   * `action` is carried out by a handler of the API server that the composition root registers by resource and name.
   */
  readonly type: 'status' | 'view' | 'action';
  /** Fields that a write here puts back, so that nobody comes to own them by it ('status', 'conditions'); `spec` of a status. */
  readonly resetFields?: readonly FieldPath[];
  /** Of a Scale: where the object has what the Scale calls spec.replicas. */
  readonly replicasPath?: FieldPath;
  read?(object: T): KubeObject;
  /** For 'view': throws when there is nothing to show; writes begin from what `read` gives all the same. */
  checkShown?(object: T): void;
  /** For 'view': rules of the view itself, before it is written. */
  validate?(view: KubeObject): FieldError[];
  /** For 'view': applies the written view to a draft of the object. */
  write?(draft: Draft<T>, view: KubeObject): void;
}

/** Value of a selectable field; a method's type, for the reason given at the top. */
export type FieldReader<T> = { read(object: T): string }['read'];

export interface ResourceDefinition<T extends KubeObject = KubeObject> {
  /** '' is the core group. */
  readonly group: string;
  /** The version we store and use inside. */
  readonly version: string;
  /** This definition shows the objects of another one under its own names: events.k8s.io/v1 events are core/v1 events. */
  readonly storedAs?: StoredAs;
  /** Other served versions that are converted at the edge; absent for nearly all kinds. */
  readonly otherVersions?: readonly VersionConversion[];
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly scope: Scope;
  readonly verbs: readonly Verb[];
  readonly subresources: readonly Subresource<T>[];
  /** Fields for fieldSelector beside metadata.name and metadata.namespace: path to the value as a string ('' when unset). */
  readonly selectableFields: Readonly<Record<string, FieldReader<T>>>;
  /** The whole row in upstream's order, Name and Age included (src/api/columns.ts); empty means Name and Created At. */
  readonly columns: readonly Column<T>[];
  /** False for kinds such as SubjectAccessReview that are answered and not stored. */
  readonly stored: boolean;
  /** Fields that a write of the object puts back, so that nobody comes to own them by it; the status, if there is one. */
  readonly resetFields?: readonly FieldPath[];
  /** There is a status that only the status subresource writes. */
  readonly hasStatus: boolean;
  /** metadata.generation starts at 1 and counts writes that change anything but metadata and status. */
  readonly tracksGeneration: boolean;
  /** What of the metadata it counts as well. */
  readonly generationCounts?: 'annotations' | 'labels';
  /** A create keeps the status that the client sent (nodes); otherwise it starts empty. */
  readonly keepsStatusOnCreate: boolean;
  /** A delete answers with the object and not with a Status. */
  readonly returnsDeletedObject: boolean;
  /** What the objects hold is in no message, as audit records and whoever may write without reading see those. */
  readonly confidential?: boolean;
  /** The rule for names (`prefix`: for generateName); a DNS subdomain when absent. Returns messages as upstream words them. */
  readonly validateName?: (name: string, prefix: boolean) => readonly string[];
  /** Updates ask of names what creates do, which only generateName can fail; of other kinds it has to fit into a path. */
  readonly judgesNameOnUpdate?: true;
  /** generateName is the whole name: nothing is drawn (names that mean something, such as addresses). */
  readonly generatesPlainNames: boolean;
  /** Finalizers need no domain: kinds that upstream does not serve from its core, custom resources among them. */
  readonly allowsPlainFinalizers: boolean;
  /** Update may create the object when it does not exist (PUT), and may be unconditional (no resourceVersion). */
  readonly allowCreateOnUpdate: boolean;
  readonly allowUnconditionalUpdate: boolean;
  /** Objects that go after this time without a write: events (1 h). Seconds. */
  readonly ttlSeconds?: number;
  /** Grace period for a delete without one, and what deletion does to the object; pods have 30 s, others delete at once. */
  gracefulDeletion?(object: T, options: { readonly gracePeriodSeconds?: number | undefined }): number;

  /** A deletion that waits shows by its time alone: no grace period, and it is no new generation. */
  readonly marksDeletionByTime?: boolean;
  /** The warning of deletes that do not say what becomes of dependents. */
  readonly deletionAdvice?: string;
  /** Changes an object that is marked for deletion (namespaces become Terminating). */
  prepareForDelete?(draft: Draft<T>): void;
  /** A further reason, beside finalizers and the grace period, for which an object that is being deleted stays (namespaces' spec.finalizers). */
  holdsDeletion?(object: T): boolean;

  /** Defaults that the schema table does not declare. Runs after decoding, on create, update and when read from older data. */
  defaults?(draft: Draft<T>): void;
  /** Clears status and what a client may not set, sets generation-like fields. Runs before validation. */
  prepareForCreate?(draft: Draft<T>, context: HookContext): void;
  prepareForUpdate?(draft: Draft<T>, old: T, context: HookContext): void;
  prepareForStatusUpdate?(draft: Draft<T>, old: T, context: HookContext): void;
  /** The rules of metadata are asked only of what keeps those of `validate` (events of old). */
  readonly metadataRulesLast?: boolean;
  /** `old` on an update: rules that came later let stay what is stored already. */
  validate?(object: T, context: HookContext, old?: T): FieldError[];
  validateUpdate?(object: T, old: T, context: HookContext): FieldError[];
  validateStatusUpdate?(object: T, old: T, context: HookContext): FieldError[];
  /** What discovery says otherwise of what a CustomResourceDefinition defines, which may be on its way out. */
  readonly custom?: { readonly terminating: boolean };
  /** The status as a whole has a default: it is there from the beginning, though nobody may say it when creating. */
  readonly defaultsStatus?: boolean;
  /** The warning that every answer about a deprecated kind has. */
  readonly deprecation?: string;
  /** Warning headers as upstream words them. */
  warnings?(object: T, old: T | undefined): readonly string[];
}

/** Pure conversions between what is shown and what is stored; of metadata only annotations may differ. */
export interface StoredAs {
  readonly definition: Pick<ResourceDefinition, 'group' | 'version' | 'kind' | 'plural'>;
  readonly toStored: (object: KubeObject) => KubeObject;
  readonly fromStored: (object: KubeObject) => KubeObject;
  /** Present where conversion asks somebody else: objects of another apiVersion go through it instead of the two above. */
  readonly conversion?: ObjectConversion;
}

export interface ObjectConversion {
  /** The objects in this apiVersion, frozen, in their order. Rejects with StatusError. */
  convert(objects: readonly KubeObject[], apiVersion: string): Promise<readonly KubeObject[]>;
}

export interface VersionConversion {
  readonly version: string;
  /** Both directions work on plain JSON trees of the respective version. */
  readonly toStored: (object: Readonly<Record<string, unknown>>) => Record<string, unknown>;
  readonly fromStored: (object: Readonly<Record<string, unknown>>) => Record<string, unknown>;
}

/** What a definition has to say; the rest has the defaults that most kinds share. */
export type ResourceInput<T extends KubeObject> = Pick<
  ResourceDefinition<T>,
  'group' | 'version' | 'kind' | 'plural' | 'scope'
> &
  Partial<ResourceDefinition<T>>;

const allVerbs: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

export function defineResource<T extends KubeObject>(input: ResourceInput<T>): ResourceDefinition<T> {
  return Object.freeze({
    listKind: `${input.kind}List`,
    singular: input.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    verbs: allVerbs,
    subresources: [],
    selectableFields: {},
    columns: [],
    stored: true,
    hasStatus: input.subresources?.some((subresource) => subresource.type === 'status') ?? false,
    tracksGeneration: false,
    keepsStatusOnCreate: false,
    returnsDeletedObject: false,
    generatesPlainNames: false,
    allowsPlainFinalizers: false,
    allowCreateOnUpdate: false,
    allowUnconditionalUpdate: true,
    ...input,
  });
}

/** 'v1' or 'apps/v1': the apiVersion of objects of the stored version. */
export function apiVersionOf(definition: Pick<ResourceDefinition, 'group' | 'version'>): string {
  return definition.group === '' ? definition.version : `${definition.group}/${definition.version}`;
}
