/** What all writes share: reading the body, checking identity, admission, validation, putting into the store. */

import type { HookContext, ResourceDefinition } from '#api/definition.ts';
import { newBadRequest, newInvalid, newRequestEntityTooLarge } from '#api/errors.ts';
import type { FieldError } from '#api/field-error.ts';
import { subdomainName } from '#api/name-format.ts';
import type { KubeObject } from '#api/object.ts';
import { validateNameInPaths, validateObjectMeta, validateObjectMetaUpdate } from '#api/object-meta-rules.ts';
import { formatTime } from '#api/time.ts';
import { sleep } from '#base/abort.ts';
import { type Draft, deepFreeze } from '#base/edit.ts';
import type { WriteResult } from '#store/store.ts';
import type { AdmissionContext, AdmissionOperation } from '../admission-plugin.ts';
import { CachedObject } from '../cache/cached-object.ts';
import type { RequestContext } from '../context.ts';
import type { KindCodec } from '../registry/kind-codec.ts';
import { isOlderVersion } from '../registry/older-versions.ts';
import type { Resource, StoredForm } from '../registry/resource.ts';
import { uint64Fault } from '../request/list-options.ts';
import type { WriteOptions } from '../request/write-options.ts';

/** Largest object that the store takes (etcd's default request limit). */
const objectBound = 1536 * 1024;

/** A draft with the metadata that every write has. */
export type MutableObject = Draft<KubeObject> & { metadata: NonNullable<Draft<KubeObject>['metadata']> };

/**
 * The body as an object of the expected kind; strict findings become an error or warnings by the request's fieldValidation. Throws 400
 * in upstream's words.
 */
export interface ExpectedKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** An apiVersion of the same form, which is no longer served and still understood. */
  readonly olderVersion?: string;
}

export function decodeObject(
  context: RequestContext,
  codec: KindCodec,
  expected: ExpectedKind,
  options: Pick<WriteOptions, 'fieldValidation'>,
): MutableObject {
  const body = context.request.body ?? { type: 'bytes', bytes: new Uint8Array(), contentType: 'application/json' };
  const { object, problems } = codec.decode(body, (given) => checkKind(context, given, expected));
  const version = (object.apiVersion || expected.apiVersion).split('/').pop();
  reportProblems(
    context,
    problems,
    options,
    `${expected.kind} in version "${version}" cannot be handled as a ${expected.kind}: `,
  );
  const draft = asMutable(object, expected);
  checkSize(context, draft);
  context.audit?.requestObject(draft, () => defaultedJson(context.resource, codec, draft));
  return draft;
}

/** What audit records hold of a body: as it was sent, with defaults. */
function defaultedJson(resource: Resource, codec: KindCodec, draft: MutableObject): string {
  const copy = structuredClone(draft);
  if (codec === resource.codec) applyDefaults(resource, copy);
  return decoder.decode(codec.encodeJson(copy)).trimEnd();
}

const decoder = new TextDecoder();

export function asMutable(
  object: Draft<KubeObject>,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
): MutableObject {
  object.apiVersion = apiVersion;
  object.kind = kind;
  object.metadata ??= {};
  return object as MutableObject;
}

export function reportProblems(
  context: RequestContext,
  problems: readonly string[],
  { fieldValidation }: Pick<WriteOptions, 'fieldValidation'>,
  subject = '',
): void {
  if (problems.length === 0 || fieldValidation === 'Ignore') return;
  if (fieldValidation === 'Strict') throw newBadRequest(`${subject}strict decoding error: ${problems.join(', ')}`);
  context.warnings.push(...problems.flatMap(warningsOf));
}

/** What a YAML error lists, without the line above the list; a header has one line. */
export function warningsOf(problem: string): readonly string[] {
  const lines = problem.split('\n');
  return lines.length === 1 ? lines : lines.slice(1).map((line) => line.trim());
}

