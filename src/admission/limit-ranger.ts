/** LimitRanger: what containers ask for has defaults, bounds and a largest ratio per namespace; claims have bounds. */

import { newForbidden } from '#api/errors.ts';
import { canonicalQuantity, compareQuantities, quantityMilliValue, quantityValue } from '#api/quantity.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { Draft } from '#base/edit.ts';
import { podLimits, podRequests, type ResourceList } from '#kinds/core/pod/resources.ts';
import type { Container, LimitRange, LimitRangeItem, PersistentVolumeClaim, Pod } from '#kinds/generated/core-v1.ts';

const limitRanges: CollectionName = '/limitranges';
const annotation = 'kubernetes.io/limit-ranger';

export function limitRanger(objects: LiveObjects): AdmissionPlugin {
  const ranges = async ({ namespace }: AdmissionContext) => {
    await objects.load(limitRanges);
    return [...objects.list(limitRanges, namespace)] as LimitRange[];
  };
  return {
    name: 'LimitRanger',
    handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
    admit: (context) =>
      concernsPod(context) && context.operation === 'CREATE'
        ? ranges(context).then((found) => setAllDefaults(context, found))
        : undefined,
    validate: (context) =>
      concernsClaim(context) || concernsPod(context)
        ? ranges(context).then((found) => checkLimits(context, found))
        : undefined,
  };
}

function setAllDefaults({ object }: AdmissionContext, ranges: readonly LimitRange[]): void {
  for (const range of ranges) setDefaults(object as Draft<Pod>, range);
}

