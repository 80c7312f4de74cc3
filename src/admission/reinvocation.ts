/**
 * Which of the policies or webhooks of one plugin look at an object again in the second round: those with reinvocationPolicy IfNeeded that were
 * called before a change that they have not seen (webhook/mutating/reinvocationcontext.go).
 */

import type { KubeObject } from '#api/object.ts';
import { type AdmissionContext, Reinvocation } from '#apiserver/admission-plugin.ts';
import { mutableCopy } from '#base/edit.ts';
import { equalTrees } from '#base/equal.ts';

export class Invocations {
  #called = new Set<string>();
  readonly #again = new Set<string>();
  #output: KubeObject | undefined;
  readonly #reinvocation: Reinvocation;

  constructor(reinvocation: Reinvocation) {
    this.#reinvocation = reinvocation;
  }

  /** 0, or 1 in the second round. */
  get round(): number {
    return this.#reinvocation.again ? 1 : 0;
  }

  /** Call it before the first of a round: others may have changed the object meanwhile. */
  begin(object: KubeObject | undefined): void {
    if (this.#reinvocation.again && !equalTrees(this.#output, object)) this.#callAgain();
  }

  isDue(key: string): boolean {
    return !this.#reinvocation.again || this.#again.has(key);
  }

  changed(): void {
    this.#callAgain();
    this.#reinvocation.requested = true;
  }

  reinvocable(key: string): void {
    this.#called.add(key);
  }

  end(object: KubeObject | undefined): void {
    // What was called before a change is called again anyway, and nobody else cares what others change.
    if (!this.#reinvocation.again && this.#called.size > 0) this.#output = mutableCopy(object);
  }

  #callAgain(): void {
    for (const key of this.#called) this.#again.add(key);
    this.#called = new Set();
  }
}

/** The invocations of a plugin for a request; `plugin` stands for it. */
export function invocationsOf(context: AdmissionContext, plugin: object): Invocations {
  context.reinvocation ??= new Reinvocation();
  const { reinvocation } = context;
  return reinvocation.stateOf(plugin, () => new Invocations(reinvocation));
}
