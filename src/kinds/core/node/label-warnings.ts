/** Node labels that have new names, or no meaning any more (pkg/api/node). */

import { child, index } from '#api/field-error.ts';
import { isValidLabelValue } from '#api/name-format.ts';
import type { NodeSelectorTerm } from '#kinds/generated/core-v1.ts';

const deprecated: ReadonlyMap<string, string> = new Map([
  ['beta.kubernetes.io/arch', 'deprecated since v1.14; use "kubernetes.io/arch" instead'],
  ['beta.kubernetes.io/os', 'deprecated since v1.14; use "kubernetes.io/os" instead'],
  ['failure-domain.beta.kubernetes.io/region', 'deprecated since v1.17; use "topology.kubernetes.io/region" instead'],
  ['failure-domain.beta.kubernetes.io/zone', 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead'],
  ['beta.kubernetes.io/instance-type', 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead'],
  ['app.kubernetes.io/created-by', 'deprecated since v1.9'],
  ['scheduler.alpha.kubernetes.io/preferAvoidPods', 'deprecated since v1.22; use Taints and Tolerations instead'],
  ['node-role.kubernetes.io/master', 'use "node-role.kubernetes.io/control-plane" instead'],
]);

export function nodeLabelDeprecation(key: string): string | undefined {
  return deprecated.get(key);
}

/** `checksValues` where values are not validated: preferences may have any. */
export function nodeTermWarnings(
  { matchExpressions }: NodeSelectorTerm,
  checksValues: boolean,
  path: string,
): string[] {
  return (matchExpressions ?? []).flatMap(({ key, values }, position) => {
    const at = index(child(path, 'matchExpressions'), position);
    const message = deprecated.get(key);
    const ofKey = message === undefined ? [] : [`${child(at, 'key')}: ${key} is ${message}`];
    const ofValues = (checksValues ? (values ?? []) : []).flatMap((value, valuePosition) =>
      isValidLabelValue(value).map(
        (fault) => `${index(child(at, 'values'), valuePosition)}: ${value} is invalid, ${fault}`,
      ),
    );
    return [...ofKey, ...ofValues];
  });
}
