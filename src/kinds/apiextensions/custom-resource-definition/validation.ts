/** Validation of CustomResourceDefinitions (apiextensions pkg/apis/apiextensions/validation): names, versions, scope, columns. */

import { child, type FieldError, index, invalid, notSupported, required } from '#api/field-error.ts';
import { immutableMessage } from '#api/field-rules.ts';
import { isDNS1035Label, subdomainName } from '#api/name-format.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from '#kinds/generated/apiextensions-v1.ts';
import { validateConversion } from './conversion-validation.ts';
import { validateSchema } from './schema-validation.ts';

const scopes = ['Cluster', 'Namespaced'];
const columnTypes = new Set(['boolean', 'date', 'integer', 'number', 'string']);

/** `old` is what the definition was; absent for a new one. */
export function validateDefinition(
  { metadata, spec, status }: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
): FieldError[] {
  const errors: FieldError[] = [];
  const { group, names, versions, scope } = spec;
  const requiredName = `${names.plural}.${group}`;
  if (metadata?.name !== requiredName)
    errors.push(invalid('metadata.name', metadata?.name, 'must be spec.names.plural+"."+spec.group'));
  if (!group) errors.push(required('spec.group'));
  else {
    for (const message of subdomainName(group, false)) errors.push(invalid('spec.group', group, message));
    if (group.split('.').length < 2)
      errors.push(invalid('spec.group', group, 'should be a domain with at least one dot'));
  }
  if (!scope) errors.push(required('spec.scope'));
  else if (!scopes.includes(scope)) errors.push(notSupported('spec.scope', scope, scopes));
  errors.push(...validateVersions(versions));
  errors.push(...validateNames(spec.names));
  if (spec.preserveUnknownFields)
    errors.push(invalid('spec.preserveUnknownFields', true, 'must be false in order to use defaults in the schema'));
  errors.push(...validateConversion(spec.conversion, old));
  if ((status?.storedVersions ?? []).length === 0)
    errors.push(invalid('status.storedVersions', null, 'must have at least one stored version'));
  return errors;
}

function validateVersions(versions: readonly CustomResourceDefinitionVersion[]): FieldError[] {
  const errors: FieldError[] = [];
  const path = 'spec.versions';
  const seen = new Set<string>();
  versions.forEach((version, position) => {
    const at = index(path, position);
    for (const message of isDNS1035Label(version.name)) errors.push(invalid(child(at, 'name'), version.name, message));
    if (seen.has(version.name)) errors.push(invalid(path, version.name, 'must contain unique version names'));
    seen.add(version.name);
    const schema = version.schema?.openAPIV3Schema;
    if (!schema) errors.push(required(child(at, 'schema', 'openAPIV3Schema'), 'schemas are required'));
    else errors.push(...validateSchema(schema, child(at, 'schema', 'openAPIV3Schema')));
    version.additionalPrinterColumns?.forEach((column, number) => {
      const columnPath = index(child(at, 'additionalPrinterColumns'), number);
      if (!column.name) errors.push(required(child(columnPath, 'name')));
      if (!column.type)
        errors.push(required(child(columnPath, 'type'), 'must be one of boolean,date,integer,number,string'));
      else if (!columnTypes.has(column.type))
        errors.push(
          invalid(child(columnPath, 'type'), column.type, 'must be one of boolean,date,integer,number,string'),
        );
      if (!column.jsonPath) errors.push(required(child(columnPath, 'JSONPath')));
    });
  });
  const stored = versions.filter(({ storage }) => storage).length;
  if (stored !== 1) errors.push(invalid(path, versions, 'must have exactly one version marked as storage version'));
  return errors;
}

function validateNames(names: CustomResourceDefinition['spec']['names']): FieldError[] {
  const errors: FieldError[] = [];
  const check = (field: string, value: string | undefined, text = value ?? ''): void => {
    const path = `spec.names.${field}`;
    if (!value) errors.push(required(path));
    else for (const message of isDNS1035Label(text)) errors.push(invalid(path, value, message));
  };
  check('plural', names.plural);
  if (names.singular) check('singular', names.singular);
  check('kind', names.kind, names.kind.toLowerCase());
  if (names.listKind) check('listKind', names.listKind, names.listKind.toLowerCase());
  names.shortNames?.forEach((name, position) => {
    check(`shortNames[${position}]`, name);
  });
  names.categories?.forEach((name, position) => {
    check(`categories[${position}]`, name);
  });
  if (names.kind !== '' && names.kind === names.listKind)
    errors.push(invalid('spec.names.listKind', names.listKind, 'kind and listKind may not be the same'));
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
  next.status?.storedVersions?.forEach((name, position) => {
    if (!next.spec.versions.some((version) => version.name === name))
      errors.push(
        invalid(
          index('status.storedVersions', position),
          name,
          `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`,
        ),
      );
  });
  return errors;
}
