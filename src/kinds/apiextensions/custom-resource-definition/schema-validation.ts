/** Rules of structural schemas (KEP-1693, apiextensions pkg/apiserver/schema/validation.go): what a CRD's schema must and may not say. */

import { child, entry, type FieldError, forbidden, invalid, required } from '#api/field-error.ts';
import type { JSONSchemaProps } from '#kinds/generated/apiextensions-v1.ts';

/** Checks the schema of a whole resource at `path`. */
export function validateSchema(schema: JSONSchemaProps, path: string): FieldError[] {
  const errors: FieldError[] = [];
  checkStructure(schema, path, errors, true);
  return errors;
}

function checkStructure(schema: JSONSchemaProps, path: string, errors: FieldError[], isRoot: boolean): void {
  if (schema.uniqueItems)
    errors.push(
      forbidden(
        child(path, 'uniqueItems'),
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  if (schema.$ref) errors.push(forbidden(child(path, '$ref'), '$ref is not supported'));
  if (schema.additionalProperties !== undefined && schema.properties)
    errors.push(
      forbidden(child(path, 'additionalProperties'), 'additionalProperties and properties are mutual exclusive'),
    );
  if (schema['x-kubernetes-embedded-resource'] && schema.type !== 'object')
    errors.push(
      invalid(child(path, 'type'), schema.type ?? '', 'must be object if x-kubernetes-embedded-resource is true'),
    );
  checkLists(schema, path, errors);
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    checkStructure(property, entry(child(path, 'properties'), name), errors, false);
  const { items, additionalProperties } = schema;
  if (schema.type === 'array' && !items) errors.push(required(child(path, 'items'), 'must be specified'));
  if (Array.isArray(items))
    errors.push(forbidden(child(path, 'items'), 'items must be a schema object and not an array'));
  else if (items) checkStructure(items as JSONSchemaProps, child(path, 'items'), errors, false);
  if (typeof additionalProperties === 'object')
    checkStructure(additionalProperties, child(path, 'additionalProperties'), errors, false);
  if (!schema.type && !schema['x-kubernetes-int-or-string'] && !schema['x-kubernetes-preserve-unknown-fields']) {
    const detail = isRoot ? 'must not be empty at the root' : 'must not be empty for specified object fields';
    errors.push(required(child(path, 'type'), detail));
  } else if (isRoot && schema.type !== 'object') {
    errors.push(invalid(child(path, 'type'), schema.type ?? '', 'must be object at the root'));
  }
}

function checkLists(schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (listType !== undefined && schema.type !== 'array')
    errors.push(
      invalid(child(path, 'type'), schema.type ?? '', 'must be array if x-kubernetes-list-type is specified'),
    );
  if (listType === 'map' && keys.length === 0)
    errors.push(
      required(child(path, 'x-kubernetes-list-map-keys'), 'must not be empty if x-kubernetes-list-type is map'),
    );
  if (listType !== 'map' && keys.length > 0)
    errors.push(
      invalid(
        child(path, 'x-kubernetes-list-type'),
        listType ?? '',
        'must be map if x-kubernetes-list-map-keys is non-empty',
      ),
    );
}
