/**
 * The annotation of client-side apply, and how objects move from it to server-side apply: kubectl's own applies find no conflict with what
 * it said, and keep it up to date (apimachinery managedfields: lastappliedmanager, lastappliedupdater).
 */

import { checkTree } from '../codec/json-decode.ts';
import { encodeTree } from '../codec/json-encode.ts';
import { isObject, type JsonObject } from '../patch/json-tree.ts';
import { configurationFaults } from './configuration-faults.ts';
import type { FieldSet } from './field-set.ts';
import type { Place } from './place.ts';
import { compare, fieldsOf } from './typed.ts';

const annotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** Bytes that all annotations of an object may have together. */
const annotationsBound = 256 * 1024;

/** The fields that the live object still has as the annotation says them; undefined when it says nothing that counts. */
export function allowedByLastApplied(live: JsonObject, place: Place, apiVersion: string): FieldSet | undefined {
  const configuration = parsed(annotationsOf(live)[annotation]);
  if (!configuration || configuration.apiVersion !== apiVersion) return undefined;
  if (configurationFaults(configuration, place).length > 0) return undefined;
  const { changed, removed } = compare(configuration, live, place, false);
  return fieldsOf(configuration, place).difference(changed).difference(removed);
}

/** The object with the annotation saying the configuration, if it has the annotation; undefined when there is nothing to change. */
export function withLastApplied(object: JsonObject, configuration: JsonObject): JsonObject | undefined {
  const annotations = annotationsOf(object);
  if (typeof annotations[annotation] !== 'string' || annotations[annotation] === '') return undefined;
  const text = `${encodeTree(withoutAnnotation(configuration))}\n`;
  const { [annotation]: last, ...others } = annotations;
  if (last === text) return undefined;
  const next = { ...others, [annotation]: text };
  return { ...object, metadata: { ...(object.metadata as JsonObject), annotations: isBounded(next) ? next : others } };
}

function withoutAnnotation(configuration: JsonObject): JsonObject {
  const { metadata } = configuration;
  if (!isObject(metadata) || !isObject(metadata.annotations)) return configuration;
  const { [annotation]: _, ...annotations } = metadata.annotations;
  return { ...configuration, metadata: { ...metadata, annotations } };
}

function annotationsOf({ metadata }: JsonObject): JsonObject {
  return isObject(metadata) && isObject(metadata.annotations) ? metadata.annotations : {};
}

function isBounded(annotations: JsonObject): boolean {
  const encoder = new TextEncoder();
  let bytes = 0;
  for (const [name, value] of Object.entries(annotations)) bytes += encoder.encode(`${name}${String(value)}`).length;
  return bytes <= annotationsBound;
}

function parsed(text: unknown): JsonObject | undefined {
  if (typeof text !== 'string' || text === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    checkTree(value);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
