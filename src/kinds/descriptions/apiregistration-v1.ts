/** What the types and fields of apiregistration/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */
import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const apiregistrationV1: PackageDescriptions = {
  package: 'k8s.io/kube-aggregator/pkg/apis/apiregistration/v1',
  text: `
ServiceReference: A Service that requests are passed on to.
  namespace: Its namespace.
  name: Its name.
  port: Its port, which must speak HTTPS; default 443.
APIServiceSpec: Which group and version, and who serves them.
  service: Passes requests on to this Service; the API server itself serves the group when absent.
  group: Name of the API group.
  version: Name of the version, such as v1.
  insecureSkipTLSVerify: Does without checking the server's certificate. Not to be used in earnest, and not together with caBundle.
  caBundle: PEM certificates that the server's certificate is checked against; the system's when absent.
  groupPriorityMinimum: Place of the group among all others: clients prefer higher numbers. 1 to 20000; the highest of its versions counts.
  versionPriority: Place of the version in its group, higher ones first, 1 to 1000. Equals are sorted by name, v1 before v1beta1.
APIServiceCondition: One observation of an APIService's state.
  type: Available is the only one: whether the group can be served.
  status: Whether it holds: True, False or Unknown.
  lastTransitionTime: When the status changed last.
  reason: The cause of the last change, as one CamelCase word for programs.
  message: The last change explained for people.
APIServiceStatus: Whether a group can be served.
  conditions: Observations of its state.
APIService: One version of an API group and who serves it: this API server, or another behind a Service. Named VERSION.GROUP.
  spec: Which group and version, and who serves them.
  status: Whether they can be served at present.
`,
};
