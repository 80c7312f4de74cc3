import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '#api/configuration.ts';
import { eventLimitsOf, imagePolicyOf, podNodeSelectorOf, podTolerationsOf } from './optional-configuration.ts';

function fault(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  return '';
}

const limits = (...list: readonly object[]) =>
  JSON.stringify({ apiVersion: 'eventratelimit.admission.k8s.io/v1alpha1', kind: 'Configuration', limits: list });

test('limits of events', () => {
  assert.deepEqual(eventLimitsOf(limits({ type: 'Server', qps: 2, burst: 3 })), [
    { type: 'Server', qps: 2, burst: 3, cacheSize: 4096 },
  ]);
  const cases: readonly [content: string, expected: string][] = [
    [limits(), 'limits: Invalid value: []: must not be empty'],
    [limits({ type: 'User', qps: 0, burst: 1 }), 'limits[0].qps: Invalid value: 0: must be positive'],
    [
      limits({ type: 'User', qps: 1, burst: 1, cacheSize: -1 }),
      'limits[0].cacheSize: Invalid value: -1: must not be negative',
    ],
    [
      limits({ type: 'Odd', qps: 1, burst: 1 }),
      'limits[0].type: Unsupported value: "Odd": supported values: "Namespace", "Server", "SourceAndObject", "User"',
    ],
    [
      limits({ type: 'User', qps: '1', burst: 1 }),
      'json: cannot unmarshal string into Go struct field limits[0].qps of type int32',
    ],
    ['{"kind":"Configuration"}', 'Object \'apiVersion\' is missing in \'{"kind":"Configuration"}\''],
  ];
  for (const [content, expected] of cases) {
    assert.deepEqual(
      fault(() => eventLimitsOf(content))
        .split('"')
        .sort(),
      expected.split('"').sort(),
    );
  }
});

test('tolerations and selectors of the cluster', () => {
  const content = (toleration: object) =>
    JSON.stringify({
      apiVersion: 'podtolerationrestriction.admission.k8s.io/v1alpha1',
      kind: 'Configuration',
      whitelist: [toleration],
    });
  assert.deepEqual(podTolerationsOf(content({ key: 'a', operator: 'Exists' })), {
    default: [],
    whitelist: [{ key: 'a', operator: 'Exists' }],
  });
  assert.match(
    fault(() => podTolerationsOf(content({ key: 'a', operator: 'Odd' }))),
    /^invalid config: \[podtolerationrestriction\.whitelist\[0\]\.operator: Unsupported value: "Odd"/,
  );
  assert.deepEqual(podNodeSelectorOf('podNodeSelectorPluginConfig: {ns: "a=b"}'), { ns: 'a=b' });
  assert.deepEqual(podNodeSelectorOf('{}'), {});
});

test('times of the webhook about images', () => {
  const read = (more: string) => imagePolicyOf(`imagePolicy: {kubeConfigFile: /k, ${more}}`);
  assert.deepEqual(read('allowTTL: 60, denyTTL: -1, retryBackoff: 0, defaultAllow: true'), {
    kubeConfigFile: '/k',
    allowedMs: 60_000,
    deniedMs: 0,
    initialBackoffMs: 500,
    defaultAllow: true,
  });
  assert.deepEqual(read(''), {
    kubeConfigFile: '/k',
    allowedMs: 300_000,
    deniedMs: 30_000,
    initialBackoffMs: 500,
    defaultAllow: false,
  });
  assert.equal(
    fault(() => read('allowTTL: 3600')),
    'valid value is between 1s and 30m0s, got 1h0m0s',
  );
});
