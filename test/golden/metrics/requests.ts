/** Requests whose series are compared, of a kind that no controller asks for; and what is compared of a text of metrics. */

export const metricsNamespace = 'golden-metrics';
export const templatesPath = `/api/v1/namespaces/${metricsNamespace}/podtemplates`;
const own = templatesPath;
export const template = (name: string) => ({
  apiVersion: 'v1',
  kind: 'PodTemplate',
  metadata: { name },
  template: { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
});
const merge = 'application/merge-patch+json';

export interface MetricsRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

export const requests: readonly MetricsRequest[] = [
  { method: 'POST', path: own, body: template('a') },
  { method: 'POST', path: `${own}?dryRun=All`, body: template('b') },
  { method: 'POST', path: `${own}?dryRun=Some`, body: template('b') },
  { method: 'POST', path: own, body: template('NOT A NAME') },
  { method: 'POST', path: own, body: template('a') },
  { method: 'GET', path: `${own}/a` },
  { method: 'GET', path: `${own}/none` },
  { method: 'GET', path: own },
  { method: 'GET', path: '/api/v1/podtemplates' },
  { method: 'GET', path: `${own}?watch=true&timeoutSeconds=1` },
  { method: 'GET', path: `${own}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Da` },
  { method: 'PUT', path: `${own}/a`, body: template('a') },
  { method: 'PATCH', path: `${own}/a`, body: { metadata: { labels: { b: 'c' } } }, contentType: merge },
  {
    method: 'PATCH',
    path: `${own}/a?fieldManager=m&force=true`,
    body: template('a'),
    contentType: 'application/apply-patch+yaml',
  },
  { method: 'DELETE', path: `${own}/a` },
  { method: 'DELETE', path: own },
  { method: 'GET', path: '/readyz' },
];

export interface MetricFacts {
  readonly type: string;
  /** Sorted. */
  readonly labels: readonly string[];
  /** Upper bounds, +Inf aside. */
  readonly buckets?: readonly number[];
}

/** What a text of metrics says of each name. Metrics without series are not in it. */
export function factsOf(text: string): Record<string, MetricFacts> {
  const facts: Record<string, MetricFacts> = {};
  let name = '';
  let type = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('# TYPE ')) [, , name = '', type = ''] = line.split(' ');
    if (line.startsWith('#') || line === '') continue;
    const found = facts[name];
    const labels = [...line.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)];
    const bound = labels.find(([, label]) => label === 'le')?.[2];
    const names = labels.map(([, label = '']) => label).filter((label) => label !== 'le');
    const buckets = [...(found?.buckets ?? [])];
    if (bound !== undefined && bound !== '+Inf' && !buckets.includes(Number(bound))) buckets.push(Number(bound));
    facts[name] = { type, labels: [...names].sort(), ...(type === 'histogram' ? { buckets } : {}) };
  }
  return facts;
}

const compared = [
  'apiserver_request_total',
  'apiserver_request_duration_seconds_count',
  'apiserver_request_sli_duration_seconds_count',
  'apiserver_response_sizes_count',
  'apiserver_request_body_size_bytes_count',
  'apiserver_watch_events_total',
  'apiserver_watch_events_sizes_count',
];

/** Series of the requests above with their values; labels in the order of their names. */
export function seriesOf(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => compared.some((name) => line.startsWith(`${name}{`)))
    .filter((line) => line.includes('resource="podtemplates"'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = line.match(/^([^{]*)\{(.*)\} (.*)$/) ?? [];
      return `${name}{${labels.split(',').sort().join(',')}} ${Number(value)}`;
    })
    .sort();
}

/** What came on top: series of before are taken off. */
export function added(before: readonly string[], after: readonly string[]): string[] {
  const values = new Map(before.map((line) => splitValue(line)));
  return after.flatMap((line) => {
    const [series, value] = splitValue(line);
    const grown = value - (values.get(series) ?? 0);
    const isNew = !values.has(series);
    return grown > 0 || isNew ? [`${series} ${grown}`] : [];
  });
}

function splitValue(line: string): [series: string, value: number] {
  const at = line.lastIndexOf(' ');
  return [line.slice(0, at), Number(line.slice(at + 1))];
}
