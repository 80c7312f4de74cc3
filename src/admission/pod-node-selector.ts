/**
 * PodNodeSelector, off by default: pods get the node selector of their namespace (an annotation, else the cluster's default), and use no labels
 * that the configuration does not allow there.
 */

import { newForbidden, newNotFound, newPlainError, type StatusError } from '#api/errors.ts';
import { fieldErrorText, invalid } from '#api/field-error.ts';
import { isQualifiedName, isValidLabelValue } from '#api/name-format.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { Draft } from '#base/edit.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { podOf } from './refusal.ts';

/** Selectors like 'a=b,c=d' by namespace, and the default by `clusterDefaultNodeSelector`. */
export type PodNodeSelectorConfiguration = Readonly<Record<string, string>>;

type Labels = Readonly<Record<string, string>>;

const annotation = 'scheduler.alpha.kubernetes.io/node-selector';
const clusterDefault = 'clusterDefaultNodeSelector';
const namespaces: CollectionName = '/namespaces';

export function podNodeSelector(
  objects: LiveObjects,
  configuration: PodNodeSelectorConfiguration = {},
): AdmissionPlugin {
  const selectorOf = async ({ namespace }: AdmissionContext): Promise<Labels> => {
    await objects.load(namespaces);
    const found = objects.get(namespaces, '', namespace) ?? (await objects.getFresh(namespaces, '', namespace));
    if (!found) throw newNotFound({ group: '', resource: 'namespaces' }, namespace);
    return labelsOf(found.metadata?.annotations?.[annotation] ?? configured(configuration, clusterDefault));
  };
  const check = (pod: Draft<Pod>, selector: Labels, { namespace }: AdmissionContext): void => {
    const wanted = pod.spec?.nodeSelector ?? {};
    if (conflict(selector, wanted)) {
      throw forbidden(pod, 'pod node label selector conflicts with its namespace node label selector');
    }
    const allowed = labelsOf(configured(configuration, namespace));
    const isAllowed = Object.keys(allowed).length === 0 || isSubset(wanted, allowed);
    if (!isAllowed) throw forbidden(pod, 'pod node label selector labels conflict with its namespace whitelist');
  };
  return {
    name: 'PodNodeSelector',
    handles: (operation) => operation === 'CREATE',
    admit: async (context) => {
      const pod = podOf(context);
      if (!pod?.spec) return;
      const selector = await selectorOf(context);
      const own = pod.spec.nodeSelector ?? {};
      if (!conflict(selector, own)) {
        const merged = { ...selector, ...own };
        if (Object.keys(merged).length > 0) pod.spec.nodeSelector = merged;
      }
      check(pod, selector, context);
    },
    validate: async (context) => {
      const pod = podOf(context);
      if (pod?.spec) check(pod, await selectorOf(context), context);
    },
  };
}

function configured(configuration: PodNodeSelectorConfiguration, name: string): string {
  return Object.hasOwn(configuration, name) ? (configuration[name] ?? '') : '';
}

function conflict(a: Labels, b: Labels): boolean {
  return Object.keys(a).some((key) => Object.hasOwn(b, key) && a[key] !== b[key]);
}

function isSubset(some: Labels, all: Labels): boolean {
  return Object.keys(some).every((key) => Object.hasOwn(all, key) && all[key] === some[key]);
}

function forbidden(pod: Draft<Pod>, reason: string): StatusError {
  return newForbidden({ group: '', resource: 'pods' }, pod.metadata?.name ?? '', reason);
}

/** 'a=b,c=d'; what is none is a fault of the namespace or the configuration, and no fault of the pod. */
function labelsOf(selector: string): Labels {
  if (selector === '') return {};
  return Object.fromEntries(
    selector.split(',').map((part) => {
      const pair = part.split('=');
      if (pair.length !== 2) throw newPlainError(`invalid selector: [${pair.join(' ')}]`);
      const [key = '', value = ''] = pair.map((text) => text.trim());
      const keyFaults = isQualifiedName(key);
      if (keyFaults.length > 0) throw newPlainError(fieldErrorText(invalid('<nil>', key, keyFaults.join('; '))));
      const valueFaults = isValidLabelValue(value);
      if (valueFaults.length > 0)
        throw newPlainError(fieldErrorText(invalid(`<nil>[${key}]`, value, valueFaults.join('; '))));
      return [key, value];
    }),
  );
}
