/**
 * Keeps the FlowSchemas and PriorityLevelConfigurations that every cluster begins with, and says of each FlowSchema whether its level exists
 * (upstream's registry/flowcontrol/ensurer and apf_controller.go).
 *
 * Mandatory objects always have their specification. Suggested ones have it unless the annotation apf.kubernetes.io/autoupdate-spec says
 * false; without one, they count as untouched while their generation is 1. What carries the annotation and is no longer among
 * them is deleted. Where upstream looks every minute, this waits for changes.
 */

import type { ResourceDefinition } from '#api/definition.ts';
import { isAlreadyExists, isNotFound } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import { edit, mutableCopy } from '#base/edit.ts';
import type { Clock } from '#base/env.ts';
import { equalTrees } from '#base/equal.ts';
import type { Client } from '#client/client.ts';
import { FlowSchemas } from '#kinds/flowcontrol/flow-schema/definition.ts';
import { PriorityLevelConfigurations } from '#kinds/flowcontrol/priority-level-configuration/definition.ts';
import type { FlowSchema, FlowSchemaCondition, PriorityLevelConfiguration } from '#kinds/generated/flowcontrol-v1.ts';
import type { ControllerFactory } from '#runtime/controller.ts';
import type { Informer } from '#runtime/informer.ts';

export const producer = 'api-priority-and-fairness-config-producer-v1';
const consumer = 'api-priority-and-fairness-config-consumer-v1';
const autoupdate = 'apf.kubernetes.io/autoupdate-spec';
const mandatory: ReadonlySet<string> = new Set(['exempt', 'catch-all']);

type Configuration = FlowSchema | PriorityLevelConfiguration;

/** `bootstrap` are the objects of both kinds; others are ignored. */
export function flowControl(bootstrap: readonly KubeObject[]): ControllerFactory {
  const schemasWanted = byName<FlowSchema>(bootstrap, FlowSchemas);
  const levelsWanted = byName<PriorityLevelConfiguration>(bootstrap, PriorityLevelConfigurations);
  return {
    name: 'priority-and-fairness',
    create: ({ client, informers, queue, env }) => {
      const schemas = informers.of(FlowSchemas);
      const levels = informers.of(PriorityLevelConfigurations);
      const schemaChanged = ({ metadata }: FlowSchema) => queue.add(`schema/${metadata?.name}`);
      const levelChanged = ({ metadata }: PriorityLevelConfiguration) => queue.add(`level/${metadata?.name}`);
      const levelCameOrWent = (level: PriorityLevelConfiguration) => {
        levelChanged(level);
        for (const schema of schemas.list()) if (levelOf(schema) === level.metadata?.name) schemaChanged(schema);
      };
      schemas.addHandler({ onAdd: schemaChanged, onUpdate: (_, now) => schemaChanged(now), onDelete: schemaChanged });
      levels.addHandler({
        onAdd: levelCameOrWent,
        onUpdate: (_, now) => levelChanged(now),
        onDelete: levelCameOrWent,
      });
      return {
        async reconcile(key, signal) {
          const [kind, name = ''] = key.split('/');
          if (kind === 'level') {
            await maintain(client, PriorityLevelConfigurations, levels, levelsWanted.get(name), name, signal);
            return;
          }
          await maintain(client, FlowSchemas, schemas, schemasWanted.get(name), name, signal);
          const schema = schemas.get(name);
          if (!schema) return;
          const condition = planDangling(schema, levels.get(levelOf(schema)) !== undefined, env.clock);
          if (condition) await writeCondition(client, name, condition, signal);
        },
      };
    },
  };
}

function byName<T extends Configuration>(
  objects: readonly KubeObject[],
  { kind }: ResourceDefinition<T>,
): Map<string, T> {
  // Objects of this kind are of its type.
  const ours = objects.filter((object) => object.kind === kind) as T[];
  return new Map(ours.map((object) => [object.metadata?.name ?? '', object]));
}

function levelOf({ spec }: FlowSchema): string {
  return spec?.priorityLevelConfiguration.name ?? '';
}

async function maintain<T extends Configuration>(
  client: Client,
  definition: ResourceDefinition<T>,
  present: Informer<T>,
  wanted: T | undefined,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const plan = planMaintenance(present.get(name), wanted);
  const options = { fieldManager: producer, signal };
  switch (plan.action) {
    case 'none':
      return;
    case 'create':
      await client.create(definition, plan.object, options).catch((error: unknown) => {
        if (!isAlreadyExists(error)) throw error;
      });
      return;
    case 'update':
      await client.update(definition, plan.object, options);
      return;
    case 'delete':
      await client.delete(definition, { name }, { signal }).catch(ignoreMissing);
  }
}

export type MaintenancePlan<T> =
  | { readonly action: 'none' }
  | { readonly action: 'delete' }
  | { readonly action: 'create' | 'update'; readonly object: T };

export function planMaintenance<T extends Configuration>(
  present: T | undefined,
  wanted: T | undefined,
): MaintenancePlan<T> {
  if (!wanted) return { action: present && annotation(present) === true ? 'delete' : 'none' };
  if (!present) return { action: 'create', object: wanted };
  const updates =
    mandatory.has(wanted.metadata?.name ?? '') || (annotation(present) ?? present.metadata?.generation === 1);
  const changed = updates && !equalTrees(present.spec, wanted.spec);
  if (!changed && annotation(present) === updates) return { action: 'none' };
  const object = edit(present, (draft) => {
    if (changed) draft.spec = mutableCopy(wanted.spec);
    draft.metadata = {
      ...draft.metadata,
      annotations: { ...draft.metadata?.annotations, [autoupdate]: String(updates) },
    };
  });
  return { action: 'update', object };
}

/** Undefined where nothing was said, or nothing that Go reads as a boolean. */
function annotation({ metadata }: Configuration): boolean | undefined {
  const value = metadata?.annotations?.[autoupdate] ?? '';
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value)) return true;
  return ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(value) ? false : undefined;
}

/** Undefined when the schema says so already. */
export function planDangling(
  schema: FlowSchema,
  found: boolean,
  clock: Pick<Clock, 'now'>,
): FlowSchemaCondition | undefined {
  const object = `the PriorityLevelConfiguration object named ${JSON.stringify(levelOf(schema))}`;
  const wanted = {
    type: 'Dangling',
    status: found ? 'False' : 'True',
    reason: found ? 'Found' : 'NotFound',
    message: `This FlowSchema references ${object} ${found ? 'and it exists' : 'but there is no such object'}`,
  };
  const present = schema.status?.conditions?.find(({ type }) => type === 'Dangling');
  if (present?.status === wanted.status && present.reason === wanted.reason && present.message === wanted.message) {
    return undefined;
  }
  return { ...wanted, lastTransitionTime: new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z') };
}

async function writeCondition(
  client: Client,
  name: string,
  condition: FlowSchemaCondition,
  signal: AbortSignal,
): Promise<void> {
  const patch = {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    metadata: { name },
    status: { conditions: [condition] },
  };
  const options = { type: 'apply', subresource: 'status', force: true, fieldManager: consumer, signal } as const;
  await client.patch(FlowSchemas, { name }, patch, options).catch(ignoreMissing);
}

function ignoreMissing(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
