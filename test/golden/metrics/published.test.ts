/**
 * Which of the metrics that upstream publishes as STABLE or BETA (published.json, by tools/record-golden/published-metrics.ts) ours has: with the
 * same type, labels and buckets, whatever process shows them there. What is missing is named with the reason.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { AdmissionMetrics } from '#apiserver/admission-metrics.ts';
import { allowed } from '#apiserver/authorizer.ts';
import { HealthMetrics } from '#apiserver/health.ts';
import { MeasuredStore } from '#apiserver/measured-store.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { createApiServer } from '#apiserver/server.ts';
import { type Declaration, MetricsRegistry } from '#base/metrics.ts';
import { createLiveObjects } from '#cluster/server/live-objects.ts';
import { createReloadMetrics } from '#cluster/server/reload-metrics.ts';
import { ControllerMetrics } from '#controllers/metrics.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import { WorkQueueMetrics } from '#runtime/work-queue-metrics.ts';
import { SchedulerMetrics } from '#scheduler/metrics.ts';
import { createMemoryStore } from '#store/revision-store.ts';

interface Published {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

const published = JSON.parse(
  readFileSync(new URL('./published.json', import.meta.url), 'utf8'),
) as readonly Published[];

const noGates = 'upstream counts its feature gates and its registrations of metrics; here there are none';
const oneValidation = 'upstream compares two validations of the same object; here there is one';
const kubelet = "the kubelet's /metrics has little";
const missing: Readonly<Record<string, string>> = {
  apiserver_validation_declarative_validation_mismatch_total: oneValidation,
  apiserver_validation_declarative_validation_panic_total: oneValidation,
  disabled_metrics_total: noGates,
  hidden_metrics_total: noGates,
  registered_metrics_total: noGates,
  kubernetes_feature_enabled: noGates,
  kubelet_image_volume_mounted_errors_total: kubelet,
  kubelet_image_volume_mounted_succeed_total: kubelet,
  kubelet_image_volume_requested_total: kubelet,
  prober_probe_total: kubelet,
  running_managed_controllers: "upstream's controller manager does not show it either",
};
/** Shown by the kubelet's server, which writes them as text (src/kubelet/server). */
const ofTheKubelet = /^(container|node|pod)_(cpu|memory|start|swap)|^resource_scrape_error$/;

const env = createSimEnv();

async function declared(): Promise<ReadonlyMap<string, Declaration>> {
  const registry = new MetricsRegistry();
  const resources = new MetricsRegistry();
  const schemas = new SchemaRegistry(builtinTables);
  const store = new MeasuredStore(createMemoryStore(env), env.clock, registry);
  const server = createApiServer({
    env,
    store,
    metrics: registry,
    admissionMetrics: new AdmissionMetrics(registry),
    definitions: builtinDefinitions,
    codecs: schemaCodecs(schemas),
    schemas,
    authenticate: () => undefined,
    authorize: () => allowed,
    fairness: {
      objects: createLiveObjects(() => server.registry, store),
      maxRequestsInFlight: 400,
      maxMutatingRequestsInFlight: 200,
    },
  });
  for (const what of ['authentication', 'authorization', 'encryption'] as const) {
    createReloadMetrics(registry, `${what}_config_controller`, env);
  }
  new WorkQueueMetrics(registry, env.clock);
  new ControllerMetrics(registry);
  new SchedulerMetrics(registry, resources, env.clock);
  await server.close();
  const all = [...server.metricsRegistries, resources, new HealthMetrics().registry];
  return new Map(all.flatMap((each) => each.declared()).map((declaration) => [declaration.name, declaration]));
}

test("upstream's STABLE and BETA metrics are there, or are named as missing", async () => {
  const ours = await declared();
  for (const { name, type, labels, buckets } of published) {
    if (ofTheKubelet.test(name)) continue;
    const own = ours.get(name);
    assert.equal(own === undefined, name in missing, name);
    if (!own) continue;
    // Custom metrics say no type in the list.
    if (type !== 'custom') assert.equal(own.type, type, name);
    assert.deepEqual(own.labels, labels, name);
    if (buckets) assert.deepEqual(own.buckets?.map(rounded), buckets.map(rounded), name);
  }
});

/** The list has products of doubles as Go prints them. */
function rounded(value: number): number {
  return Number(value.toPrecision(9));
}
