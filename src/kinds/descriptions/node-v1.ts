/** What the types and fields of node/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */
import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const nodeV1: PackageDescriptions = {
  package: 'k8s.io/api/node/v1',
  text: `
RuntimeClass: A way to run containers, such as in a sandbox, that pods choose by runtimeClassName.
  handler: Name of the handler in the configuration of the nodes' container runtime; a DNS label. Cannot be changed.
  overhead: Resources that a pod takes beyond those of its containers.
  scheduling: Which nodes have the handler; all when absent.
Overhead: Resources that a pod takes merely by running.
  podFixed: Amount by resource, counted with the requests of each pod, and with its limits where it has any.
Scheduling: Leads pods of a RuntimeClass to the nodes that support it.
  nodeSelector: Labels that nodes must have, joined with the pod's own node selector. A contradiction between the two refuses the pod.
  tolerations: Added to those of the pod, so that it may run on tainted nodes.
`,
};
