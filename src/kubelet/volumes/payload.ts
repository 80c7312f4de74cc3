/** What the files of a configMap, secret, downwardAPI or projected volume hold: one map of relative paths, made whole before anything is written. */

import { isNotFound } from '#api/errors.ts';
import { messageOf } from '#base/errors.ts';
import type {
  ConfigMap,
  DownwardAPIVolumeFile,
  KeyToPath,
  ProjectedVolumeSource,
  ResourceList,
  Secret,
  ServiceAccountTokenProjection,
} from '#kinds/generated/core-v1.ts';
import { metadataField, resourceField } from '../environment/downward.ts';
import { decodeBytes, type ReferencedObjects } from '../environment/environment.ts';
import type { NodePod } from '../pod/node-pod.ts';

export interface PayloadFile {
  readonly content: Uint8Array;
  readonly mode: number;
  /** Owner; root unless told. */
  readonly uid?: number;
}

export type Payload = ReadonlyMap<string, PayloadFile>;

export interface PayloadContext {
  readonly pod: NodePod;
  readonly objects: ReferencedObjects;
  readonly nodeAllocatable: ResourceList;
  /** A token of the pod's service account, bound to the pod. */
  readonly serviceAccountToken: (pod: NodePod, projection: ServiceAccountTokenProjection) => Promise<string>;
}

const tokenMode = 0o600;
const encoder = new TextEncoder();

interface KeySource {
  readonly items?: readonly KeyToPath[] | undefined;
  readonly optional?: boolean | undefined;
}

export async function configMapPayload(
  context: PayloadContext,
  name: string,
  source: KeySource,
  defaultMode: number,
): Promise<Payload> {
  const found = await orMissing(context.objects.configMap(context.pod.metadata.namespace, name), source.optional);
  return keyPayload(
    configMapBytes(found),
    source,
    defaultMode,
    (key) => `configmap references non-existent config key: ${key}`,
  );
}

export async function secretPayload(
  context: PayloadContext,
  name: string,
  source: KeySource,
  defaultMode: number,
): Promise<Payload> {
  const found = await orMissing(context.objects.secret(context.pod.metadata.namespace, name), source.optional);
  return keyPayload(secretBytes(found), source, defaultMode, (key) => `references non-existent secret key: ${key}`);
}

export function downwardPayload(
  context: PayloadContext,
  items: readonly DownwardAPIVolumeFile[],
  defaultMode: number,
): Payload {
  const payload = new Map<string, PayloadFile>();
  for (const { path, fieldRef, resourceFieldRef, mode } of items) {
    let text = '';
    if (fieldRef) text = metadataField(context.pod, fieldRef.fieldPath);
    else if (resourceFieldRef) text = resourceField(context.pod, resourceFieldRef, undefined, context.nodeAllocatable);
    payload.set(cleanPath(path), { content: encoder.encode(text), mode: mode ?? defaultMode });
  }
  return payload;
}

/** All sources, later ones over earlier ones; every failure is named. */
export async function projectedPayload(context: PayloadContext, volume: ProjectedVolumeSource): Promise<Payload> {
  const defaultMode = volume.defaultMode ?? 0o644;
  const payload = new Map<string, PayloadFile>();
  const failures: unknown[] = [];
  for (const source of volume.sources ?? []) {
    try {
      let part: Payload = new Map();
      if (source.configMap)
        part = await configMapPayload(context, source.configMap.name ?? '', source.configMap, defaultMode);
      else if (source.secret) part = await secretPayload(context, source.secret.name ?? '', source.secret, defaultMode);
      else if (source.downwardAPI) part = downwardPayload(context, source.downwardAPI.items ?? [], defaultMode);
      else if (source.serviceAccountToken) part = await tokenPayload(context, source.serviceAccountToken, defaultMode);
      else failures.push(new Error(`projected volume source is not supported: ${Object.keys(source).join(', ')}`));
      for (const [path, file] of part) payload.set(path, file);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new Error(`[${failures.map(messageOf).join(', ')}]`, { cause: failures[0] });
  return payload;
}

async function tokenPayload(
  context: PayloadContext,
  projection: ServiceAccountTokenProjection,
  defaultMode: number,
): Promise<Payload> {
  const token = await context.serviceAccountToken(context.pod, projection);
  const owner = commonUser(context.pod);
  const restricted = owner !== undefined || context.pod.spec.securityContext?.fsGroup !== undefined;
  const file: PayloadFile = {
    content: encoder.encode(token),
    mode: restricted ? tokenMode : defaultMode,
    ...(owner === undefined ? {} : { uid: owner }),
  };
  return new Map([[projection.path, file]]);
}

/** The user that every container of the pod runs as, if it is one (KEP-2451): then only that one may read its token. */
export function commonUser(pod: NodePod): number | undefined {
  const users = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map(
    ({ securityContext }) => securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser,
  );
  return users.every((user) => user === users[0]) ? users[0] : undefined;
}

function keyPayload(
  data: ReadonlyMap<string, () => Uint8Array>,
  source: KeySource,
  defaultMode: number,
  missing: (key: string) => string,
): Payload {
  const payload = new Map<string, PayloadFile>();
  const items = source.items ?? [];
  if (items.length === 0) {
    for (const [key, read] of data) payload.set(key, { content: read(), mode: defaultMode });
    return payload;
  }
  for (const { key, path, mode } of items) {
    const read = data.get(key);
    if (read) payload.set(cleanPath(path), { content: read(), mode: mode ?? defaultMode });
    else if (!source.optional) throw new Error(missing(key));
  }
  return payload;
}

function configMapBytes(configMap: ConfigMap | undefined): Map<string, () => Uint8Array> {
  const bytes = new Map<string, () => Uint8Array>();
  for (const [key, value] of Object.entries(configMap?.data ?? {})) bytes.set(key, () => encoder.encode(value));
  for (const [key, value] of Object.entries(configMap?.binaryData ?? {})) bytes.set(key, () => decodeBytes(value));
  return bytes;
}

function secretBytes(secret: Secret | undefined): Map<string, () => Uint8Array> {
  return new Map(Object.entries(secret?.data ?? {}).map(([key, value]) => [key, () => decodeBytes(value)]));
}

async function orMissing<T>(fetching: Promise<T>, isOptional: boolean | undefined): Promise<T | undefined> {
  try {
    return await fetching;
  } catch (error) {
    if (isOptional && isNotFound(error)) return undefined;
    throw error;
  }
}

/** Throws for what would leave the volume: the API server refuses such paths, this is the second lock. */
function cleanPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0 || parts.includes('..') || parts[0]?.startsWith('..')) {
    throw new Error(`invalid path: ${path}`);
  }
  return parts.join('/');
}
