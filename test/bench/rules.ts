/**
 * What a rule of a CRD adds to the write of a custom resource: validation of an object with 20 fields, by values alone and with rules.
 *
 *     node test/bench/rules.ts
 */

import type { JsonSchema } from '#api/structural/schema.ts';
import { RuleValidator } from '#cel/rules/validator.ts';

const fields = Array.from({ length: 20 }, (_, at) => `field${at}`);
const spec: JsonSchema = {
  type: 'object',
  properties: {
    replicas: { type: 'integer' },
    maxReplicas: { type: 'integer' },
    containers: { type: 'array', maxItems: 10, items: { type: 'string', maxLength: 100 } },
    ...Object.fromEntries(fields.map((name) => [name, { type: 'string' }])),
  },
};
const object = {
  apiVersion: 'example.com/v1',
  kind: 'Example',
  metadata: { name: 'a' },
  spec: {
    replicas: 1,
    maxReplicas: 5,
    containers: ['registry.example.com/a', 'registry.example.com/b'],
    ...Object.fromEntries(fields.map((name) => [name, 'x'])),
  },
};

const ruleSets: Readonly<Record<string, readonly string[]>> = {
  'one rule': ['self.replicas <= self.maxReplicas'],
  'a transition': ['self.replicas >= oldSelf.replicas'],
  'a loop': ["self.containers.all(c, c.startsWith('registry.example.com/'))"],
  'ten rules': Array.from({ length: 10 }, (_, at) => `self.replicas <= self.maxReplicas + ${at}`),
};

console.log('compile       validate');
for (const [name, rules] of Object.entries(ruleSets)) {
  const schema: JsonSchema = {
    type: 'object',
    properties: { spec: { ...spec, 'x-kubernetes-validations': rules.map((rule) => ({ rule })) } },
  };
  const compile = measure(200, () => RuleValidator.of(schema, { isResource: true }));
  const validator = RuleValidator.of(schema, { isResource: true });
  if (!validator || validator.validate(object, { old: object }).errors.length > 0) throw new Error(name);
  const validate = measure(100_000, () => validator.validate(object, { old: object, warn: () => {} }));
  console.log(`${`${(compile / 1000).toFixed(0)} us`.padEnd(14)}${`${validate.toFixed(0)} ns`.padEnd(14)}${name}`);
}

/** Nanoseconds of one call, the best of five rounds. */
function measure(times: number, call: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < times; i++) call();
    best = Math.min(best, Number(process.hrtime.bigint() - start) / times);
  }
  return best;
}
