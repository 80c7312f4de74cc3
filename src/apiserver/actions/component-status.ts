/**
 * componentstatuses: what the control plane's parts say of themselves at the moment (upstream: pkg/registry/core/componentstatus). Nothing
 * is stored; the composition root knows the parts.
 */

import { newNotFound } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { ApiResponse, EncodedObject } from '#api/request.ts';
import { messageOf } from '#base/errors.ts';
import { PlainObject, type Selectable } from '../cache/cached-object.ts';
import type { RequestContext } from '../context.ts';
import { parseListOptions } from '../request/list-options.ts';
import { matcherOf } from '../verbs/read.ts';
import type { Action } from './action.ts';

/** By the part's name. Resolves when it is well; rejects with what is wrong. */
export type ComponentChecks = Readonly<Record<string, () => void | Promise<void>>>;

/** Parts have names and nothing else to select them by. */
const selectable: Omit<Selectable, 'name'> = { namespace: '', labels: {}, selectable: () => '' };

export function componentStatusAction(checks: ComponentChecks): Action {
  return async (context): Promise<ApiResponse> => {
    const { info, resource } = context;
    const { definition, apiVersion } = resource;
    if (info.verb === 'get') {
      const check = Object.hasOwn(checks, info.name) ? checks[info.name] : undefined;
      // In the singular, as upstream has it.
      if (!check) throw newNotFound({ group: '', resource: 'componentstatus' }, info.name);
      const object = { kind: definition.kind, apiVersion, ...(await statusOf(info.name, check)) };
      return { type: 'object', status: 200, body: encoded(context, object) };
    }
    const matches = matcherOf(resource, parseListOptions(context.request.query, false));
    const asked = Object.entries(checks).filter(([name]) => !matches || matches({ ...selectable, name }));
    const statuses = await Promise.all(asked.map(([name, check]) => statusOf(name, check)));
    const items = statuses.map((status) => encoded(context, status));
    return { type: 'list', status: 200, apiVersion, kind: definition.listKind, metadata: {}, items };
  };
}

async function statusOf(name: string, check: () => void | Promise<void>): Promise<KubeObject> {
  const condition = await conditionOf(check);
  const status = { metadata: { name }, conditions: [{ type: 'Healthy', ...condition }] };
  return status as KubeObject;
}

async function conditionOf(check: () => void | Promise<void>): Promise<{ readonly status: string; message: string }> {
  try {
    await check();
    return { status: 'True', message: 'ok' };
  } catch (error) {
    return { status: 'False', message: messageOf(error) };
  }
}

function encoded({ resource: { codec } }: RequestContext, object: KubeObject): EncodedObject {
  return new PlainObject(object, (value) => codec.encodeJson(value), codec.encodeProtobuf);
}
