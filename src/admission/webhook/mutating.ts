/**
 * MutatingAdmissionWebhook: webhooks one after another, each seeing what those before it made of the object.
 *
 * When a webhook changed the object, all mutating plugins look at it again, and webhooks with reinvocationPolicy IfNeeded that were
 * called before the change are called once more (webhook/mutating/dispatcher.go).
 */

import { DecodeError } from '#api/codec/decode-error.ts';
import { parseJson } from '#api/codec/json-decode.ts';
import { isStatusError, newInternalError } from '#api/errors.ts';
import type { AdmissionResponse } from '#api/generated/admission-v1.ts';
import { applyJsonPatch, JsonPatchError, type Operation, parseJsonPatch } from '#api/patch/json-patch.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import { equalTrees } from '#base/equal.ts';
import { messageOf } from '#base/errors.ts';
import { invocationsOf } from '../reinvocation.ts';
import { isExempt } from '../rules.ts';
import { apiVersionOf, replaceContent, shown } from '../shown.ts';
import { CallError, callWebhook, settleFailure } from './call.ts';
import { type Hook, hookSource, type Webhook } from './hooks.ts';
import { type Invocation, invocationOf } from './invocation.ts';
import type { WebhookPluginConfig } from './plugin-config.ts';

export function mutatingWebhooks(config: WebhookPluginConfig): AdmissionPlugin {
  const hooks = hookSource(config.objects, 'admissionregistration.k8s.io/mutatingwebhookconfigurations');
  const plugin: AdmissionPlugin = {
    name: 'MutatingAdmissionWebhook',
    admit: (context) => {
      if (isExempt(context)) return undefined;
      const found = hooks();
      if (found instanceof Promise) return found.then((loaded) => run(config, loaded, context, plugin));
      return found.length === 0 ? undefined : run(config, found, context, plugin);
    },
  };
  return plugin;
}

async function run(
  config: WebhookPluginConfig,
  hooks: readonly Hook[],
  context: AdmissionContext,
  plugin: AdmissionPlugin,
): Promise<void> {
  const invocations = invocationsOf(context, plugin);
  invocations.begin(context.object);
  for (const [index, hook] of hooks.entries()) {
    // Not the index: the configurations may change between two rounds.
    const key = `${hook.configuration}/${hook.webhook.name}`;
    if (!invocations.isDue(key)) continue;
    const invocation = await invocationOf(hook, 'admit', context, config);
    if (!invocation) continue;
    const annotation = `mutation.webhook.admission.k8s.io/round_${invocations.round}_index_${index}`;
    const mutated = await mutate(config, invocation, context, `failed-open.${annotation}`);
    context.annotate(
      annotation,
      JSON.stringify({ configuration: hook.configuration, webhook: hook.webhook.name, mutated }),
    );
    if (mutated) invocations.changed();
    if (hook.webhook.reinvocationPolicy === 'IfNeeded') invocations.reinvocable(key);
  }
  invocations.end(context.object);
}

/** True when the webhook changed the object. */
async function mutate(
  config: WebhookPluginConfig,
  invocation: Invocation,
  context: AdmissionContext,
  failedOpenKey: string,
): Promise<boolean> {
  const { webhook } = invocation.hook;
  const { clock } = config.env;
  const startedMs = clock.monotonic();
  try {
    const response = await callWebhook(config, 'mutating', invocation, context).finally(() =>
      context.waited(clock.monotonic() - startedMs),
    );
    const patch = readPatch(webhook, response);
    return patch.length > 0 && (await applyPatch(config, invocation, context, patch));
  } catch (error) {
    settleFailure(error, 'mutating', webhook, failedOpenKey, context, config);
    return false;
  }
}

/** Throws CallError for what is no JSON patch. */
function readPatch({ name }: Webhook, { patch, patchType }: AdmissionResponse): readonly Operation[] {
  if (!patch) return [];
  if (patchType !== 'JSONPatch') throw new CallError(name, `unsupported patch type "${patchType}"`, undefined);
  try {
    return parseJsonPatch(parseJson(new TextDecoder().decode(Uint8Array.fromBase64(patch))));
  } catch (cause) {
    throw new CallError(name, `received undecodable patch in webhook response: ${messageOf(cause)}`, cause);
  }
}

async function applyPatch(
  { resources }: WebhookPluginConfig,
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
    if (changed) replaceContent(object, next);
    return changed;
  } catch (error) {
    if (error instanceof JsonPatchError || error instanceof DecodeError) throw newInternalError(error.message, error);
    throw isStatusError(error) ? newInternalError(error.message, error) : error;
  }
}
