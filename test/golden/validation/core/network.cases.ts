import { metadataOf } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

type Tree = Record<string, unknown>;

const endpoints = (name: string, ...subsets: Tree[]): GoldenCase => ({
  name: `Endpoints: ${name}`,
  method: 'POST',
  path: 'endpoints',
  body: { metadata: { name: 'a' }, subsets },
  dryRun: true,
});
const address = (ip: string, fields: Tree = {}): Tree => ({ addresses: [{ ip, ...fields }] });
const event = (name: string, fields: Tree): GoldenCase => ({
  name: `Event: ${name}`,
  method: 'POST',
  path: 'events',
  body: {
    metadata: { name: 'a' },
    involvedObject: { kind: 'Pod', name: 'p', namespace: 'golden-validation' },
    ...fields,
  },
  dryRun: true,
});

export const cases: readonly GoldenCase[] = [
  ...metadataOf('endpoints', {}),
  ...metadataOf('events', { involvedObject: { kind: 'Pod', name: 'p', namespace: 'golden-validation' } }),
  event('full', {
    reason: 'r',
    message: 'm',
    source: { component: 'c', host: 'h' },
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp: '2026-01-01T00:00:00Z',
    count: 3,
    type: 'Warning',
  }),
  event('type', { type: 'Odd' }),
  event('negative count', { count: -1 }),
  event('cluster-scoped object', { involvedObject: { kind: 'Node', name: 'n' } }),
  event('object of a group', {
    involvedObject: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'n', namespace: 'x' },
  }),
  event('series', { series: { count: 1, lastObservedTime: '2026-01-01T00:00:00.000000Z' } }),
  event('time', { firstTimestamp: 'x' }),
  endpoints('empty'),
  endpoints('full', { ...address('1.2.3.4', { hostname: 'h', nodeName: 'n' }), ports: [{ port: 80 }] }),
  endpoints('no addresses', { ports: [{ port: 80 }] }),
  endpoints('not an address', address('x')),
  endpoints('leading zeros', address('010.1.1.1')),
  endpoints('mapped address', address('::ffff:1.2.3.4')),
  endpoints('loopback', address('127.0.0.1'), address('::1')),
  endpoints('link-local', address('169.254.1.1'), address('fe80::1'), address('224.0.0.1'), address('ff02::1')),
  endpoints('unspecified', address('0.0.0.0'), address('::')),
  endpoints('address in long form', address('2001:db8:0:0:0:0:0:1')),
  endpoints('names', address('1.2.3.4', { hostname: 'A.b', nodeName: 'A b' })),
  endpoints('ports', { ...address('1.2.3.4'), ports: [{ port: 0 }, { port: 80, name: 'A', protocol: 'Odd' }] }),
  endpoints('application protocol', { ...address('1.2.3.4'), ports: [{ port: 80, appProtocol: 'a b' }] }),
  event('minimal', {}),
  event('other namespace', { involvedObject: { namespace: 'x' } }),
  event('no namespace', { involvedObject: {} }),
  event('newer kind without its fields', { eventTime: '2026-01-01T00:00:00.000000Z' }),
  event('newer kind', {
    eventTime: '2026-01-01T00:00:00.000000Z',
    reportingComponent: 'a.b/c',
    reportingInstance: 'i',
    action: 'x',
    reason: 'y',
  }),
  event('newer kind too long', {
    eventTime: '2026-01-01T00:00:00.000000Z',
    reportingComponent: 'a b',
    reportingInstance: 'i'.repeat(129),
    action: 'x'.repeat(129),
    reason: 'y'.repeat(129),
    message: 'm'.repeat(1025),
  }),
  {
    name: 'Event: create',
    method: 'POST',
    path: 'events',
    body: { metadata: { name: 'a' }, involvedObject: { kind: 'Pod', name: 'p', namespace: 'golden-validation' } },
  },
  { name: 'Event: count may change', method: 'PATCH', path: 'events/a', body: { count: 2 } },
  { name: 'Event: object', method: 'PATCH', path: 'events/a', body: { involvedObject: { namespace: 'x' } } },
  {
    name: 'Endpoints: create',
    method: 'POST',
    path: 'endpoints',
    body: { metadata: { name: 'a' }, subsets: [address('10.0.0.1')] },
  },
  { name: 'Endpoints: change', method: 'PATCH', path: 'endpoints/a', body: { subsets: [address('10.0.0.2')] } },
  {
    name: 'Endpoints: change to something bad',
    method: 'PATCH',
    path: 'endpoints/a',
    body: { subsets: [address('10.0.0.2'), {}] },
  },
];
