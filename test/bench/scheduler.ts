/**
 * Scheduler benchmark: pods per second on the workloads of upstream's scheduler_perf (test/integration/scheduler_perf), with
 * upstream's figures beside them.
 *
 *     node test/bench/scheduler.ts [--nodes 5000] [--shape NAME] [--percentage 0]
 *
 * "core" is decisions alone, from a decoded pod to its assumption on a node: what upstream reports as scheduler CPU per pod,
 * minus informers and binding. Nodes are searched by upstream's sampling rule unless --percentage says otherwise.
 */

import { parseArgs } from 'node:util';
import type { Node, Pod } from '#kinds/generated/core-v1.ts';
import { createBench, podInfo, seededRandom } from '../../src/scheduler/testing/fixtures.ts';
import { type Shape, shapes } from './scheduler-shapes.ts';

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '5000' },
    shape: { type: 'string' },
    percentage: { type: 'string', default: '0' },
  },
});

const nodeCount = Number(values.nodes);
const rows = shapes
  .filter(({ name, preempts }) => !preempts && (!values.shape || name === values.shape))
  .map((shape) => measure(shape, nodeCount, Number(values.percentage)));
console.table(rows);

interface Row {
  readonly shape: string;
  readonly nodes: number;
  readonly init: number;
  readonly pods: number;
  readonly 'core pods/s': number;
  readonly 'us/pod': number;
  readonly 'upstream floor pods/s': number | string;
  readonly 'upstream CPU us/pod': number | string;
}

function measure(shape: Shape, count: number, percentage: number): Row {
  const { state, algorithm, profile } = createBench({
    random: seededRandom(7),
    percentageOfNodesToScore: percentage,
  });
  const nodes = shape.nodes(count);
  for (const node of nodes) state.setNode(node);
  const scale = count / 5000;
  const initCount = Math.floor(shape.init * scale);
  const podCount = Math.floor(shape.pods * scale);
  // Evenly, as the driver on both systems does it.
  for (let i = 0; i < initCount; i++) bind(shape.initPod(i), nodes[i % nodes.length]);
  const pods = Array.from({ length: podCount }, (_, i) => shape.pod(i));
  const begun = performance.now();
  let failed = 0;
  for (const pod of pods) {
    const info = podInfo(pod);
    const decision = algorithm.schedule(profile, info);
    if (decision.type === 'scheduled') state.assume(info, decision.node);
    else failed++;
  }
  const ms = performance.now() - begun;
  if (failed > 0) throw new Error(`${shape.name}: ${failed} of ${podCount} pods were not placed`);
  return {
    shape: shape.name,
    nodes: nodes.length,
    init: initCount,
    pods: podCount,
    'core pods/s': Math.round((podCount / ms) * 1000),
    'us/pod': Number(((ms * 1000) / podCount).toFixed(1)),
    'upstream floor pods/s': shape.upstreamFloor ?? '-',
    'upstream CPU us/pod': shape.upstreamCpuUs ?? '-',
  };

  function bind(pod: Pod, node: Node | undefined): void {
    state.setPod(podInfo(pod), node?.metadata?.name ?? '');
  }
}
