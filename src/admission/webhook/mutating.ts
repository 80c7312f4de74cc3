/**
 * MutatingAdmissionWebhook: webhooks one after another, each seeing what those before it made of the object.
 *
 * When a webhook changed the object, the plugins before this one look at it again, and webhooks with reinvocationPolicy IfNeeded
 * that were called before the change are called once more (webhook/mutating/dispatcher.go, reinvocationcontext.go).
 */

import { DecodeError } from '#api/codec/decode-error.ts';
import { isStatusError, newInternalError } from '#api/errors.ts';
import type { AdmissionResponse } from '#api/generated/admission-v1.ts';
import { applyJsonPatch, JsonPatchError, type Operation, parseJsonPatch } from '#api/patch/json-patch.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import { mutableCopy } from '#base/edit.ts';
import { equalTrees } from '#base/equal.ts';
import { CallError, callWebhook, settleFailure } from './call.ts';
import { type Hook, hookSource, type Webhook } from './hooks.ts';
import { type Invocation, invocationOf } from './invocation.ts';
import type { WebhookPluginConfig } from './plugin-config.ts';
import { apiVersionOf, shown } from './review.ts';
import { isExempt } from './rules.ts';

export interface MutatingWebhookConfig extends WebhookPluginConfig {
  /** The mutating plugins before this one, to look again at what webhooks changed. */
  readonly before: readonly AdmissionPlugin[];
}

export function mutatingWebhooks(config: MutatingWebhookConfig): AdmissionPlugin {
  const hooks = hookSource(config.objects, 'admissionregistration.k8s.io/mutatingwebhookconfigurations');
  return {
    name: 'MutatingAdmissionWebhook',
    admit: (context) => {
      if (isExempt(context)) return undefined;
      const found = hooks();
      if (found instanceof Promise) return found.then((loaded) => run(config, loaded, context));
      return found.length === 0 ? undefined : run(config, found, context);
    },
  };
}

async function run(config: MutatingWebhookConfig, hooks: readonly Hook[], context: AdmissionContext): Promise<void> {
  const first = await round(config, hooks, context, 0);
  if (!first.changed) return;
  const again = new Set(first.again);
  const before = mutableCopy(context.object);
  for (const plugin of config.before) {
    if (plugin.handles?.(context.operation) ?? true) await plugin.admit?.(context);
  }
  if (!equalTrees(before, context.object)) for (const hook of first.reinvocable) again.add(hook);
  if (again.size > 0)
    await round(
      config,
      hooks.filter((hook) => again.has(hook)),
      context,
      1,
    );
}

interface Round {
  readonly changed: boolean;
  /** Those with IfNeeded that were called. */
  readonly reinvocable: readonly Hook[];
  /** Those of them that did not see a later change. */
  readonly again: readonly Hook[];
}

async function round(
  config: MutatingWebhookConfig,
  hooks: readonly Hook[],
  context: AdmissionContext,
  number: number,
): Promise<Round> {
  let changed = false;
  const reinvocable: Hook[] = [];
  let again: readonly Hook[] = [];
  for (const [index, hook] of hooks.entries()) {
    const invocation = await invocationOf(hook, context, config.objects, config.resources);
    if (!invocation) continue;
    const mutated = await mutate(config, invocation, context);
    context.annotate(
      `mutation.webhook.admission.k8s.io/round_${number}_index_${index}`,
      JSON.stringify({ configuration: hook.configuration, webhook: hook.webhook.name, mutated }),
    );
    if (mutated) {
      changed = true;
      again = [...reinvocable];
    }
    if (hook.webhook.reinvocationPolicy === 'IfNeeded') reinvocable.push(hook);
  }
  return { changed, reinvocable, again };
}

/** True when the webhook changed the object. */
async function mutate(
  config: MutatingWebhookConfig,
  invocation: Invocation,
  context: AdmissionContext,
): Promise<boolean> {
  const { webhook } = invocation.hook;
  try {
    const response = await callWebhook(config, 'mutating', invocation, context);
    const patch = readPatch(webhook, response);
    return patch.length > 0 && (await applyPatch(config, invocation, context, patch));
  } catch (error) {
    settleFailure(error, webhook, context, config.env);
    return false;
  }
}

/** Throws CallError for what is no JSON patch. */
function readPatch({ name }: Webhook, { patch, patchType }: AdmissionResponse): readonly Operation[] {
  if (!patch) return [];
  if (patchType !== 'JSONPatch') throw new CallError(name, `unsupported patch type "${patchType}"`, undefined);
  try {
    return parseJsonPatch(JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(patch))));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new CallError(name, `received undecodable patch in webhook response: ${message}`, cause);
  }
}

async function applyPatch(
  { resources }: MutatingWebhookConfig,
  { hook, as }: Invocation,
  context: AdmissionContext,
  patch: readonly Operation[],
): Promise<boolean> {
  const { object, kind } = context;
  if (!object) {
    throw newInternalError(
      `admission webhook "${hook.webhook.name}" attempted to modify the object, which is not supported for this operation`,
    );
  }
  try {
    const patched = applyJsonPatch(await shown(object, context, as), patch);
    const tree = as ? await as.to(resources.decode(as, patched)) : patched;
    const next = resources.decode(context, tree);
    next.apiVersion = apiVersionOf(kind);
    next.kind = kind.kind;
    const changed = !equalTrees({ ...object, apiVersion: next.apiVersion, kind: next.kind }, next);
    if (changed) replace(object, next);
    return changed;
  } catch (error) {
    if (error instanceof JsonPatchError || error instanceof DecodeError) throw newInternalError(error.message, error);
    throw isStatusError(error) ? newInternalError(error.message, error) : error;
  }
}

/** The request goes on with the draft that it has: its content is exchanged. */
function replace(draft: object, next: object): void {
  const target = draft as Record<string, unknown>;
  for (const key of Object.keys(target)) delete target[key];
  Object.assign(target, next);
}
