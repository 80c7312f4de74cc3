/** pods/exec, pods/attach, pods/portforward: a client's streams, carried to the kubelet of the pod's node. */

import { newBadRequest } from '#api/errors.ts';
import { tunneledProtocols, tunnelPortForward } from '#api/streaming/port-forward.ts';
import { proxyUpgrade } from '#api/streaming/proxy-upgrade.ts';
import { proxyRemoteCommand } from '#api/streaming/remote-command-proxy.ts';
import { isUpgradeRequest } from '#api/streaming/web-socket.ts';
import type { ConnectHandler, ConnectOptions } from './context.ts';
import { chooseContainer, kubeletAddress, kubeletUrl } from './location.ts';
import { remoteCommandOptions } from './options.ts';
import { requireCreate } from './require-create.ts';

export function remoteCommandHandler(options: ConnectOptions, subresource: 'exec' | 'attach'): ConnectHandler {
  return async (context) => {
    await requireCreate(options, context);
    const { request, info } = context;
    const { query } = request;
    const { stdin, stdout, stderr, tty } = remoteCommandOptions(subresource, query);
    const pod = await context.lookup.pod(info.namespace, info.name);
    const container = chooseContainer(pod, info.name, query.get('container') ?? '');
    const node = requireNode(pod.spec?.nodeName, info.name);
    const parameters = new URLSearchParams();
    if (stdin) parameters.set('input', '1');
    if (stdout) parameters.set('output', '1');
    if (stderr) parameters.set('error', '1');
    if (tty) parameters.set('tty', '1');
    if (subresource === 'exec') for (const word of query.getAll('command')) parameters.append('command', word);
    const url = kubeletUrl(
      await kubeletAddress(options, context.lookup, node),
      ['', subresource, info.namespace, info.name, container],
      parameters,
    );
    // A terminal has one output: the kubelet opens no stream for standard error.
    return proxyRemoteCommand(
      request,
      url,
      { stdin, stdout, stderr: stderr && !tty, tty },
      options.kubelet,
      options.streaming,
    );
  };
}

export function portForwardHandler(options: ConnectOptions): ConnectHandler {
  return async (context) => {
    await requireCreate(options, context);
    const { request, info } = context;
    if (!isUpgradeRequest(request.headers)) throw newBadRequest('Upgrade request required');
    const pod = await context.lookup.pod(info.namespace, info.name);
    const node = requireNode(pod.spec?.nodeName, info.name);
    const parameters = new URLSearchParams();
    const ports = request.query.getAll('ports');
    if (ports.length > 0) parameters.set('port', ports.join(','));
    const url = kubeletUrl(
      await kubeletAddress(options, context.lookup, node),
      ['', 'portForward', info.namespace, info.name],
      parameters,
    );
    if (tunneledProtocols(request).length > 0)
      return tunnelPortForward(request, url, options.kubelet, options.streaming.webSockets);
    return proxyUpgrade(request, url, options.kubelet);
  };
}

function requireNode(nodeName: string | undefined, podName: string): string {
  if (!nodeName) throw newBadRequest(`pod ${podName} does not have a host assigned`);
  return nodeName;
}
