/**
 * What a rule costs the API server: compiling it once, and evaluating it for every write. The anchor is the same check written in JavaScript.
 *
 *     node test/bench/cel.ts
 */

import { createEnvironment } from '#cel/environment.ts';
import { wrapperOf } from '#cel/json.ts';
import { compile, createProgram } from '#cel/program.ts';
import { standardLibrary } from '#cel/standard/library.ts';
import { boolType, intType, listType, mapType, objectType, stringType } from '#cel/types.ts';

const container = objectType('Container', { name: stringType, image: stringType });
const workload = objectType('Workload', {
  replicas: intType,
  minReplicas: intType,
  maxReplicas: intType,
  name: stringType,
  labels: mapType(stringType, stringType),
  containers: listType(container),
});

const json = {
  replicas: 3,
  minReplicas: 1,
  maxReplicas: 10,
  name: 'web',
  labels: { app: 'web', tier: 'frontend' },
  containers: ['a', 'b', 'c'].map((name) => ({ name, image: `registry.example.com/library/${name}:1.25` })),
};

type Workload = typeof json;

const rules: readonly (readonly [rule: string, anchor: (self: Workload) => boolean])[] = [
  ['self.replicas <= self.maxReplicas', (self) => self.replicas <= self.maxReplicas],
  [
    'self.minReplicas <= self.replicas && self.replicas <= self.maxReplicas',
    (self) => self.minReplicas <= self.replicas && self.replicas <= self.maxReplicas,
  ],
  [
    "has(self.labels) && 'app' in self.labels && self.labels.app == self.name",
    (self) => 'app' in self.labels && self.labels.app === self.name,
  ],
  ["self.name.matches('^[a-z][a-z0-9-]*$')", (self) => /^[a-z][a-z0-9-]*$/.test(self.name)],
  [
    "self.containers.all(c, c.image.startsWith('registry.example.com/'))",
    (self) => self.containers.every((c) => c.image.startsWith('registry.example.com/')),
  ],
];

const environment = createEnvironment([standardLibrary, { variables: [{ name: 'self', type: workload }] }]);
const wrap = wrapperOf(workload);

console.log('compile       evaluate      in JavaScript   cost  rule');
for (const [rule, anchor] of rules) {
  const compiled = compile(rule, environment, { expectedTypes: [boolType] });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.issues));
  const program = createProgram(compiled.checked, environment);
  const compileNs = measure(2_000, () => compile(rule, environment));
  // As a write does it: the object is wrapped for each evaluation.
  const evaluateNs = measure(100_000, () =>
    program.evaluate(new Map([['self', wrap(json)]]), { costLimit: 1_000_000 }),
  );
  const anchorNs = measure(100_000, () => anchor(json));
  const { cost } = program.evaluate(new Map([['self', wrap(json)]]));
  console.log(`${micro(compileNs)}   ${micro(evaluateNs)}   ${micro(anchorNs)}   ${String(cost).padStart(6)}  ${rule}`);
}

/** Nanoseconds of one run: the best of five rounds, so that the machine's other work counts least. */
function measure(runs: number, run: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const start = process.hrtime.bigint();
    for (let index = 0; index < runs; index++) run();
    best = Math.min(best, Number(process.hrtime.bigint() - start) / runs);
  }
  return best;
}

function micro(ns: number): string {
  return `${(ns / 1000).toFixed(3).padStart(8)} us`;
}
