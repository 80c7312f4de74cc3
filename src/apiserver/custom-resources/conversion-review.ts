/**
 * ConversionReview: what is sent to a conversion webhook, and what of its answer is taken (apiextensions
 * pkg/apiserver/conversion/webhook_converter.go). A webhook converts an object's content; of metadata only labels and annotations
 * are its own to change, and the object stays the same object. Pure.
 */

import { parseJson } from '#api/codec/json-decode.ts';
import { type FieldError, fieldErrorText } from '#api/field-error.ts';
import { checkAnnotations, checkLabels } from '#api/label-rules.ts';
import type { KubeObject } from '#api/object.ts';
import { isTree, type Tree } from '#api/structural/schema.ts';
import { mutableCopy } from '#base/edit.ts';
import { messageOf } from '#base/errors.ts';

/** In which version a webhook is spoken to; v1beta1 has the same fields, and of its answers neither kind nor uid is checked. */
export type ReviewVersion = 'v1' | 'v1beta1';

/** Says what is wrong with an answer, as a continuation of "conversion webhook for <kind> ". */
export class ConversionError extends Error {
  override readonly name = 'ConversionError';
}

/** The first of the definition's versions that this server speaks. */
export function reviewVersionOf(versions: readonly string[]): ReviewVersion | undefined {
  return versions.find((version) => version === 'v1' || version === 'v1beta1');
}

/** The review as JSON; `objects` are JSON texts. */
export function reviewOf(
  version: ReviewVersion,
  objects: readonly string[],
  desiredAPIVersion: string,
  uid: string,
): string {
  const head = JSON.stringify({ kind: 'ConversionReview', apiVersion: groupVersionOf(version) }).slice(0, -1);
  const request = JSON.stringify({ uid, desiredAPIVersion }).slice(0, -1);
  return `${head},"request":${request},"objects":[${objects.join(',')}]}}`;
}

function groupVersionOf(version: ReviewVersion): string {
  return `apiextensions.k8s.io/${version}`;
}

/** The converted objects, with the metadata of the originals. Throws ConversionError. */
export function readConverted(
  version: ReviewVersion,
  text: string,
  uid: string,
  originals: readonly KubeObject[],
  desiredAPIVersion: string,
): readonly KubeObject[] {
  const converted = convertedObjects(version, text, uid);
  if (converted.length !== originals.length) {
    throw new ConversionError(`returned ${converted.length} objects, expected ${originals.length}`);
  }
  return originals.map((original, position) => {
    const place = originals.length === 1 ? '' : ` at index ${position}`;
    const object = converted[position];
    const fault = faultOf(original, object, desiredAPIVersion);
    if (fault !== undefined) {
      const what = originals.length === 1 ? 'object' : 'converted object';
      throw new ConversionError(`returned invalid ${what}${place}: ${fault}`);
    }
    // A fault is found in whatever is no object.
    return withMetadataOf(original, object as Tree, place);
  });
}

function convertedObjects(version: ReviewVersion, text: string, uid: string): readonly unknown[] {
  let review: unknown;
  try {
    review = parseJson(text);
  } catch (cause) {
    throw new ConversionError(`failed: couldn't get version/kind; json parse error: ${messageOf(cause)}`, { cause });
  }
  const { apiVersion, kind, response } = isTree(review) ? review : {};
  const expected = groupVersionOf(version);
  if (version === 'v1' && (apiVersion !== expected || kind !== 'ConversionReview')) {
    const got = `${textOf(apiVersion)}, Kind=${textOf(kind)}`;
    throw new ConversionError(`failed: expected webhook response of ${expected}, Kind=ConversionReview, got ${got}`);
  }
  if (!isTree(response)) throw new ConversionError('failed: no response provided');
  if (version === 'v1' && response.uid !== uid) {
    throw new ConversionError(`failed: expected response.uid="${uid}", got "${textOf(response.uid)}"`);
  }
  const { status, message } = isTree(response.result) ? response.result : {};
  if (status !== 'Success') {
    const why = textOf(message) || `response.result.status was '${textOf(status)}', not 'Success'`;
    throw new ConversionError(`failed: ${why}`);
  }
  return Array.isArray(response.convertedObjects) ? response.convertedObjects : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function faultOf(original: KubeObject, converted: unknown, desiredAPIVersion: string): string | undefined {
  const { apiVersion, kind, metadata } = isTree(converted) ? converted : {};
  if (apiVersion !== desiredAPIVersion) {
    return `invalid groupVersion (expected ${desiredAPIVersion}, received ${textOf(apiVersion)})`;
  }
  if (kind !== original.kind) return `invalid kind (expected ${original.kind}, received ${textOf(kind)})`;
  const { name = '', namespace = '', uid = '' } = original.metadata ?? {};
  const given = isTree(metadata) ? metadata : {};
  if (textOf(given.name) !== name) return `must have the same name: ${name} != ${textOf(given.name)}`;
  if (textOf(given.namespace) !== namespace) {
    return `must have the same namespace: ${namespace} != ${textOf(given.namespace)}`;
  }
  if (textOf(given.uid) !== uid) return `must have the same UID: ${uid} != ${textOf(given.uid)}`;
  return undefined;
}

function withMetadataOf(original: KubeObject, converted: Tree, place: string): KubeObject {
  const refuse = (fault: string): never => {
    const where = place === '' ? '' : ` in object${place}`;
    throw new ConversionError(`returned invalid metadata${where}: ${fault}`);
  };
  const given = converted.metadata;
  if (given === undefined) return refuse('missing metadata in converted object');
  if (!isTree(given)) return refuse(`invalid metadata of type ${typeText(given)} in converted object`);
  const metadata = mutableCopy(original.metadata ?? {});
  for (const field of ['labels', 'annotations'] as const) {
    const value = given[field] ?? undefined;
    if (value === undefined) {
      delete metadata[field];
      continue;
    }
    if (!isTree(value)) return refuse(`invalid metadata.${field} of type ${typeText(value)} in converted object`);
    const entries: Record<string, string> = {};
    for (const [key, entry] of Object.entries(value)) {
      if (typeof entry !== 'string') {
        return refuse(`metadata.${field}[${key}] must be a string, but is ${typeText(entry)} in converted object`);
      }
      entries[key] = entry;
    }
    if (!sameEntries(entries, metadata[field] ?? {})) {
      const errors: FieldError[] = [];
      if (field === 'labels') checkLabels(entries, 'metadata.labels', errors);
      else checkAnnotations(entries, 'metadata.annotation', errors);
      const texts = [...new Set(errors.map(fieldErrorText))];
      if (texts.length > 0) return refuse(texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`);
    }
    metadata[field] = entries;
  }
  return { ...converted, metadata };
}

function sameEntries(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
}

/** Go's name for a value of JSON. */
function typeText(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  switch (typeof value) {
    case 'object':
      return 'map[string]interface {}';
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) ? 'int64' : 'float64';
    default:
      return typeof value;
  }
}
