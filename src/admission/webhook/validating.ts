/** ValidatingAdmissionWebhook: all webhooks at once; the first refusal in their order is the answer (webhook/validating). */

import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import { isExempt } from '../rules.ts';
import { callWebhook, settleFailure } from './call.ts';
import { type Hook, hookSource } from './hooks.ts';
import { type Invocation, invocationOf } from './invocation.ts';
import type { WebhookPluginConfig } from './plugin-config.ts';

export function validatingWebhooks(config: WebhookPluginConfig): AdmissionPlugin {
  const hooks = hookSource(config.objects, 'admissionregistration.k8s.io/validatingwebhookconfigurations');
  return {
    name: 'ValidatingAdmissionWebhook',
    validate: (context) => {
      if (isExempt(context)) return undefined;
      const found = hooks();
      if (found instanceof Promise) return found.then((loaded) => run(config, loaded, context));
      return found.length === 0 ? undefined : run(config, found, context);
    },
  };
}

async function run(config: WebhookPluginConfig, hooks: readonly Hook[], context: AdmissionContext): Promise<void> {
  const relevant: Invocation[] = [];
  for (const hook of hooks) {
    const invocation = await invocationOf(hook, 'validate', context, config);
    if (invocation) relevant.push(invocation);
  }
  if (relevant.length === 0) return;
  const { clock } = config.env;
  const startedMs = clock.monotonic();
  const results = await Promise.allSettled(
    relevant.map((invocation) => callWebhook(config, 'validating', invocation, context)),
  );
  context.waited(clock.monotonic() - startedMs);
  for (const [index, result] of results.entries()) {
    const webhook = relevant[index]?.hook.webhook;
    if (!webhook || result.status === 'fulfilled') continue;
    const failedOpenKey = `failed-open.validating.webhook.admission.k8s.io/round_0_index_${index}`;
    settleFailure(result.reason, 'validating', webhook, failedOpenKey, context, config);
  }
}
