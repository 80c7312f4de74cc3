/** What the types and fields of networking/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */
import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const networkingV1: PackageDescriptions = {
  package: 'k8s.io/api/networking/v1',
  text: `
NetworkPolicy: Says which traffic certain pods may receive and send. Takes effect only where the network plugin supports it.
  spec: The pods and what is allowed to them.
NetworkPolicySpec: The pods that a policy restricts and what it allows to them. Policies add up: traffic passes when any of them allows it.
  podSelector: Selects the restricted pods in the policy's namespace; an empty selector takes all of them.
  ingress: Traffic that the pods may receive; with none, an Ingress policy lets nothing in.
  egress: Traffic that the pods may send; with none, an Egress policy lets nothing out.
  policyTypes: Directions that are restricted: Ingress, Egress or both. When absent Ingress, and Egress where an egress rule is given.
NetworkPolicyIngressRule: Lets traffic in that matches both ports and from.
  ports: Ports of the pods that may be reached; any when empty.
  from: Where the traffic may come from; anywhere when empty.
NetworkPolicyEgressRule: Lets traffic out that matches both ports and to.
  ports: Ports that may be reached; any when empty.
  to: Where the traffic may go; anywhere when empty.
NetworkPolicyPort: A port, or a range of them.
  protocol: TCP (the default), UDP or SCTP.
  port: Number of the port or name of one in the pod; every port of the protocol when absent.
  endPort: Last port of a range that starts at port, which must be a number then and not above it.
IPBlock: A range of addresses with exceptions.
  cidr: The range, such as 192.168.0.0/16 or 2001:db8::/64.
  except: Ranges to leave out; each must lie within cidr.
NetworkPolicyPeer: The other side of the traffic: pods, or a range of addresses.
  podSelector: Pods by label: in the namespaces selected by namespaceSelector, or in the policy's own when that is absent.
  namespaceSelector: Namespaces by label, all when empty; every pod in them unless podSelector says which.
  ipBlock: A range of addresses; excludes the two selectors.
Ingress: Rules by which requests from outside reach Services, by host and path. An ingress controller has to carry them out.
  spec: The rules.
  status: Where the Ingress can be reached.
IngressSpec: By which rules requests are routed, and with which certificates.
  ingressClassName: IngressClass, and so the controller, in charge; the default class when absent.
  defaultBackend: Takes requests that no rule matches. Needed when there are no rules.
  tls: Certificates, by host; all served at port 443 and told apart by SNI.
  rules: Where requests go, by host and path; all to defaultBackend when empty.
IngressTLS: A certificate and the hosts that it is for.
  hosts: Hosts in the certificate; left to the controller when empty.
  secretName: Secret of this namespace with the certificate and key. Absent where the controller gets one from elsewhere.
IngressStatus: Where an Ingress can be reached.
  loadBalancer: Addresses of the load balancer in front.
IngressLoadBalancerStatus: Addresses of a load balancer.
  ingress: The points at which traffic enters.
IngressLoadBalancerIngress: A point at which traffic enters.
  ip: Its IP address, where the load balancer has one.
  hostname: Its DNS name, where the load balancer goes by name.
  ports: State of its ports.
IngressPortStatus: State of one port of a load balancer.
  port: Number of the port.
  protocol: TCP, UDP or SCTP.
  error: Why the port does not work, as a CamelCase word (with a domain in front unless it is a built-in one). Absent when all is well.
IngressRule: What happens to requests for a host. Requests are matched by host first, then by the paths of the rule.
  host: DNS name without address or port; a first label of * matches any one label. Every host when absent.
IngressRuleValue: The routes of a rule.
  http: Routes by path; without it all goes to the default backend.
HTTPIngressRuleValue: Routes of HTTP requests by path.
  paths: Path by path, the backend that takes it; at least one.
HTTPIngressPath: A path and the backend that takes it.
  path: Compared with the path of the request; begins with a slash. May be empty only with ImplementationSpecific.
  pathType: Exact takes this path alone, Prefix also those below it, whole elements compared; ImplementationSpecific is up to the controller.
  backend: Where matching requests are sent.
IngressBackend: Where requests are sent: exactly one of service and resource.
  service: A Service of this namespace, and which port.
  resource: Another object of this namespace that the controller understands, such as a storage bucket.
IngressServiceBackend: A Service that takes requests.
  name: Name of the Service, in the Ingress's namespace.
  port: Port of the Service.
ServiceBackendPort: A port of a Service, by name or by number, not both.
  name: Name of the port.
  number: Number of the port.
IngressClass: A class of Ingresses and the controller that serves it. Annotation ingressclass.kubernetes.io/is-default-class makes it the default.
  spec: Which controller, with which parameters.
IngressClassSpec: Which controller serves a class, with which parameters.
  controller: Name of the controller, a domain with a path such as example.com/ingress; up to 250 characters. Cannot be changed.
  parameters: Object with further settings that the controller reads.
IngressClassParametersReference: Names the object with a controller's settings.
  apiGroup: API group of the object; the core group when absent.
  kind: Kind of the object.
  name: Name of the object.
  scope: Cluster (the default) for an object without namespace, Namespace for one with.
  namespace: Namespace of the object; required with scope Namespace and not allowed with Cluster.
IPAddress: A service address in use. Its name is the address in canonical form; the API server makes one for each cluster IP.
  spec: What uses the address.
IPAddressSpec: What uses an address.
  parentRef: The object that the address was given to. Cannot be changed.
ParentReference: Names the object that holds an address.
  group: Its API group; empty for the core group.
  resource: Its resource, in plural, such as services.
  namespace: Its namespace; absent for cluster-scoped ones.
  name: Its name.
ServiceCIDR: A range from which Services get their cluster IPs, beside the others of that kind.
  spec: The range.
  status: Whether it is in use.
ServiceCIDRSpec: A range of addresses, or one for each IP family.
  cidrs: One or two ranges such as 10.96.0.0/12, of different families. Cannot be changed, except that a second may be added.
ServiceCIDRStatus: Whether addresses may be taken from a range.
  conditions: Ready: false while the range is being deleted or is not usable yet.
`,
};
