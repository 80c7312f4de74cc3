/** The seam to admission: plugins of one chain that may change or refuse a write. Implementations live in src/apiserver/admission. */

import type { FieldError } from '#api/field-error.ts';
import type { KubeObject } from '#api/object.ts';
import type { UserInfo } from '#api/request.ts';
import type { Draft } from '#base/edit.ts';

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

export interface AdmissionContext {
  readonly operation: AdmissionOperation;
  /** The kind of `object`: a subresource's own where it has one (Binding, Scale, Eviction). */
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string };
  readonly subresource: string;
  readonly namespace: string;
  /** '' while a generated name is not made yet. */
  readonly name: string;
  /**
   * The new object: `admit` may change it in place, `validate` must not. Absent for DELETE; for CONNECT the options. Defaults
   * are set; the definition's prepare hooks have not run when `admit` runs, and have when `inspect` and `validate` do.
   */
  readonly object: Draft<KubeObject> | undefined;
  /** The frozen object in the store; absent for CREATE and CONNECT. */
  readonly oldObject: KubeObject | undefined;
  /** The request's: 'update' and 'patch' are one operation. */
  readonly verb: string;
  /** CreateOptions, UpdateOptions or DeleteOptions of the request, patches included; empty for CONNECT. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** Adds a Warning header to the answer. */
  readonly warn: (message: string) => void;
  /** Adds an annotation to the request's audit record; without a record it is nothing. */
  readonly annotate: (key: string, value: string) => void;
  /** Time that a webhook took: it is not counted as latency of the server. */
  readonly waited: (ms: number) => void;
  readonly signal: AbortSignal;
  /** Set by the first mutating plugin that has something to remember between two rounds of `admit`. */
  reinvocation?: Reinvocation;
}

/**
 * When what policies or webhooks changed may concern plugins that ran before, `admit` of all plugins is called once more
 * (apiserver pkg/admission/reinvocation.go).
 */
export class Reinvocation {
  /** Another round is wanted. */
  requested = false;
  /** This is that round. */
  again = false;
  readonly #states = new Map<object, unknown>();

  /** What a plugin remembers of this request; a plugin makes values of one type only. */
  stateOf<T extends object>(plugin: object, make: () => T): T {
    const known = this.#states.get(plugin);
    if (known !== undefined) return known as T;
    const made = make();
    this.#states.set(plugin, made);
    return made;
  }
}

/** Throws StatusError to refuse. Plugins that decide from caches answer without a promise. */
export interface AdmissionPlugin {
  readonly name: string;
  /** Quick test before a context is looked at; absent means every operation. */
  readonly handles?: (operation: AdmissionOperation) => boolean;
  readonly admit?: (context: AdmissionContext) => void | Promise<void>;
  /**
   * What upstream's storage of a kind asks authorizers and other objects about: after everything that changes the object, before its
   * validation, among whose findings its own are. Undefined when it is not concerned.
   */
  readonly inspect?: (context: AdmissionContext) => Promise<readonly FieldError[]> | undefined;
  readonly validate?: (context: AdmissionContext) => void | Promise<void>;
}
