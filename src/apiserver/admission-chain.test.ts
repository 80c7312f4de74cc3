import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricsRegistry } from '#base/metrics.ts';
import { AdmissionChain } from './admission-chain.ts';
import { AdmissionMetrics } from './admission-metrics.ts';
import type { AdmissionContext, AdmissionPlugin } from './admission-plugin.ts';

test('each plugin is counted, what is waited for with its own time, and what refuses ends the step', async () => {
  let nowMs = 0;
  const registry = new MetricsRegistry();
  const admit = (ms: number) => () => {
    nowMs += ms;
  };
  const plugins: readonly AdmissionPlugin[] = [
    { name: 'a', admit: admit(2) },
    { name: 'b', admit: admit(4) },
    { name: 'slow', admit: () => Promise.resolve().then(admit(200)) },
    {
      name: 'last',
      admit: ({ name }) => {
        nowMs += 1;
        if (name === 'bad') throw new Error('no');
      },
    },
    { name: 'other', admit: admit(1), handles: (operation) => operation === 'DELETE' },
  ];
  const chain = new AdmissionChain(plugins, { monotonic: () => nowMs }, new AdmissionMetrics(registry));
  const context = (name: string) => ({ operation: 'CREATE', name }) as AdmissionContext;
  await chain.admit(context('good'));
  await assert.rejects(Promise.resolve(chain.admit(context('bad'))), /no/);
  assert.equal(chain.validate(context('good')), undefined);
  const text = registry.expose();
  const seconds = (name: string, rejected: boolean, type = 'controller') => {
    const labels = `${name === '' ? '' : `name="${name}",`}operation="CREATE",rejected="${rejected}",type="admit"`;
    const value = (what: string) =>
      new RegExp(`^apiserver_admission_${type}_admission_duration_seconds_${what}\\{${labels}\\} (.*)$`, 'm').exec(
        text,
      )?.[1];
    return [Number(value('count')), Number(Number(value('sum')).toFixed(6))];
  };
  assert.deepEqual(seconds('a', false), [2, 0.006]);
  assert.deepEqual(seconds('b', false), [2, 0.006]);
  assert.deepEqual(seconds('slow', false), [2, 0.4]);
  assert.deepEqual(seconds('last', false), [1, 0.001]);
  assert.deepEqual(seconds('last', true), [1, 0.001]);
  assert.deepEqual(seconds('', false, 'step'), [1, 0.207]);
  assert.deepEqual(seconds('', true, 'step'), [1, 0.207]);
  assert(!text.includes('"other"'));
});
