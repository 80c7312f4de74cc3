/** What the types and fields of resource/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */
import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const resourceV1: PackageDescriptions = {
  package: 'k8s.io/api/resource/v1',
  text: `
ResourceSlice: Devices of a pool, or counters that they share, published by their driver. A pool may have many slices.
  spec: The devices or counters.
ResourceSliceSpec: What a driver publishes. Exactly one of nodeName, nodeSelector, allNodes and perDeviceNodeSelection says where the devices are.
  driver: The driver, by its domain name of up to 63 characters. Cannot be changed.
  pool: The pool that the slice is part of.
  nodeName: The one node that the devices belong to; with it the slice goes when the node does. Cannot be changed.
  nodeSelector: The nodes from which the devices are reached; exactly one term.
  allNodes: True when every node reaches the devices; otherwise absent.
  devices: The devices, up to 128, or 64 where any has taints, consumes counters or has attributes with lists. Excludes sharedCounters.
  perDeviceNodeSelection: True when each device says for itself where it is; otherwise absent.
  sharedCounters: Sets of counters from which devices of the pool consume, up to 8; names are unique in the pool. Excludes devices.
CounterSet: Amounts that devices of a pool share: what one uses, others cannot have.
  name: Name of the set; a DNS label.
  counters: Amount in all, by name of the counter, which is a DNS label; at most 32.
ResourcePool: The pool that a slice is part of.
  name: Name of the pool, often that of the node: DNS names joined by slashes, 253 characters at most. Cannot be changed.
  generation: Raised by the driver with each change of the pool; only slices of the highest number count.
  resourceSliceCount: Slices that the pool has at this generation, above 0; as long as some are missing it is incomplete.
Device: One device and what can be known of it. Attributes and capacities together are 32 at most.
  name: Name of the device, unique in the pool; a DNS label.
  attributes: Facts for selecting it, by name. A name without a domain belongs to that of the driver.
  capacity: Amounts that it has, by name. A name without a domain belongs to that of the driver.
  consumesCounters: What it takes from counter sets of its pool while allocated; from at most 2 sets.
  nodeName: The one node that reaches it. Only with perDeviceNodeSelection, as the next two; exactly one is set then.
  nodeSelector: The nodes that reach it.
  allNodes: True when every node reaches it; otherwise absent.
  taints: Keep claims away that do not tolerate them; at most 16.
  bindsToNode: Whether its use ties the claim to the node chosen for the pod, even if others reach the device too.
  bindingConditions: Conditions of the claim's device status that must all be true before the pod is bound to its node; at most 4.
  bindingFailureConditions: Conditions any of which, when true, means that preparing it failed, and another device is looked for; at most 4.
  allowMultipleAllocations: Whether several requests may have it at a time, each consuming a part of its capacity; default false.
  nodeAllocatableResourceMappings: What it takes of the node's own resources, by their names, such as cpu or memory. Alpha.
NodeAllocatableResourceMapping: How much of a node resource a device takes. At least one of the two is set.
  capacityKey: Capacity of the device whose consumed amount counts; the number of devices does when absent.
  allocationMultiplier: Multiplies that amount or number; above 0, default 1.
DeviceCounterConsumption: What a device takes from one set of counters.
  counterSet: Name of the set.
  counters: Amount by name of the counter; at most 32.
DeviceCapacity: An amount that a device has.
  value: The amount in all. A device for one request at a time gives it whole.
  requestPolicy: Which parts requests may have; any when absent. Only with allowMultipleAllocations.
Counter: An amount of something countable.
  value: The amount.
CapacityRequestPolicy: Which parts of a capacity requests may have. At most one of validValues and validRange is set.
  default: What a request gets that asks for nothing of it; all of it when absent. Required with validValues and validRange.
  validValues: Parts that can be had, up to 10 in ascending order, default among them. Requests are rounded up to one of these.
  validRange: Range of the parts that can be had, default within it. Requests are rounded up to fit.
CapacityRequestPolicyRange: Range of parts of a capacity. A request above it cannot be met by the device.
  min: Least part, to which smaller requests are raised. Required.
  max: Largest part; the whole capacity when absent.
  step: Requests are rounded up to min and a multiple of this; default and max must fit it.
DeviceAttribute: A fact about a device. Exactly one member is set.
  int: A number.
  bool: True or false.
  string: A text of up to 64 characters.
  version: A semantic version such as 1.2.3, up to 64 characters.
  ints: Several numbers, at least one. Alpha.
  bools: True or false several times, at least once. Alpha.
  strings: Several texts, at least one, of up to 64 characters each. Alpha.
  versions: Several semantic versions, at least one, of up to 64 characters each. Alpha.
DeviceTaint: Keeps a device from claims that do not tolerate it.
  key: Key of the taint, in the form of a label's.
  value: Value of the taint, in the form of a label's.
  effect: NoSchedule forbids new allocations, NoExecute also evicts pods that use the device, None does nothing and informs only.
  timeAdded: When it was put on or its effect changed. Set by the server when absent.
ResourceClaim: Asks for devices for one or more pods, and says which were given.
  spec: Which devices are wanted. Cannot be changed.
  status: Which devices were given, and to whom.
ResourceClaimSpec: What is wanted.
  devices: Which devices.
DeviceClaim: Which devices are wanted, what must hold between them, and their settings.
  requests: The devices, request by request; all must be met. At most 32.
  constraints: What must hold between devices of several requests; at most 32.
  config: Settings for the drivers of the devices; at most 32.
DeviceRequest: One kind of device that is wanted. Exactly one of exactly and firstAvailable is set.
  name: Name for other parts of the claim and for containers to go by; a DNS label, unique in the claim.
  exactly: The device or devices, without alternatives.
  firstAvailable: Alternatives, best first, of which the first that can be met is taken; 1 to 8.
ExactDeviceRequest: Devices of a class.
  deviceClassName: The DeviceClass. Required.
  selectors: What must hold of each device besides what the class asks; at most 32.
  allocationMode: ExactCount (the default) wants as many as count says, All every matching device of a pool, at least one.
  count: Number of devices with ExactCount; default 1. Absent with All.
  adminAccess: True gives access to devices in use, for supervising them, and takes none from others. Needs label resource.kubernetes.io/admin-access=true on the namespace.
  tolerations: Taints of devices that do no harm to this request; at most 16.
  capacity: How much of the capacities is needed; each device must have that much.
DeviceSubRequest as ExactDeviceRequest: One alternative of a request.
  name: Name of the alternative, unique in the request; a DNS label. Others refer to it as REQUEST/NAME.
CapacityRequirements: How much of a device's capacities is needed.
  requests: Amount by name of the capacity. Devices for several requests set that much aside; others must have it in all.
DeviceSelector: A condition on devices.
  cel: The condition in CEL. Required.
CELDeviceSelector: A condition on devices in CEL.
  expression: True for a device that will do, which is seen as device, with driver, attributes, capacity and allowMultipleAllocations. At most 10 KiB.
DeviceConstraint: What must hold between devices. Exactly one of matchAttribute and distinctAttribute is set.
  requests: Names of the requests, or REQUEST/NAME of alternatives; all of the claim when empty. At most 32.
  matchAttribute: Attribute, with its domain, that all the devices must have with the same value.
  distinctAttribute: Attribute, with its domain, that all the devices must have, each with another value.
DeviceClaimConfiguration: Settings for the drivers of devices.
  requests: Names of the requests, or REQUEST/NAME of alternatives, they are for; all of the claim when empty. At most 32.
DeviceConfiguration: Settings for a driver.
  opaque: Settings that only the driver understands. Required.
OpaqueDeviceConfiguration: Settings that only one driver understands.
  driver: The driver, by its domain name; others leave them alone.
  parameters: The settings, mostly an object with apiVersion and kind; at most 10 KiB.
DeviceToleration: Lets a request have devices in spite of a taint: of those with the given key, value and effect.
  key: Key of the taint; any when empty, which needs Exists.
  operator: Equal (the default) compares value, Exists takes any value.
  value: Value of the taint; empty with Exists.
  effect: Effect of the taint, NoSchedule or NoExecute; any when empty.
  tolerationSeconds: How long pods may go on under NoExecute, in seconds from when the taint was put on; forever when absent. Only with NoExecute.
ResourceClaimStatus: Which devices were given, and to whom.
  allocation: The devices given; absent until then. Cannot be changed, only removed.
  reservedFor: Who may use the claim now, mostly pods; at most 256. While there are any the allocation stays.
  devices: What drivers say of the devices given; at most one entry for each.
ResourceClaimConsumerReference: Someone who may use a claim.
  apiGroup: API group of the user; empty for the core group.
  resource: Its resource, in plural, such as pods.
  name: Its name.
  uid: Its UID.
AllocationResult: The devices given to a claim.
  devices: The devices.
  nodeSelector: Where the devices can be used; everywhere when absent.
  allocationTimestamp: When they were given; from then binding conditions are waited for. Set by the scheduler.
DeviceAllocationResult: The devices given, and their settings.
  results: The devices, with the requests that they meet; at most 32.
  config: Settings of the claim and its classes that matter, classes first; at most 64.
DeviceRequestAllocationResult: One device given.
  request: The request that it meets, or REQUEST/NAME of the alternative taken.
  driver: Its driver, by domain name.
  pool: Its pool.
  device: Its name in the pool.
  adminAccess: Whether it was given for supervising, beside those who use it.
  tolerations: Tolerations of the request when it was given; at most 16.
  bindingConditions: The device's bindingConditions when it was given.
  bindingFailureConditions: The device's bindingFailureConditions when it was given.
  shareID: UUID of this share, for devices that several requests may have.
  consumedCapacity: What this share takes of the device's capacities, by their names.
DeviceAllocationConfiguration: Settings for devices given, and where they come from.
  source: FromClass for settings of the DeviceClass, FromClaim for the claim's own, which go before those.
  requests: Names of the requests, or REQUEST/NAME of alternatives, they are for; all when empty. At most 32.
DeviceClass: A kind of device that claims ask for by name: which devices belong to it, with which settings.
  spec: Which devices, and with which settings.
DeviceClassSpec: Which devices belong to a class, and their settings.
  selectors: What must hold of each device; at most 32. Every device belongs when empty.
  config: Settings for the drivers whenever devices of the class are given; at most 32.
  extendedResourceName: Extended resource by which containers may ask for these devices without a claim; one class at most should have the name.
DeviceClassConfiguration: Settings for a driver, from a class.
ResourceClaimTemplate: From this a claim of its own is made for each pod that names it.
  spec: The claim. Cannot be changed.
ResourceClaimTemplateSpec: The claim to make.
  metadata: Labels and annotations that every claim made gets.
  spec: Copied into every claim made.
AllocatedDeviceStatus: What the driver says of a device given.
  driver: Its driver, by domain name.
  pool: Its pool.
  device: Its name in the pool.
  shareID: UUID of the share, for devices that several requests may have.
  conditions: Observations of its state, at most 8; binding conditions are among them.
  data: Whatever else the driver has to say; at most 10 KiB.
  networkData: What is known of it as a network interface.
NetworkDeviceData: A device as a network interface.
  interfaceName: Its name in the pod, such as eth1; up to 256 characters.
  ips: Its addresses with prefix length, such as 192.0.2.5/24; at most 16.
  hardwareAddress: Its address on the link, such as a MAC address; up to 128 characters.
`,
};
