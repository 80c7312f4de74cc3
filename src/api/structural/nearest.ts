/**
 * When no alternative of anyOf or oneOf fits, the faults of the nearest one are told: the one of whose checks most could be made (kube-openapi
 * counts them as a MatchCount, result.go). Only findings cost this walk.
 */

import { isKnownFormat } from './formats.ts';
import { hasType, typesOf } from './json-type.ts';
import { isTree, type JsonSchema, memberSchema } from './schema.ts';

export type Fits = (value: unknown, schema: JsonSchema) => boolean;

interface Nearest {
  readonly schema: JsonSchema;
  /** Counted once: alternatives have alternatives. */
  readonly checks: number;
}

/** The first of the nearest. */
export function nearestOf(value: unknown, alternatives: readonly JsonSchema[], fits: Fits): Nearest | undefined {
  let nearest: Nearest | undefined;
  for (const schema of alternatives) {
    const checks = checksOf(value, schema, fits);
    if (!nearest || checks > nearest.checks) nearest = { schema, checks };
  }
  return nearest;
}

/** How many checks were made and, where it is one that counts, passed. */
function checksOf(value: unknown, schema: JsonSchema, fits: Fits): number {
  const types = typesOf(schema);
  if (value === null) return types === '' || schema.nullable ? 1 : 0;
  const byType = types === '' && schema.format === undefined ? 0 : 1 + Number(hasType(value, types));
  // The schema itself, its combinations, its enum.
  const always = 1 + 2 + 1;
  return always + byType + combinationChecks(value, schema, fits) + contentChecks(value, schema, fits);
}

function contentChecks(value: unknown, schema: JsonSchema, fits: Fits): number {
  if (typeof value === 'string') return 1 + Number(schema.format !== undefined && isKnownFormat(schema.format));
  if (typeof value === 'number') return 2;
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.reduce((total: number, item) => total + checksOf(item, items, fits), 2) : 2;
  }
  if (!isTree(value)) return 0;
  return Object.keys(value).reduce((total, key) => {
    const member = memberSchema(schema, key);
    return member ? total + checksOf(value[key], member, fits) : total;
  }, 1);
}

function combinationChecks(value: unknown, { allOf = [], anyOf = [], oneOf = [] }: JsonSchema, fits: Fits): number {
  const fitting = oneOf.filter((each) => fits(value, each));
  const ofOne = (found: JsonSchema | undefined, alternatives: readonly JsonSchema[]): number =>
    found ? checksOf(value, found, fits) : (nearestOf(value, alternatives, fits)?.checks ?? 0);
  return (
    allOf.reduce((total, each) => total + checksOf(value, each, fits), 0) +
    ofOne(
      anyOf.find((each) => fits(value, each)),
      anyOf,
    ) +
    (fitting.length > 1 ? 0 : ofOne(fitting[0], oneOf))
  );
}
