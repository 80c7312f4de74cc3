/** A selector and a template that it selects, as the specs of workloads have them. */

import type { Tree } from './case-builders.ts';

const labels = { app: 'a' };
export const selector: Tree = { matchLabels: labels };
export const podSpec: Tree = { containers: [{ name: 'c', image: 'nginx:1' }] };
export const template: Tree = { metadata: { labels }, spec: podSpec };
export const templateWith = (spec: Tree): Tree => ({ ...template, spec: { ...podSpec, ...spec } });

/** Selectors and templates that no workload may have, as fields of spec. */
export const badPodMakers: Readonly<Record<string, Tree>> = {
  'no selector': { selector: null },
  'empty selector': { selector: {} },
  'selector of a bad operator': { selector: { matchExpressions: [{ key: 'a', operator: 'Near' }] } },
  'selector of bad labels': { selector: { matchLabels: { 'a b': 'c d' } } },
  'selector without values': { selector: { matchExpressions: [{ key: 'app', operator: 'In' }] } },
  'selector that does not match': { selector: { matchLabels: { app: 'b' } } },
  'template without labels': { template: { spec: podSpec } },
  'restart policy': { template: templateWith({ restartPolicy: 'Never' }) },
  'active deadline': { template: templateWith({ activeDeadlineSeconds: 5 }) },
  'bad template labels': { template: { metadata: { labels: { app: 'a', 'x y': 'z' } }, spec: podSpec } },
  'bad container': { template: templateWith({ containers: [{ name: 'A', image: 'nginx' }] }) },
};
