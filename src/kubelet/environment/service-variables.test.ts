import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Service } from '#kinds/generated/core-v1.ts';
import { serviceVariables } from './service-variables.ts';

function service(
  namespace: string,
  name: string,
  clusterIP: string,
  ports: readonly (readonly [string, number, 'TCP' | 'UDP'])[],
): Service {
  return {
    metadata: { namespace, name },
    spec: {
      clusterIP,
      ports: ports.map(([portName, port, protocol]) => ({ ...(portName ? { name: portName } : {}), port, protocol })),
    },
  };
}

const services = [
  service('shop', 'redis-master', '10.0.0.11', [['', 6379, 'TCP']]),
  service('shop', 'headless', 'None', [['', 80, 'TCP']]),
  service('other', 'redis-slave', '10.0.0.12', [['', 6379, 'TCP']]),
  service('default', 'kubernetes', '10.96.0.1', [['https', 443, 'TCP']]),
];

test('a service of one port has its seven variables; other namespaces and headless services have none', () => {
  assert.deepEqual(Object.fromEntries(serviceVariables(services.slice(0, 3), 'shop', true)), {
    REDIS_MASTER_SERVICE_HOST: '10.0.0.11',
    REDIS_MASTER_SERVICE_PORT: '6379',
    REDIS_MASTER_PORT: 'tcp://10.0.0.11:6379',
    REDIS_MASTER_PORT_6379_TCP: 'tcp://10.0.0.11:6379',
    REDIS_MASTER_PORT_6379_TCP_PROTO: 'tcp',
    REDIS_MASTER_PORT_6379_TCP_PORT: '6379',
    REDIS_MASTER_PORT_6379_TCP_ADDR: '10.0.0.11',
  });
});

test('without service links only the API server is visible, with its named port', () => {
  assert.deepEqual([...serviceVariables(services, 'shop', false).keys()].sort(), [
    'KUBERNETES_PORT',
    'KUBERNETES_PORT_443_TCP',
    'KUBERNETES_PORT_443_TCP_ADDR',
    'KUBERNETES_PORT_443_TCP_PORT',
    'KUBERNETES_PORT_443_TCP_PROTO',
    'KUBERNETES_SERVICE_HOST',
    'KUBERNETES_SERVICE_PORT',
    'KUBERNETES_SERVICE_PORT_HTTPS',
  ]);
});
