/** What the service proxy of a node tells on its loopback, as kube-proxy does: /metrics, /proxyMode, /healthz. */

import type { WireHandler, WireResponse } from '#api/wire.ts';
import { type MetricsRegistry, metricsContentType } from '#base/metrics.ts';

/** kube-proxy's --metrics-bind-address. */
export const proxyMetricsAddress = { host: '127.0.0.1', port: 10249 } as const;

export function proxyWire(metrics: MetricsRegistry): WireHandler {
  return async ({ path, method }): Promise<WireResponse> => {
    const text = 'text/plain; charset=utf-8';
    switch (path) {
      case '/metrics':
        if (method !== 'DELETE') return full(200, metricsContentType, await metrics.exposeRefreshed());
        metrics.reset();
        return full(200, text, 'metrics reset\n');
      case '/proxyMode':
        return full(200, text, 'nftables');
      case '/healthz':
        return full(200, text, 'ok');
      default:
        return full(404, text, '404 page not found\n');
    }
  };
}

function full(status: number, contentType: string, text: string): WireResponse {
  const headers = { 'content-type': contentType, 'x-content-type-options': 'nosniff' };
  return { type: 'full', status, headers, body: new TextEncoder().encode(text), compressible: true };
}
