/** How claims, templates and allocations are printed in messages. */

import { type PrintedShape, printedStruct } from '#api/printed-struct.ts';
import type { AllocationResult, ResourceClaimSpec, ResourceClaimTemplateSpec } from '#kinds/generated/resource-v1.ts';

const toleration: PrintedShape = {
  Key: ['key', ''],
  Operator: ['operator', ''],
  Value: ['value', ''],
  Effect: ['effect', ''],
  TolerationSeconds: ['tolerationSeconds', null],
};
const selector: PrintedShape = { CEL: ['cel', null, { Expression: ['expression', ''] }] };
const requestTail: PrintedShape = {
  Tolerations: ['tolerations', null, toleration],
  Capacity: ['capacity', null, { Requests: ['requests', null] }],
};
const requestHead: PrintedShape = {
  DeviceClassName: ['deviceClassName', ''],
  Selectors: ['selectors', null, selector],
  AllocationMode: ['allocationMode', ''],
  Count: ['count', 0],
};
const opaque: PrintedShape = {
  Opaque: ['opaque', null, { Driver: ['driver', ''], Parameters: ['parameters', null] }],
};
const request: PrintedShape = {
  Name: ['name', ''],
  Exactly: ['exactly', null, { ...requestHead, AdminAccess: ['adminAccess', null], ...requestTail }],
  FirstAvailable: ['firstAvailable', null, { Name: ['name', ''], ...requestHead, ...requestTail }],
};
const constraint: PrintedShape = {
  Requests: ['requests', null],
  MatchAttribute: ['matchAttribute', null],
  DistinctAttribute: ['distinctAttribute', null],
};
const claimSpec: PrintedShape = {
  Devices: [
    'devices',
    'struct',
    {
      Requests: ['requests', null, request],
      Constraints: ['constraints', null, constraint],
      Config: ['config', null, { Requests: ['requests', null], ...opaque }],
    },
  ],
};
const result: PrintedShape = {
  Request: ['request', ''],
  Driver: ['driver', ''],
  Pool: ['pool', ''],
  Device: ['device', ''],
  AdminAccess: ['adminAccess', null],
  Tolerations: ['tolerations', null, toleration],
  BindingConditions: ['bindingConditions', null],
  BindingFailureConditions: ['bindingFailureConditions', null],
  ShareID: ['shareID', null],
  ConsumedCapacity: ['consumedCapacity', null],
};
const allocation: PrintedShape = {
  Devices: [
    'devices',
    'struct',
    {
      Results: ['results', null, result],
      Config: ['config', null, { Source: ['source', ''], Requests: ['requests', null], ...opaque }],
    },
  ],
  NodeSelector: ['nodeSelector', null],
  AllocationTimestamp: ['allocationTimestamp', null],
};

export function printedClaimSpec(spec: ResourceClaimSpec | undefined): unknown {
  return printedStruct(spec, claimSpec);
}

/** The metadata of a template is embedded, so its fields come first and have their names in JSON. */
export function printedTemplateSpec(spec: ResourceClaimTemplateSpec | undefined): unknown {
  const { labels, annotations } = spec?.metadata ?? {};
  return {
    ...(labels ? { labels } : {}),
    ...(annotations ? { annotations } : {}),
    Spec: printedClaimSpec(spec?.spec),
  };
}

export function printedAllocation(value: AllocationResult): unknown {
  return printedStruct(value, allocation);
}
