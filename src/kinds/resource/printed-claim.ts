/** How claims, templates and allocations are printed in messages. */

import { embeddedMetadata, optional, type PrintedShape, printedStruct, struct } from '#api/printed-struct.ts';
import type { AllocationResult, ResourceClaimSpec, ResourceClaimTemplateSpec } from '#kinds/generated/resource-v1.ts';

const toleration: PrintedShape = {
  Key: '',
  Operator: '',
  Value: '',
  Effect: '',
  TolerationSeconds: null,
};
const selector: PrintedShape = { CEL: optional({ Expression: '' }) };
const requestTail: PrintedShape = {
  Tolerations: optional(toleration),
  Capacity: optional({ Requests: null }),
};
const requestHead: PrintedShape = {
  DeviceClassName: '',
  Selectors: optional(selector),
  AllocationMode: '',
  Count: 0,
};
const opaque: PrintedShape = {
  Opaque: optional({ Driver: '', Parameters: null }),
};
const request: PrintedShape = {
  Name: '',
  Exactly: optional({ ...requestHead, AdminAccess: null, ...requestTail }),
  FirstAvailable: optional({ Name: '', ...requestHead, ...requestTail }),
};
const constraint: PrintedShape = {
  Requests: null,
  MatchAttribute: null,
  DistinctAttribute: null,
};
const claimSpec: PrintedShape = {
  Devices: struct({
    Requests: optional(request),
    Constraints: optional(constraint),
    Config: optional({ Requests: null, ...opaque }),
  }),
};
const templateSpec: PrintedShape = { ObjectMeta: embeddedMetadata, Spec: struct(claimSpec) };
const result: PrintedShape = {
  Request: '',
  Driver: '',
  Pool: '',
  Device: '',
  AdminAccess: null,
  Tolerations: optional(toleration),
  BindingConditions: null,
  BindingFailureConditions: null,
  ShareID: null,
  ConsumedCapacity: null,
};
const allocation: PrintedShape = {
  Devices: struct({
    Results: optional(result),
    Config: optional({ Source: '', Requests: null, ...opaque }),
  }),
  NodeSelector: null,
  AllocationTimestamp: null,
};

export function printedClaimSpec(spec: ResourceClaimSpec | undefined): unknown {
  return printedStruct(spec, claimSpec);
}

export function printedTemplateSpec(spec: ResourceClaimTemplateSpec | undefined): unknown {
  return printedStruct(spec, templateSpec);
}

export function printedAllocation(value: AllocationResult): unknown {
  return printedStruct(value, allocation);
}
