/** Warnings about formats that nothing checks. */

import type { CustomResourceDefinition } from '#kinds/generated/apiextensions-v1.ts';
import { type Schema, schemasOf } from './schema-tree.ts';

/** By type; names of string formats are compared without dashes. */
const known: Readonly<Record<string, ReadonlySet<string>>> = {
  string: new Set([
    ...['bsonobjectid', 'uri', 'email', 'hostname', 'ipv4', 'ipv6', 'cidr', 'mac', 'uuid', 'uuid3', 'uuid4', 'uuid5'],
    ...['isbn', 'isbn10', 'isbn13', 'creditcard', 'ssn', 'hexcolor', 'rgbcolor', 'byte', 'password', 'date'],
    ...['duration', 'datetime', 'k8sshortname', 'k8slongname'],
  ]),
  integer: new Set(['int32', 'int64']),
  number: new Set(['float', 'double']),
};

/** On an update only formats that are new. */
export function formatWarnings(
  definition: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
): readonly string[] {
  const before = new Set(old ? unknownFormats(old) : []);
  return unknownFormats(definition)
    .filter((format) => !before.has(format))
    .map((format) => `unrecognized format ${JSON.stringify(format)}`);
}

function unknownFormats({ spec }: CustomResourceDefinition): string[] {
  const schemas = spec.versions.flatMap(({ schema }) => schema?.openAPIV3Schema ?? []);
  return schemas.flatMap((schema) => [...schemasOf(schema)].filter(isUnknown).map(({ format = '' }) => format));
}

function isUnknown({ type, format }: Schema): boolean {
  if (!format) return false;
  const kind = type || 'string';
  return !known[kind]?.has(kind === 'string' ? format.replaceAll('-', '') : format);
}
