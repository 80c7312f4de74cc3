/**
 * A container's environment (pkg/kubelet makeEnvironmentVariables): envFrom first, then env in order, each seeing those before it
 * and the services; then what is left of the service variables. A missing reference that is not optional fails the container
 * with CreateContainerConfigError and upstream's text.
 */

import { isNotFound } from '#api/errors.ts';
import type { ConfigMap, Container, EnvVarSource, ResourceList, Secret, Service } from '#kinds/generated/core-v1.ts';
import type { NodePod } from '../pod/node-pod.ts';
import { type PodPlace, podField, resourceField } from './downward.ts';
import { expand } from './expansion.ts';
import { serviceVariables } from './service-variables.ts';

/** Objects that pods refer to; rejects with the API's NotFound. */
export interface ReferencedObjects {
  configMap(namespace: string, name: string): Promise<ConfigMap>;
  secret(namespace: string, name: string): Promise<Secret>;
}

export interface EnvironmentContext {
  readonly objects: ReferencedObjects;
  readonly services: Iterable<Service>;
  readonly place: PodPlace;
  readonly nodeAllocatable: ResourceList;
}

export interface EnvironmentVariable {
  readonly key: string;
  readonly value: string;
}

export async function containerEnvironment(
  pod: NodePod,
  container: Container,
  context: EnvironmentContext,
): Promise<readonly EnvironmentVariable[]> {
  const { namespace } = pod.metadata;
  const services = serviceVariables(context.services, namespace, pod.spec.enableServiceLinks ?? true);
  const values = new Map<string, string>();
  for (const { configMapRef, secretRef, prefix = '' } of container.envFrom ?? []) {
    if (configMapRef) {
      const found = await optional(
        configMapRef.optional,
        context.objects.configMap(namespace, configMapRef.name ?? ''),
      );
      for (const [key, value] of Object.entries(found?.data ?? {})) values.set(prefix + key, value);
    } else if (secretRef) {
      const found = await optional(secretRef.optional, context.objects.secret(namespace, secretRef.name ?? ''));
      for (const [key, value] of Object.entries(found?.data ?? {})) values.set(prefix + key, decodeText(value));
    }
  }
  const lookup = (name: string): string | undefined => values.get(name) ?? services.get(name);
  for (const { name, value, valueFrom } of container.env ?? []) {
    if (value) values.set(name, expand(value, lookup));
    else if (!valueFrom) values.set(name, '');
    else {
      const resolved = await resolve(pod, container, valueFrom, context);
      if (resolved !== undefined) values.set(name, resolved);
    }
  }
  const environment = [...values].map(([key, value]) => ({ key, value }));
  for (const [key, value] of services) if (!values.has(key)) environment.push({ key, value });
  return environment;
}

/** Undefined when the source is optional and missing: then the variable is not set. */
async function resolve(
  pod: NodePod,
  container: Container,
  source: EnvVarSource,
  context: EnvironmentContext,
): Promise<string | undefined> {
  const { namespace } = pod.metadata;
  if (source.fieldRef) return podField(pod, source.fieldRef.fieldPath, context.place);
  if (source.resourceFieldRef) {
    return resourceField(pod, source.resourceFieldRef, container, context.nodeAllocatable);
  }
  if (source.configMapKeyRef) {
    const { name = '', key, optional: isOptional } = source.configMapKeyRef;
    const found = await optional(isOptional, context.objects.configMap(namespace, name));
    const value = found?.data?.[key];
    if (value === undefined && !isOptional)
      throw new Error(`couldn't find key ${key} in ConfigMap ${namespace}/${name}`);
    return value;
  }
  if (source.secretKeyRef) {
    const { name = '', key, optional: isOptional } = source.secretKeyRef;
    const found = await optional(isOptional, context.objects.secret(namespace, name));
    const value = found?.data?.[key];
    if (value === undefined && !isOptional) throw new Error(`couldn't find key ${key} in Secret ${namespace}/${name}`);
    return value === undefined ? undefined : decodeText(value);
  }
  return '';
}

async function optional<T>(isOptional: boolean | undefined, fetching: Promise<T>): Promise<T | undefined> {
  try {
    return await fetching;
  } catch (error) {
    if (isOptional && isNotFound(error)) return undefined;
    throw error;
  }
}

/** Bytes of a Secret's value, which JSON carries as base64. */
export function decodeBytes(base64: string): Uint8Array {
  return Uint8Array.fromBase64(base64);
}

function decodeText(base64: string): string {
  return new TextDecoder().decode(decodeBytes(base64));
}
