/**
 * Validation of CustomResourceDefinitions (apiextensions pkg/apis/apiextensions/validation). Upstream judges an internal form: what all
 * versions have alike is at the top of the spec there, and so are the paths of the findings.
 */

import { approvalAnnotation, approvalOf, isProtectedGroup } from '#api/api-approval.ts';
import { child, entry, type FieldError, index, invalid, notSupported, required } from '#api/field-error.ts';
import { immutableMessage } from '#api/field-rules.ts';
import { utf8Length } from '#api/label-rules.ts';
import { isDNS1035Label, isDNS1123Subdomain } from '#api/name-format.ts';
import { named, printedStruct } from '#api/printed-struct.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
} from '#kinds/generated/apiextensions-v1.ts';
import { validateConversion } from './conversion-validation.ts';
import { storedRules } from './rule-validation.ts';
import { schemasOf } from './schema-tree.ts';
import { validateSchema } from './schema-validation.ts';
import { checkColumns, checkSelectableFields, checkSubresources } from './version-rules.ts';

const scopes = ['Cluster', 'Namespaced'];

export function validateDefinition(
  definition: CustomResourceDefinition,
  _context: unknown,
  old?: CustomResourceDefinition,
): FieldError[] {
  const errors: FieldError[] = [];
  const { metadata, spec, status } = definition;
  const { name } = metadata ?? {};
  if (!old && name && name !== `${spec.names?.plural ?? ''}.${spec.group ?? ''}`) {
    errors.push(invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
  }
  checkSpec(spec, old?.spec, errors);
  for (const error of validateConversion(spec.conversion, old)) errors.push(error);
  if (status?.acceptedNames) checkNames(status.acceptedNames, 'status.acceptedNames', errors);
  checkStoredVersions(status?.storedVersions ?? [], spec.versions ?? [], errors);
  checkApproval(definition, old, errors);
  if (spec.preserveUnknownFields && !old?.spec.preserveUnknownFields) {
    const detail =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    errors.push(invalid('spec.preserveUnknownFields', true, detail));
  }
  return errors;
}

export function validateDefinitionStatus({ status }: CustomResourceDefinition): FieldError[] {
  const errors: FieldError[] = [];
  if (status?.acceptedNames) checkNames(status.acceptedNames, 'status.acceptedNames', errors);
  return errors;
}

export function validateDefinitionUpdate(next: CustomResourceDefinition, old: CustomResourceDefinition): FieldError[] {
  const errors: FieldError[] = [];
  const immutable = (path: string, value: unknown, before: unknown): void => {
    if (value !== before) errors.push(invalid(path, value, immutableMessage));
  };
  const { conditions } = old.status ?? {};
  if (conditions?.some(({ type, status }) => type === 'Established' && status === 'True')) {
    immutable('spec.scope', next.spec.scope, old.spec.scope);
    immutable('spec.names.kind', next.spec.names.kind, old.spec.names.kind);
  }
  immutable('spec.group', next.spec.group, old.spec.group);
  immutable('spec.names.plural', next.spec.names.plural, old.spec.names.plural);
  return errors;
}

function hasDefaults({ schema }: CustomResourceDefinitionVersion): boolean {
  const root = schema?.openAPIV3Schema;
  return root !== undefined && [...schemasOf(root)].some((each) => each.default !== undefined);
}

function checkSpec(
  spec: CustomResourceDefinitionSpec,
  old: CustomResourceDefinitionSpec | undefined,
  errors: FieldError[],
): void {
  const { group = '', scope = '', names, versions = [], conversion } = spec;
  if (spec.preserveUnknownFields && versions.some(hasDefaults)) {
    errors.push(invalid('spec.preserveUnknownFields', true, 'must be false in order to use defaults in the schema'));
  }
  const groupMessages = isDNS1123Subdomain(group);
  if (group === '') errors.push(required('spec.group'));
  else if (groupMessages.length > 0) errors.push(invalid('spec.group', group, groupMessages.join(',')));
  else if (!group.includes('.')) errors.push(invalid('spec.group', group, 'should be a domain with at least one dot'));
  if (scope === '') errors.push(required('spec.scope'));
  else if (!scopes.includes(scope)) errors.push(notSupported('spec.scope', scope, scopes));
  checkVersions(versions, old?.versions ?? [], errors);
  for (const field of ['plural', 'singular', 'kind', 'listKind'] as const) {
    if (!names?.[field]) errors.push(required(child('spec.names', field)));
  }
  if (names) checkNames(names, 'spec.names', errors);
  if (conversion && conversion.strategy !== 'None' && spec.preserveUnknownFields) {
    const detail = 'must be None if spec.preserveUnknownFields is true';
    errors.push(invalid('spec.conversion.strategy', conversion.strategy, detail));
  }
}

function checkVersions(
  versions: readonly CustomResourceDefinitionVersion[],
  old: readonly CustomResourceDefinitionVersion[],
  errors: FieldError[],
): void {
  const path = 'spec.versions';
  versions.forEach(({ name = '', deprecated, deprecationWarning }, position) => {
    const at = index(path, position);
    const messages = isDNS1035Label(name);
    if (messages.length > 0) errors.push(invalid(child(at, 'name'), name, messages.join(',')));
    checkDeprecation(deprecated === true, deprecationWarning, child(at, 'deprecationWarning'), errors);
  });
  checkParts(versions, old, errors);
  const [first] = versions;
  const firstMessages = isDNS1035Label(first?.name ?? '');
  if (first?.name && firstMessages.length > 0) {
    errors.push(invalid('spec.version', first.name, firstMessages.join(',')));
  }
  if (new Set(versions.map(({ name }) => name)).size < versions.length) {
    errors.push(invalid(path, printedVersions(versions), 'must contain unique version names'));
  }
  if (versions.filter(({ storage }) => storage).length !== 1) {
    const detail = 'must have exactly one version marked as storage version';
    errors.push(invalid(path, printedVersions(versions), detail));
  }
}

type Part = 'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields';

/** What all versions have alike is looked at once, and said to be the spec's. */
function isShared(versions: readonly CustomResourceDefinitionVersion[], part: Part): boolean {
  const first = versions[0]?.[part];
  return first !== undefined && versions.every((version) => semanticallyEqual(version[part], first));
}

function checkParts(
  versions: readonly CustomResourceDefinitionVersion[],
  old: readonly CustomResourceDefinitionVersion[],
  errors: FieldError[],
): void {
  const placesOf = (part: Part, name: string): readonly (readonly [CustomResourceDefinitionVersion, string])[] => {
    const [first] = versions;
    if (first && isShared(versions, part)) return [[first, child('spec', name)]];
    return versions.map((version, position) => [version, child(index('spec.versions', position), part)]);
  };
  const hadSchemas = old.every(({ schema }) => schema?.openAPIV3Schema);
  const stored = storedRules(old);
  const anyStatus = versions.some(({ subresources }) => subresources?.status);
  const sharedSchema = isShared(versions, 'schema');
  for (const [version, at] of placesOf('schema', 'validation')) {
    const schema = version.schema?.openAPIV3Schema;
    const schemaPath = child(at, 'openAPIV3Schema');
    if (schema) {
      if (sharedSchema ? anyStatus : version.subresources?.status) checkRootOfStatus(schema, schemaPath, errors);
      const before = old.find(({ name }) => name === version.name)?.schema?.openAPIV3Schema;
      const isUnchanged = before !== undefined && semanticallyEqual(before, schema);
      for (const error of validateSchema(schema, schemaPath, { stored, isUnchanged })) errors.push(error);
    }
  }
  versions.forEach(({ schema, served }, position) => {
    if (schema?.openAPIV3Schema || (!hadSchemas && !served)) return;
    const at = child(index('spec.versions', position), 'schema', 'openAPIV3Schema');
    errors.push(required(at, hadSchemas ? '' : 'because otherwise all fields are pruned'));
  });
  for (const [{ subresources }, at] of placesOf('subresources', 'subresources')) {
    if (subresources) checkSubresources(subresources, at, errors);
  }
  const columns = 'additionalPrinterColumns';
  for (const [version, at] of placesOf(columns, columns)) checkColumns(version[columns] ?? [], at, errors);
  const isSharedPart = isShared(versions, 'selectableFields');
  for (const [{ name, schema, selectableFields = [] }, at] of placesOf('selectableFields', 'selectableFields')) {
    if (selectableFields.length === 0) continue;
    const before = old.find((version) => version.name === name)?.selectableFields;
    const stored = semanticallyEqual(before, selectableFields);
    const root = schema?.openAPIV3Schema;
    if (isSharedPart ? !sharedSchema : !root) {
      const whose = isSharedPart ? 'validations.schema is' : '`version.schema.openAPIV3Schema` is not';
      errors.push(invalid(at, '', `may only be set when ${whose} included`));
    } else if (root) checkSelectableFields(selectableFields, root, at, stored, errors);
  }
}

type RootSchema = NonNullable<NonNullable<CustomResourceDefinitionVersion['schema']>['openAPIV3Schema']>;

/** Status has a schema of its own, so nothing at the root may speak about several fields at once. */
function checkRootOfStatus(schema: RootSchema, path: string, errors: FieldError[]): void {
  if (schema.type && schema.type !== 'object') {
    const detail =
      'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    errors.push(invalid(child(path, 'type'), schema.type, detail));
  }
  const found = Object.keys(schema).find(
    (field) => !allowedAtRoot.has(field) && schema[field as keyof RootSchema] !== undefined,
  );
  if (found === undefined) return;
  const detail = `only [${allowedAtRootNames}] fields are allowed at the root of the schema if the status subresource is enabled`;
  errors.push(invalid(path, schema, detail));
}

const allowedAtRootNames =
  'Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations';
const allowedAtRoot: ReadonlySet<string> = new Set([
  ...['description', 'type', 'format', 'title', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum'],
  ...['maxLength', 'minLength', 'pattern', 'maxItems', 'minItems', 'uniqueItems', 'multipleOf', 'required', 'items'],
  ...['properties', 'externalDocs', 'example', 'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-validations'],
]);

function checkDeprecation(deprecated: boolean, warning: string | undefined, path: string, errors: FieldError[]): void {
  if (warning === undefined) return;
  const add = (detail: string): void => {
    errors.push(invalid(path, warning, detail));
  };
  if (!deprecated) {
    add('can only be set for deprecated versions');
    return;
  }
  if (utf8Length(warning) > 256) add('must be <= 256 characters long');
  if (warning === '') add('must not be an empty string');
  const unprintable = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.exec(warning);
  if (unprintable) {
    const bytes = utf8Length(warning.slice(0, unprintable.index));
    add(`must only contain printable UTF-8 characters; non-printable character found at index ${bytes}`);
  }
}

function checkNames(names: CustomResourceDefinitionNames, path: string, errors: FieldError[]): void {
  const { plural, singular, kind = '', listKind = '', shortNames = [], categories = [] } = names;
  const check = (field: string, value: string): void => {
    const messages = isDNS1035Label(value);
    if (messages.length > 0) errors.push(invalid(child(path, field), value, messages.join(',')));
  };
  if (plural) check('plural', plural);
  if (singular) check('singular', singular);
  for (const [field, value] of Object.entries({ kind, listKind })) {
    const messages = isDNS1035Label(value.toLowerCase());
    if (value === '' || messages.length === 0) continue;
    const detail = `may have mixed case, but should otherwise match: ${messages.join(',')}`;
    errors.push(invalid(child(path, field), value, detail));
  }
  shortNames.forEach((name, position) => {
    check(index('shortNames', position), name);
  });
  categories.forEach((name, position) => {
    check(index('categories', position), name);
  });
  if (kind !== '' && kind === listKind) {
    errors.push(invalid(child(path, 'listKind'), listKind, 'kind and listKind may not be the same'));
  }
}

function checkStoredVersions(
  stored: readonly string[],
  versions: readonly CustomResourceDefinitionVersion[],
  errors: FieldError[],
): void {
  const path = 'status.storedVersions';
  if (stored.length === 0) {
    errors.push(invalid(path, null, 'must have at least one stored version'));
    return;
  }
  // A version of the same name as one before is none of them.
  const left = new Set(stored);
  for (const { name, storage } of versions) {
    if (!left.delete(name) && storage) errors.push(invalid(path, stored, `must have the storage version ${name}`));
  }
  stored.forEach((name, position) => {
    if (versions.some((version) => version.name === name)) return;
    const detail = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    errors.push(invalid(index(path, position), name, detail));
  });
}

/** Groups of the community need its approval. */
function checkApproval(
  { metadata, spec }: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
  errors: FieldError[],
): void {
  if (!isProtectedGroup(spec.group ?? '')) return;
  const annotation = metadata?.annotations?.[approvalAnnotation];
  const { state, reason } = approvalOf(annotation);
  if (old && approvalOf(old.metadata?.annotations?.[approvalAnnotation]).state === state) return;
  const at = entry('metadata.annotations', approvalAnnotation);
  if (state === 'missing') errors.push(required(at, reason));
  else if (state === 'invalid') errors.push(invalid(at, annotation, reason));
}

function printedVersions(versions: readonly CustomResourceDefinitionVersion[]): unknown {
  const own = (part: Part) => (isShared(versions, part) ? named('', null) : null);
  return printedStruct(versions, {
    Name: '',
    Served: false,
    Storage: false,
    Deprecated: false,
    DeprecationWarning: null,
    Schema: own('schema'),
    Subresources: own('subresources'),
    AdditionalPrinterColumns: own('additionalPrinterColumns'),
    SelectableFields: own('selectableFields'),
  });
}