function checkLimits(context: AdmissionContext, ranges: readonly LimitRange[]): void {
  const { resource, object } = context;
  for (const range of ranges) {
    const limits = range.spec?.limits ?? [];
    const problems = concernsClaim(context)
      ? claimProblems(object as unknown as PersistentVolumeClaim, limits)
      : podProblems(object as unknown as Pod, limits);
    if (problems.length === 0) continue;
    const text = problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`;
    throw newForbidden({ group: '', resource: resource.resource }, object?.metadata?.name ?? '', text);
  }
}

function concernsClaim({ resource, subresource }: AdmissionContext): boolean {
  return resource.group === '' && resource.resource === 'persistentvolumeclaims' && subresource === '';
}

/** Pods being made, and pods being resized; nothing else of a pod may change what it asks for. */
function concernsPod({ resource, subresource, operation }: AdmissionContext): boolean {
  if (resource.group !== '' || resource.resource !== 'pods') return false;
  return operation === 'CREATE' ? subresource === '' : subresource === 'resize';
}

function setDefaults(pod: Draft<Pod>, range: LimitRange): void {
  const item = range.spec?.limits?.find((limit) => limit.type === 'Container');
  if (!item || !pod.spec) return;
  const set: string[] = [];
  for (const container of pod.spec.containers ?? []) set.push(...mergeDefaults(container, item, 'container'));
  for (const container of pod.spec.initContainers ?? []) set.push(...mergeDefaults(container, item, 'init container'));
  if (set.length === 0) return;
  const note = `LimitRanger plugin set: ${set.join('; ')}`;
  pod.metadata = { ...pod.metadata, annotations: { ...pod.metadata?.annotations, [annotation]: note } };
}

function mergeDefaults(container: Draft<Container>, item: LimitRangeItem, label: string): string[] {
  const set: string[] = [];
  const merge = (which: 'requests' | 'limits', defaults: ResourceList | undefined) => {
    const own = container.resources?.[which] ?? {};
    const missing = Object.keys(defaults ?? {}).filter((name) => own[name] === undefined);
    if (missing.length === 0) return;
    container.resources = { ...container.resources, [which]: { ...defaults, ...own } };
    set.push(
      `${missing.sort().join(', ')} ${which === 'requests' ? 'request' : 'limit'} for ${label} ${container.name}`,
    );
  };
  merge('limits', item.default);
  merge('requests', item.defaultRequest);
  return set.sort((a, b) => Number(a.includes(' limit for')) - Number(b.includes(' limit for')));
}

function podProblems({ spec }: Pod, limits: readonly LimitRangeItem[]): string[] {
  if (!spec) return [];
  return limits.flatMap((item) => {
    if (item.type === 'Container') {
      return [...(spec.containers ?? []), ...(spec.initContainers ?? [])].flatMap(({ resources }) =>
        problemsOf(item, resources?.requests ?? {}, resources?.limits ?? {}),
      );
    }
    return item.type === 'Pod' ? problemsOf(item, podRequests(spec), podLimits(spec)) : [];
  });
}

function claimProblems({ spec }: PersistentVolumeClaim, limits: readonly LimitRangeItem[]): string[] {
  const requests = spec?.resources?.requests ?? {};
  return limits
    .filter((item) => item.type === 'PersistentVolumeClaim')
    .flatMap((item) => [
      ...each(item.min, (name, bound) => minProblem(item.type, name, bound, requests[name], undefined)),
      ...each(item.max, (name, bound) => maxRequestProblem(item.type, name, bound, requests[name])),
    ]);
}

function problemsOf(item: LimitRangeItem, requests: ResourceList, limits: ResourceList): string[] {
  return [
    ...each(item.min, (name, bound) => minProblem(item.type, name, bound, requests[name], limits[name])),
    ...each(item.max, (name, bound) => maxProblem(item.type, name, bound, requests[name], limits[name])),
    ...each(item.maxLimitRequestRatio, (name, bound) =>
      ratioProblem(item.type, name, bound, requests[name], limits[name]),
    ),
  ];
}

function each(
  bounds: ResourceList | undefined,
  problem: (name: string, bound: string) => string | undefined,
): string[] {
  return Object.entries(bounds ?? {}).flatMap(([name, bound]) => problem(name, canonicalQuantity(bound)) ?? []);
}

type Amount = string | undefined;

function minProblem(type: string, name: string, bound: string, request: Amount, limit: Amount): string | undefined {
  const head = `minimum ${name} usage per ${type} is ${bound}`;
  if (request === undefined) return `${head}.  No request is specified`;
  if (compareQuantities(request, bound) < 0) return `${head}, but request is ${canonicalQuantity(request)}`;
  if (limit !== undefined && compareQuantities(limit, bound) < 0)
    return `${head}, but limit is ${canonicalQuantity(limit)}`;
  return undefined;
}

function maxRequestProblem(type: string, name: string, bound: string, request: Amount): string | undefined {
  const head = `maximum ${name} usage per ${type} is ${bound}`;
  if (request === undefined) return `${head}.  No request is specified`;
  return compareQuantities(request, bound) > 0 ? `${head}, but request is ${canonicalQuantity(request)}` : undefined;
}

function maxProblem(type: string, name: string, bound: string, request: Amount, limit: Amount): string | undefined {
  const head = `maximum ${name} usage per ${type} is ${bound}`;
  if (limit === undefined) return `${head}.  No limit is specified`;
  if (compareQuantities(limit, bound) > 0) return `${head}, but limit is ${canonicalQuantity(limit)}`;
  return request === undefined ? undefined : maxRequestProblem(type, name, bound, request);
}

function ratioProblem(type: string, name: string, bound: string, request: Amount, limit: Amount): string | undefined {
  const head = `${name} max limit to request ratio per ${type} is ${bound}`;
  if (request === undefined || isZero(request)) return `${head}, but no request is specified or request is 0`;
  if (limit === undefined || isZero(limit)) return `${head}, but no limit is specified or limit is 0`;
  // In thousandths where they are few enough for that, as upstream counts: a ratio of whole numbers is exact then.
  const amountOf = [limit, request].every(hasMillis) ? quantityMilliValue : quantityValue;
  const ratio = amountOf(limit) / amountOf(request);
  const isOver = hasMillis(bound) ? ratio * 1000 > quantityMilliValue(bound) : ratio > quantityValue(bound);
  return isOver ? `${head}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}

/** resource.MaxMilliValue */
const maxMilliValue = (2n ** 63n - 1n) / 1000n;

function hasMillis(amount: string): boolean {
  return quantityValue(amount) <= maxMilliValue;
}

function isZero(amount: string): boolean {
  return quantityValue(amount) === 0;
}
