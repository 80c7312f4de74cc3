/** What the server itself writes of CustomResourceDefinitions: conditions, accepted names, the end of its finalizer. */

import type { KubeObject } from '#api/object.ts';
import type { ApiRequest } from '#api/request.ts';
import { formatTime } from '#api/time.ts';
import { mutableCopy } from '#base/edit.ts';
import { assert } from '#base/errors.ts';
import type { CachedObject } from '../cache/cached-object.ts';
import type { RequestContext, ServerContext } from '../context.ts';
import type { Resource } from '../registry/resource.ts';
import type { WriteOptions } from '../request/write-options.ts';
import { updateManagedFields } from '../verbs/managed.ts';
import { encodeForStore, type MutableObject, sameBytes } from '../verbs/write.ts';
import type { Condition, CustomResourceKind } from './json-schema.ts';

const group = 'apiextensions.k8s.io';
/** Who owns what the server says of definitions. */
const writeOptions: WriteOptions = {
  dryRun: false,
  fieldManager: 'kube-apiserver',
  fieldValidation: 'Ignore',
  given: {},
};

interface Writable {
  metadata?: CustomResourceKind['metadata'];
  status?: CustomResourceKind['status'];
}

type ConditionChange = Omit<Condition, 'lastTransitionTime'>;

export class DefinitionWriter {
  private readonly server: ServerContext;
  /** Nobody breaks off what the server writes itself. */
  private readonly signal = new AbortController().signal;

  constructor(server: ServerContext) {
    this.server = server;
  }

  /** Undefined where definitions are not served. */
  get found(): Resource | undefined {
    return this.server.registry.find(group, 'v1', 'customresourcedefinitions');
  }

  get definitions(): Resource {
    const { found } = this;
    assert(found, 'customresourcedefinitions are not served');
    return found;
  }

  /** By compare-and-set: a lost race comes back as the winner's change. Nothing is written when nothing changes. */
  async write(cached: CachedObject, recipe: (draft: Writable) => void): Promise<void> {
    const { definitions } = this;
    const draft = mutableCopy(cached.object);
    recipe(draft as Writable);
    const context = internalContext(this.server, definitions, this.signal, '', cached.key, 'status');
    await updateManagedFields(context, cached.object, draft as MutableObject, writeOptions);
    const encoded = await encodeForStore(definitions, draft as MutableObject);
    if (sameBytes(encoded.value, cached.value)) return;
    await this.server.store.put(definitions.prefix + cached.key, encoded.value, {
      expectedModRevision: cached.revision,
    });
  }

  async delete(cached: CachedObject): Promise<void> {
    await this.server.store.delete(this.definitions.prefix + cached.key, { expectedModRevision: cached.revision });
  }

  withConditions(
    conditions: readonly Condition[],
    ...changes: readonly (ConditionChange | undefined)[]
  ): readonly Condition[] {
    const now = formatTime(this.server.env.clock.now());
    let result = conditions;
    for (const change of changes) {
      if (!change) continue;
      const old = result.find(({ type }) => type === change.type);
      const lastTransitionTime = old?.status === change.status ? (old.lastTransitionTime ?? now) : now;
      const next: Condition = { ...change, lastTransitionTime };
      result = old ? result.map((each) => (each === old ? next : each)) : [...result, next];
    }
    return result;
  }
}

export function isTrue(object: KubeObject, type: string): boolean {
  const { conditions } = (object as CustomResourceKind).status ?? {};
  return conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
}

/** Of the server's own requests, which may do everything. */
export function internalContext(
  server: ServerContext,
  resource: Resource,
  signal: AbortSignal,
  namespace: string,
  name: string,
  subresource = '',
): RequestContext {
  const { plural, version } = resource.definition;
  const path = `/apis/${resource.apiVersion}/${namespace ? `namespaces/${namespace}/` : ''}${plural}/${name}`;
  const request: ApiRequest = {
    method: 'DELETE',
    path,
    query: new URLSearchParams(),
    headers: {},
    peer: { address: '' },
    signal,
  };
  return {
    server,
    request,
    info: {
      isResourceRequest: true,
      path,
      verb: 'delete',
      apiGroup: resource.definition.group,
      apiVersion: version,
      namespace,
      resource: plural,
      name,
      subresource,
      trailing: '',
    },
    user: { username: 'system:apiserver', groups: ['system:masters'] },
    resource,
    warnings: [],
    authorizeCreate: () => undefined,
    watchInitialized: () => {},
    watchEnded: () => {},
    waited: () => {},
  };
}
