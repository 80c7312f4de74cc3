/**
 * Autoscaling with everything but the pods: the real API server with its aggregation, the real controller on a clock that runs fast, and
 * the three metrics APIs as an HTTPS server of its own behind APIServices.
 */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Env } from '#base/env.ts';
import type { Client } from '#client/client.ts';
import { horizontalPodAutoscalerController } from '#controllers/horizontal-pod-autoscaler/controller.ts';
import { CustomResourceDefinitions } from '#kinds/apiextensions/custom-resource-definition/definition.ts';
import { APIServices } from '#kinds/apiregistration/api-service/definition.ts';
import { Deployments } from '#kinds/apps/deployment/definition.ts';
import { HorizontalPodAutoscalers } from '#kinds/autoscaling/horizontal-pod-autoscaler/definition.ts';
import { Events } from '#kinds/core/event/definition.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import { Services } from '#kinds/core/service/definition.ts';
import { EndpointSlices } from '#kinds/discovery/endpoint-slice/definition.ts';
import type { HorizontalPodAutoscaler, MetricSpec } from '#kinds/generated/autoscaling-v2.ts';
import { startControllers } from '#runtime/controller.ts';
import { type HttpsBackend, remoteConnectionTo, startHttpsBackend } from './support/https-backend.ts';
import { type OpenServer, startOpenServer, testEnv } from './support/open-server.ts';

const env = fast(testEnv, 60);
const user = { username: 'alice', groups: ['system:masters'] };
const namespace = 'shop';
const groups = ['metrics.k8s.io/v1beta1', 'custom.metrics.k8s.io/v1beta2', 'external.metrics.k8s.io/v1beta1'];

/** Time that passes so many times faster: the controller looks every 15 seconds. */
function fast({ clock, ...rest }: Env, factor: number): Env {
  const startMs = clock.now();
  const start = clock.monotonic();
  return {
    ...rest,
    clock: {
      now: () => startMs + (clock.now() - startMs) * factor,
      monotonic: () => start + (clock.monotonic() - start) * factor,
      after: (delayMs, run) => clock.after(delayMs / factor, run),
    },
  };
}

