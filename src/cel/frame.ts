/** The state of one evaluation: what the steps of a program read and write. */

import type { Bindings } from './program.ts';
import type { Result, Value } from './values.ts';

/** A step of a program: cost is added to the frame on the way. */
export type Step = (frame: Frame) => Result;

/** Ends an evaluation at once: unlike a CelError it is not absorbed by && and ||. */
export class EvaluationStopped extends Error {}

const stepsBetweenChecks = 100;

export class Frame {
  readonly bindings: Bindings;
  /** Variables of comprehensions, by the slot that the planner gave; undefined: not made yet. */
  readonly slots: (Result | undefined)[];
  cost = 0;
  readonly #costLimit: number;
  readonly #interrupted: (() => boolean) | undefined;
  #untilCheck = stepsBetweenChecks;

  constructor(bindings: Bindings, slots: number, costLimit: number, interrupted: (() => boolean) | undefined) {
    this.bindings = bindings;
    this.slots = slots === 0 ? noSlots : new Array<Result | undefined>(slots).fill(undefined);
    this.#costLimit = costLimit;
    this.#interrupted = interrupted;
  }

  /** Throws when the cost limit is exceeded. Steps that repeat or that do work by size ask; the rest is found at the end. */
  checkCost(): void {
    if (this.cost > this.#costLimit) throw new EvaluationStopped('operation cancelled: actual cost limit exceeded');
  }

  /** Every step of a comprehension. */
  checkLoop(): void {
    this.checkCost();
    if (!this.#interrupted || --this.#untilCheck > 0) return;
    this.#untilCheck = stepsBetweenChecks;
    if (this.#interrupted()) throw new EvaluationStopped('operation interrupted');
  }
}

const noSlots: (Result | undefined)[] = [];

/** A node of the program: a constant, something that can be selected from at no cost of its own, or a step. */
export type Plan =
  | { readonly kind: 'constant'; readonly value: Value }
  | { readonly kind: 'step'; readonly step: Step }
  | Attribute;

/**
 * A variable or value with selections behind it. cel-go counts one for each selection, and one for the whole when its value is used as
 * such; a branch of a conditional and an index into something else are not counted so.
 */
export interface Attribute {
  readonly kind: 'attribute';
  /** Without the one for the whole. */
  readonly resolve: Step;
  /** 0 for conditionals. */
  readonly ownCost: 0 | 1;
}

/** The step that evaluates a plan, its whole cost counted. */
export function stepOf(plan: Plan): Step {
  switch (plan.kind) {
    case 'constant': {
      const { value } = plan;
      return () => value;
    }
    case 'step':
      return plan.step;
    case 'attribute': {
      const { resolve } = plan;
      if (plan.ownCost === 0) return resolve;
      return (frame) => {
        const result = resolve(frame);
        frame.cost += 1;
        return result;
      };
    }
  }
}

/** The step that evaluates a plan as a branch or an index: an attribute's own cost is not counted. */
export function resolveStepOf(plan: Plan): Step {
  return plan.kind === 'attribute' ? plan.resolve : stepOf(plan);
}

/** The plan as something to select from: other steps become a base that costs one. */
export function attributeOf(plan: Plan): Attribute {
  return plan.kind === 'attribute' ? plan : { kind: 'attribute', resolve: stepOf(plan), ownCost: 1 };
}

/** The bindings of evaluations that have no variables: constants are folded with it. */
const noBindings: Bindings = { get: () => undefined };

/** The result of a step that reads nothing. */
export function constantOf(step: Step): Result {
  return step(new Frame(noBindings, 0, Number.POSITIVE_INFINITY, undefined));
}
