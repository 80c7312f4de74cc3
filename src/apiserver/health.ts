/** /healthz, /livez and /readyz: named checks; plain 'ok', the list with ?verbose, one check by its path, ?exclude=NAME. */

import type { ApiRequest, ApiResponse } from '#api/request.ts';

/** False, or a rejected promise: the check fails. */
export type HealthCheck = () => boolean | Promise<boolean>;

/** By name; the probe that answers it: 'ready' ones are asked by /readyz only. */
export interface HealthChecks {
  readonly all: Readonly<Record<string, HealthCheck>>;
  readonly ready: Readonly<Record<string, HealthCheck>>;
}

const encoder = new TextEncoder();

export function healthHandler({ all, ready }: HealthChecks) {
  return async ({ path, query }: ApiRequest): Promise<ApiResponse | undefined> => {
    const [, probe = '', ...rest] = path.split('/');
    const only = rest.join('/');
    const known = Object.entries(probe === 'readyz' ? { ...all, ...ready } : all);
    const wanted = only === '' ? known : known.filter(([name]) => name === only);
    if (wanted.length === 0) return undefined;
    if (only !== '') {
      const [, check] = wanted[0] as readonly [string, HealthCheck];
      return (await passes(check)) ? text(200, 'ok') : text(500, `internal server error: ${only} failed\n`);
    }
    const excluded = new Set(query.getAll('exclude'));
    const unknown = [...excluded].filter((name) => !known.some(([check]) => check === name)).sort();
    let healthy = true;
    const lines: string[] = [];
    for (const [name, check] of wanted) {
      if (excluded.has(name)) {
        lines.push(`[+]${name} excluded: ok`);
        continue;
      }
      const works = await passes(check);
      healthy &&= works;
      lines.push(works ? `[+]${name} ok` : `[-]${name} failed: reason withheld`);
    }
    if (unknown.length > 0) {
      const names = unknown.map((name) => JSON.stringify(name)).join(',');
      lines.push(`warn: some health checks cannot be excluded: no matches for ${names}`);
    }
    if (!healthy) return text(500, `${lines.join('\n')}\n${probe} check failed\n`);
    return query.has('verbose') ? text(200, `${lines.join('\n')}\n${probe} check passed\n`) : text(200, 'ok');
  };
}

async function passes(check: HealthCheck): Promise<boolean> {
  try {
    return await check();
  } catch {
    return false;
  }
}

function text(status: number, body: string): ApiResponse {
  return {
    type: 'bytes',
    status,
    contentType: 'text/plain; charset=utf-8',
    body: encoder.encode(body),
    headers: { 'x-content-type-options': 'nosniff' },
  };
}
