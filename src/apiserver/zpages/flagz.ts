/** /flagz: the options that the server runs with, under kube-apiserver's names (KEP-4828). */

import type { ApiRequest, ApiResponse } from '#api/request.ts';
import { zpageAnswer } from './negotiate.ts';

/** Values as upstream prints them: `[a,b]` for lists. */
export type Flags = Readonly<Record<string, string>>;

export function flagz(request: ApiRequest, flags: Flags): ApiResponse {
  const sorted = Object.entries(flags).sort(([a], [b]) => (a < b ? -1 : 1));
  return zpageAnswer(request, 'Flagz', {
    text: () => sorted.map(([name, value]) => `${name}: ${value}\n`).join(''),
    fields: () => ({ flags: Object.fromEntries(sorted) }),
  });
}
