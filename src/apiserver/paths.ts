/** Paths outside of resources: discovery, health, version, and what the composition root adds. */

import { newPathNotFound } from '#api/errors.ts';
import type { CustomSchema } from '#api/openapi/operations.ts';
import type { ApiRequest, ApiResponse } from '#api/request.ts';
import type { SchemaRegistry } from '#api/schema/registry.ts';
import type { ServerContext } from './context.ts';
import { Discovery, type RemoteDiscovery } from './discovery/discovery.ts';
import { OpenApi } from './discovery/openapi.ts';
import { type HealthChecks, healthHandler } from './health.ts';
import type { RequestInfo } from './request/request-info.ts';
import { version } from './version.ts';

/** Answers for every path below the prefix that it is registered by; undefined is 404. */
export type PathHandler = (request: ApiRequest) => Promise<ApiResponse | undefined> | ApiResponse | undefined;

export class Paths {
  private readonly handlers: Readonly<Record<string, PathHandler>>;

  constructor(
    context: ServerContext,
    schemas: SchemaRegistry | undefined,
    checks: HealthChecks,
    more: Readonly<Record<string, PathHandler>>,
    customSchema?: CustomSchema,
    remotes?: RemoteDiscovery,
  ) {
    const openapi =
      schemas && new OpenApi({ registry: context.registry, schemas, customSchema, remotes, clock: context.env.clock });
    const discovery = new Discovery(context.registry, remotes);
    const health = healthHandler(checks);
    this.handlers = {
      api: (request) => discovery.handle(request),
      apis: (request) => discovery.handle(request),
      ...(openapi ? { openapi: (request: ApiRequest) => openapi.handle(request) } : {}),
      version: () => json(version),
      healthz: health,
      livez: health,
      readyz: health,
      ...Object.fromEntries(Object.entries(more).map(([prefix, handler]) => [prefix.replace(/^\//, ''), handler])),
    };
  }

  async handle(request: ApiRequest, { path }: RequestInfo): Promise<ApiResponse> {
    if (path === '/')
      return json({
        paths: Object.keys(this.handlers)
          // As upstream: served, and not shown.
          .filter((name) => name !== 'debug')
          .map((name) => `/${name}`)
          .sort(),
      });
    const name = path.split('/', 2)[1] ?? '';
    const handler = Object.hasOwn(this.handlers, name) ? this.handlers[name] : undefined;
    const response = await handler?.(request);
    if (!response) throw newPathNotFound();
    return response;
  }
}

const encoder = new TextEncoder();

export function json(value: unknown): ApiResponse {
  return {
    type: 'bytes',
    status: 200,
    contentType: 'application/json',
    body: encoder.encode(JSON.stringify(value, null, 2)),
  };
}
