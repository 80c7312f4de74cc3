/** Actions: subresources and kinds that are carried out and not stored (binding, eviction, token, reviews, exec ...). */

import type { ApiResponse } from '#api/request.ts';
import type { RequestContext } from '../context.ts';

export type Action = (context: RequestContext) => Promise<ApiResponse>;

/**
 * By '<group>/<plural>' for kinds that are not stored and '<group>/<plural>/<subresource>' for subresources: '/pods/binding',
 * 'authorization.k8s.io/subjectaccessreviews'. An action answers every verb that its subresource declares.
 */
export type Actions = Readonly<Record<string, Action>>;
