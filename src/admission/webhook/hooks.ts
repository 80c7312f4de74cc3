/**
 * The webhooks of all configurations of one type, in the order they are called in: by the configuration's name, then as listed.
 * Made again only when a configuration has changed, so that a request without webhooks costs one comparison.
 */

import { type Selector, selectorFromLabelSelector } from '#api/label-selector.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import {
  type CompiledExpression,
  compileExpression,
  conditionResult,
} from '#kinds/admissionregistration/expressions/compile.ts';
import { scopeEnvironment } from '#kinds/admissionregistration/expressions/variables.ts';
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingWebhook,
} from '#kinds/generated/admissionregistration-v1.ts';

/** Mutating webhooks have all fields of validating ones, and one more. */
export type Webhook = ValidatingWebhook & Pick<MutatingWebhook, 'reinvocationPolicy'>;

export interface Hook {
  /** Name of the configuration. */
  readonly configuration: string;
  readonly webhook: Webhook;
  readonly namespaceSelector: Selector;
  readonly objectSelector: Selector;
  readonly conditions: readonly CompiledExpression[];
}

interface Compiled {
  readonly resourceVersion: string | undefined;
  readonly hooks: readonly Hook[];
}

/** Waits for the first load of the collection only. */
export type HookSource = () => readonly Hook[] | Promise<readonly Hook[]>;

export function hookSource(objects: LiveObjects, collection: CollectionName): HookSource {
  let hooks: readonly Hook[] = [];
  let seen: number | undefined;
  /** What did not change is not compiled again. */
  let compiled = new Map<string, Compiled>();
  const current = (): readonly Hook[] => {
    const version = objects.version(collection);
    if (version === seen) return hooks;
    const next = new Map<string, Compiled>();
    for (const object of objects.list(collection)) {
      const { name = '', resourceVersion } = object.metadata ?? {};
      const known = compiled.get(name);
      next.set(
        name,
        known && known.resourceVersion === resourceVersion ? known : { resourceVersion, hooks: compile(object) },
      );
    }
    compiled = next;
    hooks = [...next.values()].flatMap((each) => each.hooks);
    seen = version;
    return hooks;
  };
  return () => {
    const loading = objects.load(collection);
    return loading ? loading.then(current) : current();
  };
}

function compile(configuration: MutatingWebhookConfiguration): Hook[] {
  return (configuration.webhooks ?? []).map((webhook) => ({
    configuration: configuration.metadata?.name ?? '',
    webhook,
    namespaceSelector: selectorFromLabelSelector(webhook.namespaceSelector ?? {}),
    objectSelector: selectorFromLabelSelector(webhook.objectSelector ?? {}),
    conditions: (webhook.matchConditions ?? []).map(({ expression }) =>
      compileExpression(expression, conditionResult, scopeEnvironment({ authorizer: true })),
    ),
  }));
}