function checkKind(
  context: RequestContext,
  given: { readonly apiVersion: string; readonly kind: string },
  expected: ExpectedKind,
): void {
  const kind = given.kind || expected.kind;
  // '/v1' is Go's long form of 'v1'.
  const apiVersion = given.apiVersion.replace(/^\//, '') || expected.apiVersion;
  if (kind === expected.kind && (apiVersion === expected.apiVersion || apiVersion === expected.olderVersion)) return;
  const cause = otherKind(context, { apiVersion, kind }, expected);
  if (cause !== undefined)
    throw newBadRequest(
      `${kind} in version "${versionOf(apiVersion)}" cannot be handled as a ${expected.kind}: ${cause}`,
    );
  const fault = 'does not match the expected API version';
  throw newBadRequest(`the API version in the data (${apiVersion}) ${fault} (${expected.apiVersion})`);
}

/** Why an object of this kind is none of what is expected; undefined for one in another version that is known. */
export function otherKind(
  { server }: RequestContext,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  expected: ExpectedKind,
): string | undefined {
  const version = versionOf(apiVersion);
  const known =
    server.registry.codecOf(groupOf(apiVersion), version, kind) !== undefined || isOlderVersion(apiVersion, kind);
  if (!known)
    return `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`;
  if (kind === expected.kind) return undefined;
  const target = groupOf(expected.apiVersion).split('.', 1)[0] || 'core';
  return `converting (${version}.${kind}) to (${target}.${expected.kind}): unknown conversion`;
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1);
}

