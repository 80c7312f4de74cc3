/**
 * Writes test/golden/metrics/published.json: the metrics that upstream publishes as STABLE or BETA, with type, labels and buckets, from its own
 * list (kubernetes test/instrumentation/documentation/documentation-list.yaml):
 *
 *   node tools/record-golden/published-metrics.ts <documentation-list.yaml>
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { load } from 'js-yaml';

interface Published {
  readonly name: string;
  readonly subsystem?: string;
  readonly namespace?: string;
  readonly type: string;
  readonly stabilityLevel: string;
  readonly labels?: readonly string[];
  readonly buckets?: readonly number[];
  readonly componentEndpoints?: readonly { readonly component: string; readonly endpoint: string }[];
}

const [file = ''] = process.argv.slice(2);
const published = (load(readFileSync(file, 'utf8')) as readonly Published[]).filter(({ stabilityLevel }) =>
  ['STABLE', 'BETA'].includes(stabilityLevel),
);
const metrics = published.map(
  ({ namespace, subsystem, name, type, stabilityLevel, labels = [], buckets, componentEndpoints = [] }) => ({
    name: [namespace, subsystem, name].filter(Boolean).join('_'),
    type: type.toLowerCase(),
    stability: stabilityLevel,
    labels: labels.toSorted(),
    ...(buckets ? { buckets } : {}),
    components: componentEndpoints.map(({ component }) => component),
  }),
);
metrics.sort((a, b) => (a.name < b.name ? -1 : 1));
const lines = metrics.map((metric) => ` ${JSON.stringify(metric)}`);
writeFileSync(new URL('../../test/golden/metrics/published.json', import.meta.url), `[\n${lines.join(',\n')}\n]\n`);
