/** All connect subresources of core/v1, by resource and subresource. */

import type { Random } from '#base/env.ts';
import type { ConnectHandler, ConnectOptions } from './context.ts';
import { podLogHandler } from './pod-log.ts';
import { portForwardHandler, remoteCommandHandler } from './pod-streams.ts';
import { nodeProxyHandler, podProxyHandler, serviceProxyHandler } from './proxy.ts';

export type ConnectSubresource =
  | 'pods/exec'
  | 'pods/attach'
  | 'pods/portforward'
  | 'pods/log'
  | 'pods/proxy'
  | 'services/proxy'
  | 'nodes/proxy';

export function createConnectHandlers(
  options: ConnectOptions,
  random: Random,
): Readonly<Record<ConnectSubresource, ConnectHandler>> {
  return {
    'pods/exec': remoteCommandHandler(options, 'exec'),
    'pods/attach': remoteCommandHandler(options, 'attach'),
    'pods/portforward': portForwardHandler(options),
    'pods/log': podLogHandler(options),
    'pods/proxy': podProxyHandler(options),
    'services/proxy': serviceProxyHandler(options, () => random.next()),
    'nodes/proxy': nodeProxyHandler(options),
  };
}
