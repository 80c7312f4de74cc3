/** The answer of actions that have nothing to show: a Status of success. */

import type { KubeObject } from '#api/object.ts';
import type { ApiResponse } from '#api/request.ts';
import type { Registry } from '../registry/registry.ts';

export function success(registry: Registry, code: 200 | 201): ApiResponse {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code } as KubeObject;
  return { type: 'object', status: code, body: registry.encoded('', 'v1', status) };
}
