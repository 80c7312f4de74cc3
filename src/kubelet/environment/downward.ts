/** The downward API: fields of the pod and resources of its containers as text (pkg/fieldpath, pkg/api/v1/resource). */

import { isQualifiedName } from '#api/name-format.ts';
import { quantityMilliValue, quantityValue } from '#api/quantity.ts';
import { goQuote } from '#base/go-quote.ts';
import type { Container, ResourceFieldSelector, ResourceList } from '#kinds/generated/core-v1.ts';
import { containersOf, type NodePod } from '../pod/node-pod.ts';

/** Metadata fields, whole or one key: `metadata.labels['app']`. Throws an Error with upstream's text for others. */
export function metadataField(pod: NodePod, fieldPath: string): string {
  const { metadata } = pod;
  const subscripted = /^([^[]*)\['(.*)'\]$/.exec(fieldPath);
  if (subscripted) {
    const [, path = '', key = ''] = subscripted;
    if (path !== 'metadata.annotations' && path !== 'metadata.labels') {
      throw new Error(`fieldPath "${fieldPath}" does not support subscript`);
    }
    const problems = isQualifiedName(path === 'metadata.annotations' ? key.toLowerCase() : key);
    if (problems.length > 0) throw new Error(`invalid key subscript in ${fieldPath}: ${problems.join(';')}`);
    return (path === 'metadata.annotations' ? metadata.annotations : metadata.labels)?.[key] ?? '';
  }
  switch (fieldPath) {
    case 'metadata.annotations':
      return formatMap(metadata.annotations ?? {});
    case 'metadata.labels':
      return formatMap(metadata.labels ?? {});
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace;
    case 'metadata.uid':
      return metadata.uid;
    default:
      throw new Error(`unsupported fieldPath: ${fieldPath}`);
  }
}

/** What is known of the pod's place beside its object. */
export interface PodPlace {
  readonly podIPs: readonly string[];
  readonly hostIPs: readonly string[];
}

/** Any field that env variables may name. */
export function podField(pod: NodePod, fieldPath: string, place: PodPlace): string {
  switch (fieldPath) {
    case 'spec.nodeName':
      return pod.spec.nodeName ?? '';
    case 'spec.serviceAccountName':
      return pod.spec.serviceAccountName ?? '';
    case 'status.hostIP':
      return place.hostIPs[0] ?? '';
    case 'status.hostIPs':
      return place.hostIPs.join(',');
    case 'status.podIP':
      return place.podIPs[0] ?? '';
    case 'status.podIPs':
      return place.podIPs.join(',');
    default:
      return metadataField(pod, fieldPath);
  }
}

/** `key="value"` lines in key order, values quoted as Go quotes them. */
function formatMap(map: Readonly<Record<string, string>>): string {
  return Object.keys(map)
    .sort()
    .map((key) => `${key}=${goQuote(map[key] ?? '')}`)
    .join('\n');
}

/** Resources of `container` (or of the one that the selector names), in units of its divisor, rounded up. Missing limits are the node's. */
export function resourceField(
  pod: NodePod,
  selector: ResourceFieldSelector,
  container: Container | undefined,
  nodeAllocatable: ResourceList,
): string {
  const name = selector.containerName;
  const subject = name ? containersOf(pod).find((entry) => entry.container.name === name)?.container : container;
  if (!subject) throw new Error(`container ${name ?? ''} not found`);
  const [list = '', ...rest] = selector.resource.split('.');
  const resource = rest.join('.');
  const known =
    resource === 'cpu' ||
    resource === 'memory' ||
    resource === 'ephemeral-storage' ||
    resource.startsWith('hugepages-');
  if ((list !== 'limits' && list !== 'requests') || !known) {
    throw new Error(`unsupported container resource : ${selector.resource}`);
  }
  let quantity = subject.resources?.[list]?.[resource];
  if (quantity === undefined && list === 'limits')
    quantity = pod.spec.resources?.limits?.[resource] ?? nodeAllocatable[resource];
  const divisor = selector.divisor && quantityMilliValue(selector.divisor) !== 0 ? selector.divisor : '1';
  if (resource === 'cpu') return String(Math.ceil(quantityMilliValue(quantity ?? '0') / quantityMilliValue(divisor)));
  return String(Math.ceil(quantityValue(quantity ?? '0') / quantityValue(divisor)));
}
