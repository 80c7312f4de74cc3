/** What the types and fields of discovery/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */
import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const discoveryV1: PackageDescriptions = {
  package: 'k8s.io/api/discovery/v1',
  text: `
EndpointSlice: Some of the endpoints of a Service, which the label kubernetes.io/service-name names. A Service may have many slices.
  addressType: Of what kind all addresses are: IPv4, IPv6 or FQDN (deprecated). Cannot be changed.
  endpoints: The endpoints, up to 1000.
  ports: Ports that every endpoint of the slice has; up to 20000. None when empty.
Endpoint: One place to which a Service's traffic may go, mostly a pod.
  addresses: Its address, of the slice's type. Up to 100 are allowed, but only the first is used.
  conditions: Whether traffic should be sent there.
  hostname: Name below that of the Service in DNS, in lower case.
  targetRef: The object behind the endpoint, mostly a pod.
  deprecatedTopology: Deprecated: read-only remains of v1beta1; see nodeName and zone.
  nodeName: Node on which it runs; used for traffic that stays on a node.
  zone: Zone in which it is.
  hints: For whose traffic the endpoint is best used.
EndpointConditions: Whether an endpoint should get traffic.
  ready: Whether it takes new connections: serving and not terminating, or always, where the Service publishes endpoints that are not ready. Taken as true when absent.
  serving: Whether it can answer, even while it ends. Taken as ready when absent.
  terminating: Whether it is ending. Taken as false when absent.
EndpointHints: For whose traffic an endpoint is best used.
  forZones: Zones whose clients should use it; up to 8.
  forNodes: Nodes whose clients should use it; up to 8. Goes before forZones.
ForZone: A zone whose clients should use an endpoint.
  name: The zone, as in the label topology.kubernetes.io/zone.
ForNode: A node whose clients should use an endpoint.
  name: The node.
EndpointPort: A port of every endpoint in a slice.
  name: Name of the Service's port, a DNS label or empty; unique in the slice.
  protocol: TCP (the default), UDP or SCTP.
  port: Number of the port; absent where it is left to the reader of the slice.
  appProtocol: What is spoken on the port: a registered service name, or a name with a domain, such as kubernetes.io/h2c.
`,
};
