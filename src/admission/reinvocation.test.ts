import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdmissionChain } from '#apiserver/admission-chain.ts';
import { AdmissionMetrics } from '#apiserver/admission-metrics.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import { MetricsRegistry } from '#base/metrics.ts';
import { invocationsOf } from './reinvocation.ts';

type Step = (context: AdmissionContext) => boolean;

/** A plugin of reinvocable steps that say whether they changed the object. */
function steps(name: string, log: string[], ...run: readonly Step[]): AdmissionPlugin {
  const plugin: AdmissionPlugin = {
    name,
    admit: (context) => {
      const invocations = invocationsOf(context, plugin);
      invocations.begin(context.object);
      run.forEach((step, index) => {
        const key = `${name}${index}`;
        if (!invocations.isDue(key)) return;
        log.push(key);
        if (step(context)) invocations.changed();
        invocations.reinvocable(key);
      });
      invocations.end(context.object);
    },
  };
  return plugin;
}

function annotate(name: string): Step {
  return ({ object }) => {
    const annotations = object?.metadata?.annotations;
    if (!annotations || annotations[name]) return false;
    annotations[name] = 'x';
    return true;
  };
}

function contextOf(): AdmissionContext {
  return { operation: 'CREATE', object: { metadata: { annotations: {} } } } as unknown as AdmissionContext;
}

test('what ran before a change runs once more, and never a third time', () => {
  const log: string[] = [];
  const plugin = steps('a', log, () => false, annotate('one'), annotate('two'));
  assert.equal(chainOf([plugin]).admit(contextOf()), undefined);
  assert.deepEqual(log, ['a0', 'a1', 'a2', 'a0', 'a1']);
});

test('a change by a later plugin is seen by the plugins before it', () => {
  const log: string[] = [];
  const plugins = [steps('a', log, () => false), steps('b', log, () => false, annotate('one'))];
  chainOf(plugins).admit(contextOf());
  assert.deepEqual(log, ['a0', 'b0', 'b1', 'a0', 'b0']);
});

test('nothing changed: one round', () => {
  const log: string[] = [];
  chainOf([steps('a', log, () => false)]).admit(contextOf());
  assert.deepEqual(log, ['a0']);
});

function chainOf(plugins: readonly AdmissionPlugin[]): AdmissionChain {
  return new AdmissionChain(plugins, { monotonic: () => 0 }, new AdmissionMetrics(new MetricsRegistry()));
}