describe('horizontal pod autoscaling', () => {
  const ending = new AbortController();
  /** What the metrics server was asked, and by whom. */
  const asked = new Set<string>();
  /** CPU in thousandths that each pod uses. */
  let cpu = 100;
  /** Values by the metric's name. */
  const values: { hits?: string; depth: string; jobs: string } = { hits: '10', depth: '7', jobs: '30' };
  let remote: HttpsBackend;
  let open: OpenServer;
  let client: Client;
  let stopped: Promise<void>;

  before(async () => {
    remote = await startHttpsBackend({ dnsNames: ['metrics.shop.svc'], onlyFrontProxy: true });
    remote.server.on('request', ({ url = '', headers }, response) => {
      const { pathname, searchParams } = new URL(url, 'https://x');
      if (pathname.split('/').length > 4) asked.add(`${headers['x-remote-user']} ${decodeURIComponent(url)}`);
      const answer = answerTo(pathname.split('/').slice(2).map(decodeURIComponent), searchParams);
      response.writeHead(answer ? 200 : 404, { 'content-type': answer ? 'application/json' : 'text/plain' });
      response.end(answer ? JSON.stringify(answer) : '404 page not found\n');
    });
    open = await startOpenServer(({ objects }) => ({ aggregation: { objects, connect: remoteConnectionTo(remote) } }));
    client = clientOf('alice');
    await client.create(Namespaces, { metadata: { name: namespace } });
    ({ stopped } = await startControllers(
      { env, client, clientFor: clientOf, controllers: [horizontalPodAutoscalerController] },
      ending.signal,
    ));
  });

  after(async () => {
    ending.abort();
    await stopped;
    await open.close();
    remote.close();
  });

  function clientOf(username: string): Client {
    return open.clientOf({ ...user, username }, '10.0.0.9');
  }

  function answerTo(
    [group = '', version = '', ...rest]: readonly string[],
    query: URLSearchParams,
  ): object | undefined {
    const apiVersion = `${group}/${version}`;
    if (rest.length === 0)
      return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersion, resources: [] };
    const timestamp = new Date(env.clock.now()).toISOString();
    if (group === 'metrics.k8s.io' && query.get('labelSelector') === 'app=web') {
      const items = ['web-0', 'web-1'].map((name) => ({
        metadata: { name, namespace },
        timestamp,
        window: '30s',
        containers: [{ name: 'c', usage: { cpu: `${cpu}m`, memory: '64Mi' } }],
      }));
      return { kind: 'PodMetricsList', apiVersion, metadata: {}, items };
    }
    const metric = rest.at(-1) ?? '';
    const value = Object.entries(values).find(([name]) => name === metric)?.[1];
    if (value === undefined) return undefined;
    const names = rest.includes('*') ? ['web-0', 'web-1'] : [rest.at(-2)];
    const items = names.map((name) => ({ describedObject: { name }, metric: { name: metric }, timestamp, value }));
    return { kind: 'MetricValueList', apiVersion, metadata: {}, items };
  }

  async function target(): Promise<void> {
    const template = {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '200m' } } }] },
    };
    const spec = { replicas: 2, selector: { matchLabels: { app: 'web' } }, template };
    const created = await client.create(Deployments, { metadata: { name: 'web', namespace }, spec });
    await client.updateStatus(Deployments, { ...created, status: { replicas: 2 } });
    for (const name of ['web-0', 'web-1']) {
      const pod = await client.create(Pods, { ...template, metadata: { ...template.metadata, name, namespace } });
      const since = '2026-01-01T00:00:00Z';
      const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: since }] as const;
      await client.updateStatus(Pods, { ...pod, status: { phase: 'Running', startTime: since, conditions } });
    }
  }

  async function register(): Promise<void> {
    await client.create(Services, {
      metadata: { namespace, name: 'metrics' },
      spec: { ports: [{ port: 443, targetPort: 8443 }] },
    });
    await client.create(EndpointSlices, {
      metadata: { namespace, name: 'metrics-1', labels: { 'kubernetes.io/service-name': 'metrics' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.1.1.1'], conditions: { ready: true } }],
      ports: [{ name: '', port: 8443 }],
    });
    for (const groupVersion of groups) {
      const [group = '', version = ''] = groupVersion.split('/');
      await client.create(APIServices, {
        metadata: { name: `${version}.${group}` },
        spec: {
          group,
          version,
          service: { namespace, name: 'metrics' },
          caBundle: remote.caBundle,
          groupPriorityMinimum: 100,
          versionPriority: 100,
        },
      });
    }
  }

  /** Until it holds; the test's own time limit is the bound. */
  async function until(
    name: string,
    holds: (hpa: HorizontalPodAutoscaler) => boolean,
  ): Promise<HorizontalPodAutoscaler> {
    for await (const { object } of client.watch(HorizontalPodAutoscalers, {
      namespace,
      fieldSelector: `metadata.name=${name}`,
      sendInitialEvents: true,
      allowWatchBookmarks: true,
      signal: AbortSignal.timeout(20_000),
    })) {
      if (object.metadata?.name === name && holds(object)) return object;
    }
    throw new Error('the watch ended');
  }

  /** The events of the autoscaler, once there is one of the reason: they are written behind the status. */
  async function eventsUntil(reason: string): Promise<Record<string, string | undefined>> {
    const about = { namespace, fieldSelector: 'involvedObject.name=web' };
    const found: Record<string, string | undefined> = {};
    for await (const { object } of client.watch(Events, { ...about, signal: AbortSignal.timeout(20_000) })) {
      if (object.reason !== undefined) found[object.reason] = object.message?.split(': ').at(-1);
      if (object.reason === reason) break;
    }
    return found;
  }

  const reasonOf = (hpa: HorizontalPodAutoscaler, type: string) =>
    hpa.status?.conditions?.find((condition) => condition.type === type)?.reason;
  const replicas = async () => (await client.get(Deployments, { namespace, name: 'web' })).spec?.replicas;
  const selector = { matchLabels: { queue: 'mail' } };
  const metrics: MetricSpec[] = [
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
    {
      type: 'ContainerResource',
      containerResource: { name: 'memory', container: 'c', target: { type: 'AverageValue', averageValue: '128Mi' } },
    },
    { type: 'Pods', pods: { metric: { name: 'hits' }, target: { type: 'AverageValue', averageValue: '10' } } },
    {
      type: 'Object',
      object: {
        describedObject: { apiVersion: 'v1', kind: 'Service', name: 'metrics' },
        metric: { name: 'depth' },
        target: { type: 'Value', value: '10' },
      },
    },
    {
      type: 'External',
      external: { metric: { name: 'jobs', selector }, target: { type: 'AverageValue', averageValue: '10' } },
    },
  ];

  test('without metrics APIs it says so; with them it scales by the metric that asks for most', {
    timeout: 60_000,
  }, async () => {
    await target();
    await client.create(HorizontalPodAutoscalers, {
      metadata: { name: 'web', namespace },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        maxReplicas: 4,
        metrics,
        behavior: { scaleDown: { stabilizationWindowSeconds: 0 } },
      },
    });
    const unknown = await until('web', (hpa) => reasonOf(hpa, 'ScalingActive') === 'FailedGetResourceMetric');
    assert.equal(
      unknown.status?.conditions?.[1]?.message,
      'the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)',
    );
    assert.deepEqual([unknown.status?.currentReplicas, unknown.status?.desiredReplicas], [2, 0]);
    assert.deepEqual(await eventsUntil('FailedComputeMetricsReplicas'), {
      FailedGetResourceMetric: 'the server could not find the requested resource (get pods.metrics.k8s.io)',
      FailedGetContainerResourceMetric: 'the server could not find the requested resource (get pods.metrics.k8s.io)',
      FailedGetPodsMetric: 'no custom metrics API (custom.metrics.k8s.io) registered',
      FailedGetObjectMetric: 'no custom metrics API (custom.metrics.k8s.io) registered',
      FailedGetExternalMetric: 'the server could not find the requested resource (get jobs.external.metrics.k8s.io)',
      FailedComputeMetricsReplicas: 'the server could not find the requested resource (get pods.metrics.k8s.io)',
    });

    await register();
    const scaled = await until('web', (hpa) => reasonOf(hpa, 'AbleToScale') === 'SucceededRescale');
    // 50 % of 200m is what they use; 30 jobs at 10 each ask for three.
    assert.equal(await replicas(), 3);
    assert.deepEqual(scaled.status?.currentMetrics, [
      { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 50, averageValue: '100m' } } },
      {
        type: 'ContainerResource',
        containerResource: { name: 'memory', container: 'c', current: { averageValue: '64Mi' } },
      },
      { type: 'Pods', pods: { metric: { name: 'hits' }, current: { averageValue: '10' } } },
      {
        type: 'Object',
        object: {
          describedObject: { apiVersion: 'v1', kind: 'Service', name: 'metrics' },
          metric: { name: 'depth' },
          current: { value: '7' },
        },
      },
      { type: 'External', external: { metric: { name: 'jobs', selector }, current: { averageValue: '15' } } },
    ]);
    assert.equal(reasonOf(scaled, 'ScalingActive'), 'ValidMetricFound');
    assert.equal(reasonOf(scaled, 'ScalingLimited'), 'DesiredWithinRange');
    assert.deepEqual(
      [...asked]
        .filter((line) => line.startsWith('horizontal-pod-autoscaler-controller '))
        .map((line) => line.split(' ')[1])
        .sort(),
      [
        '/apis/custom.metrics.k8s.io/v1beta2/namespaces/shop/pods/*/hits?labelSelector=app=web',
        '/apis/custom.metrics.k8s.io/v1beta2/namespaces/shop/services/metrics/depth',
        '/apis/external.metrics.k8s.io/v1beta1/namespaces/shop/jobs?labelSelector=queue=mail',
        '/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods?labelSelector=app=web',
      ],
    );
  });

  test('a metric that is lost stops the way down, not the way up', { timeout: 60_000 }, async () => {
    delete values.hits;
    values.jobs = '10';
    cpu = 10;
    await until('web', (hpa) => reasonOf(hpa, 'ScalingActive') === 'FailedGetPodsMetric');
    assert.equal(await replicas(), 3);
    cpu = 1000;
    const limited = await until('web', (hpa) => reasonOf(hpa, 'ScalingLimited') === 'TooManyReplicas');
    assert.equal(await replicas(), 4);
    assert.equal(limited.status?.currentMetrics?.[2]?.type, '');
    values.hits = '1';
    cpu = 10;
    await until('web', (hpa) => hpa.status?.desiredReplicas === 2);
    assert.equal(await replicas(), 2);
  });

  test('custom resources are scaled by their scale', { timeout: 60_000 }, async () => {
    const schema = {
      openAPIV3Schema: {
        type: 'object',
        properties: {
          spec: { type: 'object', properties: { size: { type: 'integer' } } },
          status: { type: 'object', properties: { size: { type: 'integer' }, selector: { type: 'string' } } },
        },
      },
    };
    const scale = {
      specReplicasPath: '.spec.size',
      statusReplicasPath: '.status.size',
      labelSelectorPath: '.status.selector',
    };
    await client.create(CustomResourceDefinitions, {
      metadata: { name: 'fleets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'fleets', kind: 'Fleet' },
        versions: [{ name: 'v1', served: true, storage: true, schema, subresources: { status: {}, scale } }],
      },
    });
    const spec = { scaleTargetRef: { apiVersion: 'example.com/v1', kind: 'Fleet', name: 'f' }, maxReplicas: 5 };
    const external = { metric: { name: 'jobs' }, target: { type: 'Value', value: '5' } };
    await client.create(HorizontalPodAutoscalers, {
      metadata: { name: 'fleet', namespace },
      spec: { ...spec, minReplicas: 2, metrics: [{ type: 'External', external }] },
    });
    const missing = await until('fleet', (hpa) => reasonOf(hpa, 'AbleToScale') === 'FailedGetScale');
    assert.match(
      missing.status?.conditions?.[0]?.message ?? '',
      /^the HPA controller was unable to get the target's current scale: (no matches for kind "Fleet" in group "example.com"|fleets.example.com "f" not found)$/,
    );
    const path = `/apis/example.com/v1/namespaces/${namespace}/fleets`;
    const metadata = { name: 'f', namespace };
    const fleet = { apiVersion: 'example.com/v1', kind: 'Fleet', metadata, spec: { size: 1 } };
    await client.raw('POST', path, fleet);
    await until('fleet', (hpa) => hpa.status?.desiredReplicas === 2);
    assert.deepEqual(((await client.raw('GET', `${path}/f`)) as typeof fleet).spec, { size: 2 });
    const selecting = await until('fleet', (hpa) => reasonOf(hpa, 'ScalingActive') === 'InvalidSelector');
    assert.equal(
      selecting.status?.conditions?.find(({ type }) => type === 'ScalingActive')?.message,
      "the HPA target's scale is missing a selector",
    );
  });
});
