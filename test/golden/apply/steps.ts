/**
 * Steps of writers on a few objects, and their answers as they are recorded: in full with managedFields, times told as the step in which
 * they were written. Both sides take a second of their own for each step, so that times and the order by time compare.
 */

import { goldenNamespace, type Send } from '../validation/golden-case.ts';

export interface Step {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'GET';
  /** With the query. */
  readonly path: string;
  readonly contentType?: string;
  /** Text goes out as it is (YAML), anything else as JSON. */
  readonly body?: unknown;
}

export interface StepAnswer {
  readonly code: number;
  readonly message?: string;
  /** 'message: field', sorted: upstream goes through managers in random order. */
  readonly causes?: readonly string[];
  /** Of answers that are no errors. */
  readonly warnings?: readonly string[];
  readonly object?: unknown;
}

/** One line of a recording. */
export interface Recorded {
  readonly step: Step;
  readonly answer: StepAnswer;
}

/** Begins a second that no step had before, and tells it (RFC 3339). */
export type NextSecond = () => Promise<string>;

/** Takes the steps one after the other. */
export async function play(steps: readonly Step[], send: Send, nextSecond: NextSecond): Promise<StepAnswer[]> {
  const stepOf = new Map<string, number>();
  const answers: StepAnswer[] = [];
  for (const [index, { method, path, contentType, body }] of steps.entries()) {
    const second = await nextSecond();
    stepOf.set(second, index + 1);
    const raw = await send({
      method,
      path,
      contentType: contentType ?? 'application/json',
      ...(body === undefined ? {} : { body }),
    });
    const text = withoutUids(JSON.stringify(raw.body)).replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, (time) => {
      // A slow answer has a later second, which no other step has.
      if (time > second) stepOf.set(time, index + 1);
      const step = stepOf.get(time);
      return step === undefined ? time : `<step ${step}>`;
    });
    const answer = answerOf(raw.code, JSON.parse(text) as Body);
    answers.push(raw.code < 400 && raw.warnings.length > 0 ? { ...answer, warnings: raw.warnings } : answer);
  }
  return answers;
}

/** Creates a definition and waits until its objects are served. */
export async function define(crd: Definition, send: Send): Promise<void> {
  const { group, names, versions } = crd.spec;
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const contentType = 'application/json';
  await send({ method: 'POST', path, body: crd, contentType });
  for (const { name } of versions) {
    const none = `/apis/${group}/${name}/namespaces/${goldenNamespace}/${names.plural}/none`;
    for (let attempt = 0; attempt < 200; attempt++) {
      const { body } = await send({ method: 'GET', path: none, contentType });
      if ((body as Body).details?.name === 'none') break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

export interface Definition {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: {
      readonly plural: string;
      readonly singular: string;
      readonly kind: string;
      readonly listKind: string;
    };
    readonly versions: readonly { readonly name: string }[];
  };
}

function withoutUids(text: string): string {
  return text.replaceAll(/"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"/g, '"<uid>"');
}

interface Body {
  readonly message?: string;
  readonly details?: {
    readonly name?: string;
    readonly causes?: readonly { readonly field?: string; readonly message?: string }[];
  };
  readonly metadata?: Record<string, unknown>;
}

function answerOf(code: number, body: Body): StepAnswer {
  if (code < 400) return { code, object: withoutIdentity(body) };
  // What two rules find counts once.
  const found = (body.details?.causes ?? []).map(({ field, message = '' }) => `${message}: ${field}`).sort();
  const causes = [...new Set(found)];
  const message = body.message ?? '';
  // With several causes the message of a validation repeats them, in an order of its own.
  const listed = message.indexOf(' is invalid: [');
  return {
    code,
    message: listed < 0 ? sortedFaults(message) : message.slice(0, listed),
    ...(causes.length > 0 ? { causes } : {}),
  };
}

/** Upstream finds the faults of a configuration in random order. */
function sortedFaults(message: string): string {
  const [first = '', ...lines] = message.split('\n');
  return first.endsWith('errors:') ? [first, ...lines.sort()].join('\n') : message;
}

function withoutIdentity(body: Body): unknown {
  const { metadata } = body;
  if (!metadata) return body;
  const { uid: _uid, resourceVersion: _resourceVersion, ...rest } = metadata;
  return { ...body, metadata: rest };
}
