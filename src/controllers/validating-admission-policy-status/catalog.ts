/** The kinds that policies may speak of: built-in ones by their schema tables, custom ones by their definitions. */

import { SchemaRegistry } from '#api/schema/registry.ts';
import { structType } from '#cel/kind-types.ts';
import { declareSchema, FieldMap, type SchemaToDeclare } from '#cel/schema-types.ts';
import type { CelType } from '#cel/types.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import type { CustomResourceDefinition } from '#kinds/generated/apiextensions-v1.ts';
import { builtinTables } from '#kinds/schemas.ts';
import type { KindCatalog } from './type-check.ts';

/** `definitions` is asked at every question: they come and go. */
export function kindCatalog(definitions: () => Iterable<CustomResourceDefinition>): KindCatalog {
  const schemas = new SchemaRegistry(builtinTables);
  const versionOf = (group: string, version: string, fits: (names: { plural: string; kind: string }) => boolean) => {
    for (const { spec } of definitions()) {
      if (spec.group !== group || !fits(spec.names)) continue;
      const found = spec.versions.find(({ name, served }) => name === version && served);
      if (found) return { kind: spec.names.kind, schema: found.schema?.openAPIV3Schema };
    }
    return undefined;
  };
  return {
    kindOf(group, version, resource) {
      const builtin = builtinDefinitions.find(
        (definition) => definition.group === group && definition.version === version && definition.plural === resource,
      );
      const kind = builtin?.kind ?? versionOf(group, version, ({ plural }) => plural === resource)?.kind;
      return kind === undefined ? undefined : { group, version, kind };
    },
    typeOf({ group, version, kind }) {
      const builtin = schemas.kind(group, version, kind);
      if (builtin) return structType(builtin, kind);
      const custom = versionOf(group, version, (names) => names.kind === kind);
      // The schema as JSON has it; the generated type knows unions where SchemaToDeclare has the forms that definitions may use.
      const declared = custom?.schema && declareSchema(custom.schema as SchemaToDeclare, kind, { isResource: true });
      return declared && withObjectMeta(declared.type, kind);
    },
  };

  /** What is published of a definition has the whole ObjectMeta, whatever it says of it itself. */
  function withObjectMeta(type: CelType, kind: string): CelType {
    if (type.kind !== 'object') return type;
    const fields = new FieldMap(type.fields);
    fields.set('metadata', { type: structType(schemas.meta('ObjectMeta'), `${kind}.metadata`) });
    return { ...type, fields };
  }
}
