/**
 * A WebSocket is a GET, which a request's own authorization takes for reading; running something needs `create` all the same
 * (feature AuthorizePodWebsocketUpgradeCreatePermission, issue 133515).
 */

import { newForbidden } from '#api/errors.ts';
import { forbiddenText } from '../request/attributes.ts';
import type { ConnectContext, ConnectOptions } from './context.ts';

/** Throws 403. */
export async function requireCreate({ authorize }: ConnectOptions, { info, user }: ConnectContext): Promise<void> {
  if (info.verb === 'create') return;
  const wanted = { ...info, user, verb: 'create' };
  const { decision, reason } = await authorize(wanted);
  if (decision === 'allow') return;
  const text = forbiddenText(wanted);
  throw newForbidden(
    { group: info.apiGroup, resource: info.resource },
    info.name,
    reason ? `${text}: ${reason}` : text,
  );
}