/** Fills the namespace of the request in; throws 400 when the object names another. */
export function ensureNamespace(context: RequestContext, object: MutableObject): void {
  const { metadata } = object;
  const namespace = context.resource.namespaced ? context.info.namespace : '';
  if (!metadata.namespace || namespace === '') {
    if (namespace === '') {
      // A cluster-scoped object's namespace is dropped, as upstream does.
      delete metadata.namespace;
    } else metadata.namespace = namespace;
    return;
  }
  if (metadata.namespace !== namespace) {
    throw newBadRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

/** Throws 400 when the object does not say the name of the URL. */
export function checkName(object: MutableObject, name: string): void {
  if (!object.metadata.name) throw undeterminedName(name);
  ensureName(object, name);
}

export function undeterminedName(name: string): Error {
  return newBadRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
}

/** Fills the name of the URL in; throws 400 when the object has another. */
function ensureName(object: MutableObject, name: string): void {
  const { metadata } = object;
  if (!metadata.name) metadata.name = name;
  else if (metadata.name !== name) {
    throw newBadRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
}

/** A patch must not take the name away. Throws 400. */
export function ensurePatchedName(patched: MutableObject, name: string): void {
  if (!patched.metadata.name) throw undeterminedName(name);
  ensureName(patched, name);
}

/** What a system writes is nothing that anybody says of what they POST (upstream: WipeObjectMetaSystemFields). */
export function wipeSystemFields({ metadata }: MutableObject): void {
  delete metadata.creationTimestamp;
  delete metadata.uid;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.selfLink;
}

export function applyDefaults(resource: Resource, draft: MutableObject): void {
  resource.codec.applyDefaults(draft);
  resource.definition.defaults?.(draft);
}

/** Of a client's body: what is shorter is written in a few milliseconds. */
const turnsLength = 128 * 1024;

/** Between the stages of a large object's write, each of which may take a tenth of a second, others have their turn; else undefined. */
export function othersTurn({ server, request: { body } }: RequestContext): Promise<void> | undefined {
  return body?.type === 'bytes' && body.bytes.length > turnsLength ? sleep(server.env.clock, 0) : undefined;
}

/** Of a client's body; what is made of a shorter one is within bounds. */
const sizeCheckedLength = 16 * 1024;

/**
 * Of an object that a client sent or made: throws 413 when it cannot become small enough for the store, before anybody has looked at all
 * that is in it. Managed fields do not count (encodeForStore).
 */
export function checkSize({ request: { body } }: RequestContext, object: MutableObject): void {
  if (body?.type !== 'bytes' || body.bytes.length < sizeCheckedLength) return;
  const { managedFields: _, ...metadata } = object.metadata;
  if (leastLength({ ...object, metadata }, objectBound) > objectBound) throw tooLarge();
}

function tooLarge(): Error {
  return newRequestEntityTooLarge(`limit is ${objectBound}`);
}

/** Bytes that the value's JSON has at least; counts no further than to `bound`. */
function leastLength(value: unknown, bound: number): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 1;
  let length = 1;
  if (Array.isArray(value)) {
    for (const element of value) {
      length += 1 + leastLength(element, bound - length);
      if (length > bound) break;
    }
    return length;
  }
  for (const key in value) {
    length += key.length + 4 + leastLength((value as Readonly<Record<string, unknown>>)[key], bound - length);
    if (length > bound) break;
  }
  return length;
}

export function admissionContext(
  context: RequestContext,
  operation: AdmissionOperation,
  write: {
    readonly object: Draft<KubeObject> | undefined;
    readonly oldObject: KubeObject | undefined;
    readonly dryRun: boolean;
    readonly name?: string | undefined;
    readonly options?: Readonly<Record<string, unknown>>;
    readonly kind?: AdmissionContext['kind'];
  },
): AdmissionContext {
  const { resource, info, user, request, warnings, audit } = context;
  const { group, version, kind, plural } = resource.definition;
  return {
    operation,
    verb: info.verb,
    kind: write.kind ?? { group, version, kind },
    resource: { group, version, resource: plural },
    subresource: info.subresource,
    // A namespace is in itself, as far as admission is concerned.
    namespace: info.namespace || (group === '' && plural === 'namespaces' ? (write.name ?? info.name) : ''),
    name: write.name ?? info.name,
    object: write.object,
    oldObject: write.oldObject,
    options: write.options ?? {},
    user,
    dryRun: write.dryRun,
    warn: (message) => warnings.push(message),
    annotate: (key, value) => audit?.annotate(key, value),
    waited: context.waited,
    signal: request.signal,
  };
}

export function hookContext({ server, info, warnings }: RequestContext): HookContext {
  return {
    now: formatTime(server.env.clock.now()),
    subresource: info.subresource,
    warn: (text) => warnings.push(text),
  };
}

/** Validation of a create; throws 422 with every finding, those that admission `found` first. */
export function validateNew(context: RequestContext, object: MutableObject, found: readonly FieldError[]): void {
  const { definition, namespaced } = context.resource;
  const { metadataRulesLast, validateName, allowsPlainFinalizers } = definition;
  const errors = findings(context, object, (judged) => {
    const own = definition.validate?.(judged, hookContext(context)) ?? [];
    if (metadataRulesLast && own.length > 0) return [...found, ...own];
    return [...found, ...validateObjectMeta(judged.metadata, namespaced, validateName, allowsPlainFinalizers), ...own];
  });
  if (errors.length === 0) errors.push(...validateNameInPaths(object.metadata));
  if (errors.length > 0) throw newInvalid(validatedKind(definition), object.metadata.name ?? '', errors);
  context.warnings.push(...(definition.warnings?.(object, undefined) ?? []));
}

/** Messages with parts of the object in them have those as they would be written, which is not the order in which a client sent them. */
function findings(
  { resource: { codec, apiVersion, definition } }: RequestContext,
  object: MutableObject,
  judge: (object: MutableObject) => FieldError[],
): FieldError[] {
  const errors = judge(object);
  if (!errors.some(({ message }) => /value: [[{]/.test(message))) return errors;
  const bytes = codec.encodeSent?.(object) ?? codec.encodeJson(object);
  const written = { type: 'bytes', bytes, contentType: 'application/json' } as const;
  return judge(asMutable(codec.decode(written).object, { apiVersion, kind: definition.kind }));
}

/** Validation of an update of the object or its status; throws 422 with every finding, those that admission `found` first. */
export function validateChanged(
  context: RequestContext,
  object: MutableObject,
  old: KubeObject,
  found: readonly FieldError[],
): void {
  const { definition } = context.resource;
  const hooks = hookContext(context);
  const own = (judged: MutableObject): FieldError[] | undefined =>
    isStatus(context)
      ? definition.validateStatusUpdate?.(judged, old, hooks)
      : [
          ...(definition.validate?.(judged, hooks, old) ?? []),
          ...(definition.validateUpdate?.(judged, old, hooks) ?? []),
        ];
  const { judgesNameOnUpdate, validateName = subdomainName, allowsPlainFinalizers } = definition;
  const nameRule = judgesNameOnUpdate && !isStatus(context) ? validateName : undefined;
  const errors = findings(context, object, (judged) => [
    ...found,
    ...validateObjectMetaUpdate(judged.metadata, old.metadata ?? {}, nameRule, allowsPlainFinalizers),
    ...(own(judged) ?? []),
  ]);
  if (errors.length > 0) throw newInvalid(validatedKind(definition), object.metadata.name ?? '', dropRepeated(errors));
  if (!isStatus(context)) context.warnings.push(...(definition.warnings?.(object, old) ?? []));
}

export function isStatus({ resource, info }: RequestContext): boolean {
  return resource.definition.subresources.some(({ name, type }) => type === 'status' && name === info.subresource);
}

/** Objects that are shown in another form are judged in their own: upstream validates core events for events.k8s.io. */
function validatedKind(definition: ResourceDefinition): Pick<ResourceDefinition, 'group' | 'kind'> {
  return definition.storedAs?.definition ?? definition;
}

/** validate and validateUpdate may find the same fault. */
function dropRepeated(errors: readonly FieldError[]): FieldError[] {
  const seen = new Set<string>();
  return errors.filter(({ field, message }) => {
    const key = `${field} ${message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

export interface EncodedForStore {
  /** As clients see it. */
  readonly view: KubeObject;
  /** As the store keeps it; the same for nearly all kinds. */
  readonly stored: KubeObject;
  readonly value: Uint8Array;
}

/**
 * The object as it goes into the store: frozen, without resourceVersion, with its bytes. Throws 413 when it is too large; `forgetsManagers`:
 * only when it still is without its managedFields, which are let go then.
 */
export function encodeForStore(
  resource: Resource,
  draft: MutableObject,
  forgetsManagers = false,
): EncodedForStore | Promise<EncodedForStore> {
  delete draft.metadata.resourceVersion;
  const view = deepFreeze(draft) as KubeObject;
  const form = resource.encodeStored(view);
  const checked = ({ view: stored, value }: StoredForm): EncodedForStore | Promise<EncodedForStore> => {
    if (value.length <= objectBound) return { view, stored, value };
    if (!forgetsManagers || !view.metadata?.managedFields) throw tooLarge();
    const { managedFields: _, ...metadata } = view.metadata;
    return encodeForStore(resource, { ...view, metadata } as MutableObject);
  };
  return form instanceof Promise ? form.then(checked) : checked(form);
}

/** What a write that is not done would have left to see: what the stored version has no field for is not there. */
export function shownAs({ definition }: Resource, { view, stored }: EncodedForStore): KubeObject {
  const { storedAs } = definition;
  return storedAs && !storedAs.conversion ? storedAs.fromStored(stored) : view;
}

/** Writes if the stored revision is as expected (0: there is none). The view is kept for the cache, which gets the same bytes. */
export async function putObject(
  context: RequestContext,
  key: string,
  encoded: EncodedForStore,
  expectedModRevision: number,
): Promise<CachedObject | Extract<WriteResult, { readonly succeeded: false }>> {
  const { server, resource } = context;
  const { ttlSeconds } = resource.definition;
  resource.form.memory.rememberView(encoded.value, encoded.stored);
  const result = await server.store.put(resource.prefix + key, encoded.value, {
    expectedModRevision,
    ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
  });
  if (!result.succeeded) return result;
  const written = new CachedObject(key, encoded.value, result.revision, resource.form);
  const reading = resource.whenReadable([written]);
  if (reading) await reading;
  return written;
}

/** Bytes are equal: the write would change nothing. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** resourceVersion of a body as a revision; 0 when there is none. Throws 400 for what is no number. */
export function revisionOf(resourceVersion: string | undefined): number {
  if (!resourceVersion) return 0;
  const fault = uint64Fault(resourceVersion);
  // Upstream: 500 with this text. What a client got wrong is no failure of the server.
  if (fault) throw newBadRequest(fault);
  return Number(resourceVersion);
}
