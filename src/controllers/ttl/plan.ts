/** Steps of the TTL by the number of nodes; they overlap, so that a number that goes up and down changes nothing (upstream's pkg/controller/ttl). */

export interface TtlStep {
  /** Below it the step before begins, above `most` the next. */
  readonly least: number;
  readonly most: number;
  readonly seconds: number;
}

export const ttlSteps: readonly TtlStep[] = [
  { least: 0, most: 100, seconds: 0 },
  { least: 90, most: 500, seconds: 15 },
  { least: 450, most: 1000, seconds: 30 },
  { least: 900, most: 2000, seconds: 60 },
  { least: 1800, most: Number.POSITIVE_INFINITY, seconds: 300 },
];

/** The step that follows on `step` (an index) once there are `nodes`. */
export function ttlStep(step: number, nodes: number): number {
  const current = ttlSteps[step];
  if (current && nodes > current.most) return ttlStep(step + 1, nodes);
  if (current && nodes < current.least) return ttlStep(step - 1, nodes);
  return step;
}
