/**
 * The one Client implementation, over any ApiHandler: the API server itself in process, or a transport that carries the
 * request over HTTP or the simulated network.
 */

import type { ResourceDefinition } from '#api/definition.ts';
import { fromStatus, newGenericServerResponse } from '#api/errors.ts';
import type { Status } from '#api/generated/meta-v1.ts';
import type { KubeObject, ObjectList, WatchEvent } from '#api/object.ts';
import type { ApiHandler, ApiRequest, ApiResponse, EncodedObject, Peer } from '#api/request.ts';
import { AbortedError, throwIfAborted } from '#base/abort.ts';
import { assert } from '#base/errors.ts';
import type {
  CallOptions,
  Client,
  DeleteOptions,
  ListOptions,
  PatchOptions,
  Target,
  WatchOptions,
  WriteOptions,
} from './client.ts';
import { fromJson, textOf } from './json-answer.ts';
import { collectionPath, objectPath } from './paths.ts';

export interface ApiClientConfig {
  readonly handler: ApiHandler;
  /** Who calls; remote transports ignore it and authenticate by their own credentials. */
  readonly peer: Peer;
  /** Name that managedFields and audit see. */
  readonly userAgent: string;
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

const patchContentTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

export function createClient(config: ApiClientConfig): Client {
  return new ApiClient(config);
}

class ApiClient implements Client {
  private readonly config: ApiClientConfig;

  constructor(config: ApiClientConfig) {
    this.config = config;
  }

  async get<T extends KubeObject>(
    definition: ResourceDefinition<T>,
    target: Target,
    options: CallOptions & { readonly resourceVersion?: string } = {},
  ): Promise<T> {
    const query = { resourceVersion: options.resourceVersion };
    return this.forObject<T>('GET', objectPath(erased(definition), target), query, undefined, options);
  }

  async list<T extends KubeObject>(
    definition: ResourceDefinition<T>,
    options: ListOptions = {},
  ): Promise<ObjectList<T>> {
    const { namespace, signal, ...query } = options;
    const response = await this.typed('GET', collectionPath(erased(definition), namespace), query, undefined, {
      signal,
    });
    assert(response.type === 'list', `list answered with ${response.type}`);
    return {
      items: response.items.map((item) => item.object as T),
      resourceVersion: response.metadata.resourceVersion ?? '',
      continue: response.metadata.continue,
      remainingItemCount: response.metadata.remainingItemCount,
    };
  }

  async *watch<T extends KubeObject>(
    definition: ResourceDefinition<T>,
    options: WatchOptions = {},
  ): AsyncGenerator<WatchEvent<T>, void, void> {
    const { namespace, signal, sendInitialEvents, ...rest } = options;
    const query = {
      ...rest,
      watch: true,
      ...(sendInitialEvents ? { sendInitialEvents, resourceVersionMatch: 'NotOlderThan' } : {}),
    };
    const response = await this.typed('GET', collectionPath(erased(definition), namespace), query, undefined, {
      signal,
    });
    assert(response.type === 'watch', `watch answered with ${response.type}`);
    for await (const batch of response.events) {
      for (const event of batch) {
        if (event.type === 'ERROR') throw fromStatus(event.body.object as Status);
        yield { type: event.type, object: event.body.object as T };
      }
    }
    if (signal?.aborted) throw new AbortedError('watch aborted', { cause: signal.reason });
  }

  async create<T extends KubeObject>(
    definition: ResourceDefinition<T>,
    object: T,
    options: WriteOptions = {},
  ): Promise<T> {
    const path = collectionPath(erased(definition), object.metadata?.namespace);
    return this.forObject<T>('POST', path, writeQuery(options), object, options);
  }

  async update<T extends KubeObject>(
    definition: ResourceDefinition<T>,
    object: T,
    options: WriteOptions = {},
  ): Promise<T> {
    return this.forObject<T>(
      'PUT',
      objectPath(erased(definition), targetOf(object)),
      writeQuery(options),
      object,
      options,
    );
  }

  async updateStatus<T extends KubeObject>(
    definition: ResourceDefinition<T>,
    object: T,
    options: WriteOptions = {},
  ): Promise<T> {
    const path = objectPath(erased(definition), targetOf(object), 'status');
    return this.forObject<T>('PUT', path, writeQuery(options), object, options);
  }

  async patch<T extends KubeObject>(
    definition: ResourceDefinition<T>,
    target: Target,
    patch: unknown,
    options: PatchOptions,
  ): Promise<T> {
    const path = objectPath(erased(definition), target, options.subresource);
    const query = { ...writeQuery(options), force: options.force };
    return this.forObject<T>('PATCH', path, query, patch, options, patchContentTypes[options.type]);
  }

  async delete<T extends KubeObject>(
    definition: ResourceDefinition<T>,
    target: Target,
    options: DeleteOptions = {},
  ): Promise<KubeObject> {
    const path = objectPath(erased(definition), target);
    return this.forObject<KubeObject>('DELETE', path, {}, deleteBody(options), options);
  }

