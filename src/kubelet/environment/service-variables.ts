/** The variables that tell a container where the services of its namespace are (pkg/kubelet/envvars): seven for a service of one port. */

import type { Service } from '#kinds/generated/core-v1.ts';

/** Those that a pod of `namespace` sees: its namespace's services when it wants links, and always the API server's. */
export function serviceVariables(
  services: Iterable<Service>,
  namespace: string,
  enableServiceLinks: boolean,
): Map<string, string> {
  const visible = new Map<string, Service>();
  for (const service of services) {
    const name = service.metadata?.name ?? '';
    const { clusterIP } = service.spec ?? {};
    if (!clusterIP || clusterIP === 'None') continue;
    const isMaster = service.metadata?.namespace === 'default' && name === 'kubernetes';
    if (isMaster) {
      if (!visible.has(name)) visible.set(name, service);
    } else if (enableServiceLinks && service.metadata?.namespace === namespace) {
      visible.set(name, service);
    }
  }
  const variables = new Map<string, string>();
  for (const service of visible.values()) addService(variables, service);
  return variables;
}

function addService(variables: Map<string, string>, service: Service): void {
  const prefix = variableName(service.metadata?.name ?? '');
  const { clusterIP = '', ports = [] } = service.spec ?? {};
  const first = ports[0];
  if (!first) return;
  variables.set(`${prefix}_SERVICE_HOST`, clusterIP);
  variables.set(`${prefix}_SERVICE_PORT`, String(first.port));
  for (const { name, port } of ports) {
    if (name) variables.set(`${prefix}_SERVICE_PORT_${variableName(name)}`, String(port));
  }
  const host = clusterIP.includes(':') ? `[${clusterIP}]` : clusterIP;
  ports.forEach(({ port, protocol = 'TCP' }, index) => {
    const scheme = protocol.toLowerCase();
    const url = `${scheme}://${host}:${port}`;
    if (index === 0) variables.set(`${prefix}_PORT`, url);
    const link = `${prefix}_PORT_${port}_${protocol.toUpperCase()}`;
    variables.set(link, url);
    variables.set(`${link}_PROTO`, scheme);
    variables.set(`${link}_PORT`, String(port));
    variables.set(`${link}_ADDR`, clusterIP);
  });
}

function variableName(name: string): string {
  return name.replaceAll('-', '_').toUpperCase();
}
