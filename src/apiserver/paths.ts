/** Paths outside of resources: discovery, health, version, and what the composition root adds. */

import { newMethodNotAllowedOnPath, PageNotFound } from '#api/errors.ts';
import type { ApiRequest, ApiResponse } from '#api/request.ts';
import type { ServerContext } from './context.ts';
import { Discovery, type RemoteDiscovery } from './discovery/discovery.ts';
import type { OpenApi } from './discovery/openapi.ts';
import { checksOf, type HealthChecks, type HealthMetrics, healthHandler, type Probe } from './health.ts';
import type { RequestInfo } from './request/request-info.ts';
import { version } from './version.ts';
import { checkTakes } from './wire/acceptable.ts';

/** Answers for every path below the prefix that it is registered by; undefined is 404. */
export type PathHandler = (request: ApiRequest) => Promise<ApiResponse | undefined> | ApiResponse | undefined;

const probes: readonly Probe[] = ['healthz', 'livez', 'readyz'];

/** Shown at / with the prefix, or instead of it where nothing is served at the prefix itself. */
const below: Readonly<Record<string, readonly string[]>> = {
  '.well-known': ['/.well-known/openid-configuration'],
  openid: ['/openid/v1/jwks'],
  openapi: ['/openapi/v2', '/openapi/v3', '/openapi/v3/'],
  metrics: ['/metrics', '/metrics/slis'],
  // Served, and as upstream not shown.
  debug: [],
};

export class Paths {
  private readonly handlers: Readonly<Record<string, PathHandler>>;
  private readonly context: ServerContext;
  private readonly checks: HealthChecks;
  private readonly remotes: RemoteDiscovery | undefined;

  constructor(
    context: ServerContext,
    openapi: OpenApi | undefined,
    checks: HealthChecks,
    healthMetrics: HealthMetrics,
    more: Readonly<Record<string, PathHandler>>,
    remotes?: RemoteDiscovery,
  ) {
    const discovery = new Discovery(context.registry, remotes);
    this.context = context;
    this.checks = checks;
    this.remotes = remotes;
    this.handlers = {
      api: (request) => discovery.handle(request),
      apis: (request) => discovery.handle(request),
      ...(openapi ? { openapi: (request: ApiRequest) => openapi.handle(request) } : {}),
      version: (request) => {
        if (request.method !== 'GET' && request.method !== 'HEAD') throw newMethodNotAllowedOnPath();
        checkTakes(request, 'application/json');
        return json(version);
      },
      ...Object.fromEntries(probes.map((probe) => [probe, healthHandler(probe, checks, healthMetrics)])),
      ...Object.fromEntries(Object.entries(more).map(([prefix, handler]) => [prefix.replace(/^\//, ''), handler])),
    };
  }

  async handle(request: ApiRequest, { path }: RequestInfo): Promise<ApiResponse> {
    if (path === '/') return json({ paths: this.listed() });
    const name = path.split('/', 2)[1] ?? '';
    const handler = Object.hasOwn(this.handlers, name) ? this.handlers[name] : undefined;
    const response = await handler?.(request);
    if (!response) throw new PageNotFound();
    return response;
  }

  /** What / shows. */
  listed(): readonly string[] {
    const paths = new Set(['/apis/']);
    const add = (group: string, version: string): void => {
      if (group !== '') paths.add(`/apis/${group}`);
      paths.add(group === '' ? `/api/${version}` : `/apis/${group}/${version}`);
    };
    for (const { definition } of this.context.registry.all()) add(definition.group, definition.version);
    for (const { group, version: served } of this.remotes?.all() ?? []) add(group, served);
    for (const name of Object.keys(this.handlers)) for (const path of below[name] ?? [`/${name}`]) paths.add(path);
    for (const probe of probes) {
      for (const check of Object.keys(checksOf(probe, this.checks))) paths.add(`/${probe}/${check}`);
    }
    return [...paths].sort();
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
