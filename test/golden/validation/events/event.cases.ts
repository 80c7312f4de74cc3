import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

type Tree = Record<string, unknown>;

const path = '/apis/events.k8s.io/v1/namespaces/golden-validation/events';
const valid = {
  eventTime: '2026-01-01T00:00:00.000000Z',
  reportingController: 'a.b/c',
  reportingInstance: 'i',
  action: 'x',
  reason: 'y',
  type: 'Normal',
  regarding: { kind: 'Pod', name: 'p', namespace: 'golden-validation' },
};
const create = (name: string, fields: Tree): GoldenCase => ({
  name,
  method: 'POST',
  path,
  body: { metadata: { name: 'a' }, ...valid, ...fields },
  dryRun: true,
});
const patch = (name: string, body: Tree): GoldenCase => ({ name, method: 'PATCH', path: `${path}/a`, body });

export const cases: readonly GoldenCase[] = [
  ...caseBuilders('events.k8s.io/v1/namespaces/NAMESPACE/events', { metadata: { name: 'a' }, ...valid }).metadata(),
  create('minimal', {}),
  create('no time', { eventTime: null }),
  create('no reporter', { reportingController: '', reportingInstance: '' }),
  create('reporter', { reportingController: 'a b', reportingInstance: 'i'.repeat(129) }),
  create('no action', { action: '', reason: '' }),
  create('long texts', { action: 'x'.repeat(129), reason: 'x'.repeat(129), note: 'x'.repeat(1025) }),
  create('type', { type: 'Odd' }),
  create('other namespace', { regarding: { namespace: 'x' } }),
  create('no namespace', { regarding: {} }),
  create('deprecated fields', {
    deprecatedCount: 1,
    deprecatedSource: { component: 'x' },
    deprecatedFirstTimestamp: '2026-01-01T00:00:00Z',
    deprecatedLastTimestamp: '2026-01-01T00:00:00Z',
  }),
  create('series of one', { series: { count: 1, lastObservedTime: '2026-01-01T00:00:00.000000Z' } }),
  { name: 'create', method: 'POST', path, body: { metadata: { name: 'a' }, ...valid } },
  patch('series', { series: { count: 2, lastObservedTime: '2026-01-01T00:00:00.000000Z' } }),
  patch('other reason', { reason: 'z' }),
  patch('other note', { note: 'z', type: 'Warning', action: 'w' }),
  patch('other reporter', { reportingController: 'd.e/f', reportingInstance: 'j' }),
];