  async deleteCollection<T extends KubeObject>(
    definition: ResourceDefinition<T>,
    options: ListOptions & DeleteOptions,
  ): Promise<void> {
    const query = { labelSelector: options.labelSelector, fieldSelector: options.fieldSelector };
    const path = collectionPath(erased(definition), options.namespace);
    await this.typed('DELETE', path, query, deleteBody(options), options);
  }

  async createSubresource<R extends KubeObject>(
    definition: ResourceDefinition,
    target: Target,
    subresource: string,
    body: R,
    options: WriteOptions = {},
  ): Promise<R> {
    const path = objectPath(definition, target, subresource);
    return this.forObject<R>('POST', path, writeQuery(options), body, options);
  }

  async raw(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    options: CallOptions & { readonly contentType?: string } = {},
  ): Promise<unknown> {
    const [plain = '', search = ''] = path.split('?', 2);
    const query = Object.fromEntries(new URLSearchParams(search));
    const response = await this.send(method, plain, query, body, options, options.contentType);
    switch (response.type) {
      case 'object':
        return response.body.object;
      case 'list': {
        const { apiVersion, kind, metadata } = response;
        return { apiVersion, kind, metadata, items: response.items.map((item) => item.object) };
      }
      case 'bytes': {
        const text = await textOf(partsOf(response.body));
        if (response.status >= 400) throw failureOf(method, response, text);
        return response.contentType.includes('json') ? (JSON.parse(text) as unknown) : text;
      }
      default:
        throw new Error(`${method} ${path}: a ${response.type} answer has no value`);
    }
  }

  private async forObject<T extends KubeObject>(
    method: ApiRequest['method'],
    path: string,
    query: Query,
    body: unknown,
    options: CallOptions,
    contentType?: string,
  ): Promise<T> {
    const response = await this.typed(method, path, query, body, options, contentType);
    assert(response.type === 'object', `${method} ${path} answered with ${response.type}`);
    return (response.body as EncodedObject).object as T;
  }

  /** As `send`; what a server behind this one answered, which is handed on as bytes, becomes what our own answer would be. */
  private async typed(
    method: ApiRequest['method'],
    path: string,
    query: Query,
    body: unknown,
    options: CallOptions,
    contentType?: string,
  ): Promise<ApiResponse> {
    const response = await this.send(method, path, query, body, options, contentType);
    if (response.type !== 'bytes') return response;
    const answer = { status: response.status, headers: {}, body: partsOf(response.body) };
    if (response.status >= 400) throw failureOf(method, response, await textOf(answer.body));
    return fromJson(answer, query.watch === true);
  }

  private async send(
    method: ApiRequest['method'],
    path: string,
    query: Query,
    body: unknown,
    options: CallOptions,
    contentType = 'application/json',
  ): Promise<ApiResponse> {
    throwIfAborted(options.signal);
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== '') search.set(name, String(value));
    }
    const response = await this.config.handler({
      method,
      path,
      query: search,
      headers: { 'user-agent': this.config.userAgent },
      ...(body === undefined ? {} : { body: { type: 'object' as const, object: body, contentType } }),
      peer: this.config.peer,
      signal: options.signal ?? neverAborted,
    });
    if (response.type === 'object' && response.status >= 400) throw fromStatus(response.body.object as Status);
    return response;
  }
}

const neverAborted = new AbortController().signal;

/** Paths do not depend on the object's type; ResourceDefinition<T> is invariant because of its hooks. */
function erased<T extends KubeObject>(definition: ResourceDefinition<T>): ResourceDefinition {
  return definition as unknown as ResourceDefinition;
}

function targetOf(object: KubeObject): Target {
  const name = object.metadata?.name;
  assert(name, 'the object to write has no metadata.name');
  return { namespace: object.metadata?.namespace, name };
}

function writeQuery(options: WriteOptions): Query {
  return {
    fieldManager: options.fieldManager,
    fieldValidation: options.fieldValidation,
    dryRun: options.dryRun ? 'All' : undefined,
  };
}

function deleteBody(options: DeleteOptions): object {
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(options.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: options.gracePeriodSeconds }),
    ...(options.propagationPolicy ? { propagationPolicy: options.propagationPolicy } : {}),
    ...(options.preconditions ? { preconditions: options.preconditions } : {}),
    ...(options.dryRun ? { dryRun: ['All'] } : {}),
  };
}

/** Of an answer that somebody else wrote: another API server, a proxied backend. */
function failureOf(
  method: string,
  { status, contentType }: { readonly status: number; readonly contentType: string },
  text: string,
): Error {
  if (contentType.includes('json')) {
    const value = JSON.parse(text) as Partial<Status> | null;
    if (value?.kind === 'Status' && value.status === 'Failure') return fromStatus(value as Status);
  }
  const said = contentType.startsWith('text/') ? text.trim() : 'unknown';
  return newGenericServerResponse(status, method.toLowerCase(), { group: '', resource: '' }, '', said);
}

async function* partsOf(body: Uint8Array | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  if (body instanceof Uint8Array) yield body;
  else yield* body;
}
