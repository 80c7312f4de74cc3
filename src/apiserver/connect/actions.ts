/** The connect subresources of core/v1 as actions of the API server. */

import type { Random } from '#base/env.ts';
import type { Action } from '../actions/action.ts';
import { admitConnection } from './admission.ts';
import type { ConnectHandler, ConnectOptions } from './context.ts';
import { createConnectLookup } from './lookup.ts';
import { podLogHandler } from './pod-log.ts';
import { portForwardHandler, remoteCommandHandler } from './pod-streams.ts';
import { nodeProxyHandler, podProxyHandler, serviceProxyHandler } from './proxy.ts';

export type ConnectSubresource =
  | '/pods/exec'
  | '/pods/attach'
  | '/pods/portforward'
  | '/pods/log'
  | '/pods/proxy'
  | '/services/proxy'
  | '/nodes/proxy';

export function createConnectHandlers(
  options: ConnectOptions,
  random: Random,
): Readonly<Record<ConnectSubresource, ConnectHandler>> {
  return {
    '/pods/exec': remoteCommandHandler(options, 'exec'),
    '/pods/attach': remoteCommandHandler(options, 'attach'),
    '/pods/portforward': portForwardHandler(options),
    '/pods/log': podLogHandler(options),
    '/pods/proxy': podProxyHandler(options),
    '/services/proxy': serviceProxyHandler(options, () => random.next()),
    '/nodes/proxy': nodeProxyHandler(options),
  };
}

/** For ApiServerConfig.actions. */
export function createConnectActions(
  options: ConnectOptions,
  random: Random,
): Readonly<Record<ConnectSubresource, Action>> {
  const handlers = createConnectHandlers(options, random);
  const read =
    (handler: ConnectHandler): Action =>
    ({ request, info, user, server }) =>
      handler({ request, info, user, lookup: createConnectLookup(server) });
  const connect =
    (handler: ConnectHandler): Action =>
    async (context) => {
      await admitConnection(context);
      return read(handler)(context);
    };
  return {
    '/pods/exec': connect(handlers['/pods/exec']),
    '/pods/attach': connect(handlers['/pods/attach']),
    '/pods/portforward': connect(handlers['/pods/portforward']),
    '/pods/log': read(handlers['/pods/log']),
    '/pods/proxy': connect(handlers['/pods/proxy']),
    '/services/proxy': connect(handlers['/services/proxy']),
    '/nodes/proxy': connect(handlers['/nodes/proxy']),
  };
}
