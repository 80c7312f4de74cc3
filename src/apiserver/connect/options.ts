/** Options of connect subresources, decoded from the query once for handlers and admission alike. */

import { isTrue } from '#api/streaming/log-options.ts';
import type { RemoteCommandStreams } from '#api/streaming/remote-command.ts';

/** Streams of PodExecOptions and PodAttachOptions with their defaults: attach shows output unless told otherwise. */
export function remoteCommandOptions(subresource: 'exec' | 'attach', query: URLSearchParams): RemoteCommandStreams {
  const shown = subresource === 'attach';
  const flag = (name: string, absent: boolean) => (query.has(name) ? isTrue(query.get(name)) : absent);
  return {
    stdin: flag('stdin', false),
    stdout: flag('stdout', shown),
    stderr: flag('stderr', shown),
    tty: flag('tty', false),
  };
}

/** Fields of the options object that admission sees (PodExecOptions, PodPortForwardOptions, ServiceProxyOptions ...). */
export function connectOptions(
  subresource: string,
  query: URLSearchParams,
  path: string,
): Readonly<Record<string, unknown>> {
  const container = query.get('container');
  const inContainer = container ? { container } : {};
  switch (subresource) {
    case 'exec':
      return { ...remoteCommandOptions('exec', query), ...inContainer, command: query.getAll('command') };
    case 'attach':
      return { ...remoteCommandOptions('attach', query), ...inContainer };
    case 'portforward':
      return { ports: query.getAll('ports').flatMap((ports) => ports.split(',').map(Number)) };
    default:
      return path === '' ? {} : { path };
  }
}
