/**
 * Declared defaults (`+default` in upstream's types): filled in where a value is absent, in place. Which types hold any, themselves or
 * below, is worked out once per type, so a walk goes only where there is something to do. Defaults that depend on more than their
 * field are each kind's own hook.
 */

import { milliQuantity, parseQuantity, quantityMillis } from '../quantity.ts';
import type { FieldSchema, Schema, StructSchema } from './schema.ts';

type Tree = Record<string, unknown>;

interface Plan {
  /** Members with a default that is not their zero value anyway. */
  readonly defaults: readonly FieldSchema[];
  /** Members that are resource lists of the core group: their quantities are in whole thousandths. */
  readonly resources: readonly FieldSchema[];
  /** Members below which there are some. */
  readonly below: readonly FieldSchema[];
}

const plans = new WeakMap<StructSchema, Plan>();

/** Fills in the declared defaults of a decoded object. */
export function applyDefaults(schema: StructSchema, tree: object): void {
  const { defaults, resources, below } = planOf(schema);
  const object = tree as Tree;
  for (const field of defaults) {
    if (object[field.name] === undefined) object[field.name] = field.defaultValue;
  }
  for (const { name } of resources) {
    const list = object[name];
    if (list !== undefined) roundUp(list as Record<string, string>);
  }
  for (const field of below) {
    const value = object[field.name];
    if (value !== undefined && value !== null) applyBelow(field.schema, value);
  }
}

/** In canonical texts, what is finer than a thousandth. */
const finerThanMilli = /[un]$|e-/;

/** core/v1 SetDefaults_ResourceList. */
function roundUp(list: Record<string, string>): void {
  for (const name in list) {
    const text = list[name] ?? '';
    if (finerThanMilli.test(text)) list[name] = milliQuantity(quantityMillis(text), parseQuantity(text).format);
  }
}

function applyBelow(schema: Schema, value: unknown): void {
  if (schema.type === 'struct') applyDefaults(schema, value as Tree);
  else if (schema.type === 'list') for (const item of value as readonly unknown[]) applyBelow(schema.element, item);
  else if (schema.type === 'map') for (const item of Object.values(value as Tree)) applyBelow(schema.element, item);
}

function planOf(schema: StructSchema): Plan {
  let plan = plans.get(schema);
  if (plan === undefined) {
    const isZero = ({ pointer, defaultValue }: FieldSchema): boolean =>
      !pointer && (defaultValue === '' || defaultValue === 0 || defaultValue === false);
    plan = {
      defaults: schema.members.filter((member) => member.defaultValue !== undefined && !isZero(member)),
      resources: schema.members.filter((member) => isResources(schema, member)),
      below: schema.members.filter((member) => hasDefaults(member.schema, new Set())),
    };
    plans.set(schema, plan);
  }
  return plan;
}

/** `seen` breaks the circle of types that contain themselves. */
function hasDefaults(schema: Schema, seen: Set<StructSchema>): boolean {
  if (schema.type === 'list' || schema.type === 'map') return hasDefaults(schema.element, seen);
  if (schema.type !== 'struct' || seen.has(schema)) return false;
  seen.add(schema);
  return schema.members.some(
    (member) => member.defaultValue !== undefined || isResources(schema, member) || hasDefaults(member.schema, seen),
  );
}

/** Other groups name the type without its default. */
function isResources(owner: StructSchema, { schema }: FieldSchema): boolean {
  return owner.package === 'k8s.io/api/core/v1' && schema.goName === 'v1.ResourceList';
}
