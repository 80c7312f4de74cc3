import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricsRegistry } from './metrics.ts';

test('metrics are exposed in the text format', () => {
  const registry = new MetricsRegistry();
  const requests = registry.counter('requests_total', 'Requests.', ['verb', 'code']);
  registry.counter('never_total', 'Not used yet.', []);
  const running = registry.gauge('running', 'Running now.');
  const seconds = registry.histogram('seconds', 'Time.', ['verb'], [0.1, 1]);
  registry.collected('objects', 'Objects.', ['resource'], () => [{ labels: ['pods'], value: 3 }]);
  requests.add(1, 'get', '200');
  requests.add(2, 'get', '200');
  requests.add(1, 'odd "verb"\n', '404');
  running.add(2);
  running.add(-1);
  for (const value of [0.05, 0.1, 0.5, 7]) seconds.observe(value, 'get');
  assert.equal(
    registry.expose(),
    `# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{verb="get",code="200"} 3
requests_total{verb="odd \\"verb\\"\\n",code="404"} 1
# HELP running Running now.
# TYPE running gauge
running 1
# HELP seconds Time.
# TYPE seconds histogram
seconds_bucket{verb="get",le="0.1"} 2
seconds_bucket{verb="get",le="1"} 3
seconds_bucket{verb="get",le="+Inf"} 4
seconds_sum{verb="get"} 7.65
seconds_count{verb="get"} 4
# HELP objects Objects.
# TYPE objects gauge
objects{resource="pods"} 3
`,
  );
});
