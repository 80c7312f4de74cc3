/** Expressions that select devices (dynamic-resource-allocation/cel/compile.go): the type of `device`, and what an expression may cost. */

import { child, type FieldError, forbidden, internalError, invalid, tooLong } from '#api/field-error.ts';
import { utf8Length } from '#api/label-rules.ts';
import { RecentMap } from '#base/recent-map.ts';
import { estimateCost, type SizeOf } from '#cel/cost.ts';
import { type Environment, extendEnvironment } from '#cel/environment.ts';
import { formatIssues } from '#cel/issues.ts';
import { kubernetesEnvironment } from '#cel/kubernetes.ts';
import { quantityType } from '#cel/libraries/quantity.ts';
import { compile, createProgram } from '#cel/program.ts';
import { bindLibrary } from '#cel/standard/library.ts';
import { anyType, boolType, mapType, objectType, stringType, typeText } from '#cel/types.ts';

const maxExpressionBytes = 10 * 1024;
const maxCost = 1_000_000;

/** Of an attribute's value: characters of its text. */
const maxValueSize = 64;
const maxDomainSize = 63;
const maxIdSize = 32;
const maxDriverSize = 63;
const maxEntries = 32;

const deviceType = objectType('kubernetes.DRADevice', {
  driver: stringType,
  allowMultipleAllocations: boolType,
  attributes: mapType(stringType, mapType(stringType, anyType)),
  capacity: mapType(stringType, mapType(stringType, quantityType)),
});

interface Sized {
  readonly size: number;
  readonly fields?: Readonly<Record<string, Sized>>;
  readonly keys?: Sized;
  readonly values?: Sized;
  /** A map's member that is selected by name is as large as any. */
  readonly selected?: Sized;
}

const attribute: Sized = { size: maxValueSize };
const domain: Sized = { size: maxDomainSize };
const id: Sized = { size: maxIdSize };
const device: Sized = {
  size: 0,
  fields: {
    driver: { size: maxDriverSize },
    allowMultipleAllocations: { size: 1 },
    attributes: mapOf(domain, { ...mapOf(id, attribute), selected: attribute }),
    capacity: mapOf(domain, mapOf(id, { size: 0 })),
  },
};

/** Classes and claims say the same expressions again and again, at every write of them. */
const judged = new RecentMap<string, Verdict>(1_000_000);
const entryWeight = 100;

type Fault = (field: string) => FieldError;

interface Verdict {
  readonly fault: Fault | undefined;
}

let environment: Environment | undefined;

export function checkDeviceExpression(expression: string, path: string, errors: FieldError[]): void {
  const at = child(path, 'expression');
  if (utf8Length(expression) > maxExpressionBytes) {
    errors.push(tooLong(at, maxExpressionBytes));
    return;
  }
  const fault = faultOf(expression);
  if (fault) errors.push(fault(at));
}

function faultOf(expression: string): Fault | undefined {
  const known = judged.get(expression);
  if (known) return known.fault;
  const fault = judge(expression);
  judged.set(expression, { fault }, expression.length + entryWeight);
  return fault;
}

function judge(expression: string): Fault | undefined {
  environment ??= extendEnvironment(kubernetesEnvironment({ version: '1.36' }), bindLibrary, {
    variables: [{ name: 'device', type: deviceType }],
    types: [deviceType],
  });
  const compiled = compile(expression, environment);
  if (!compiled.ok) return wrong(`compilation failed: ${formatIssues(expression, compiled.issues)}`);
  const { outputType, checked } = compiled;
  if (outputType.kind !== 'bool' && outputType.kind !== 'any') {
    return wrong(`must evaluate to bool or the unknown type, not ${typeText(outputType)}`);
  }
  const { fault } = createProgram(checked, environment);
  if (fault) return (field) => internalError(field, `program instantiation failed: ${fault.message}`);
  if (estimateCost(checked, environment, sizeOf).max <= maxCost) return undefined;
  return (field) => forbidden(field, 'too complex, exceeds cost limit');

  function wrong(detail: string): Fault {
    return (field) => invalid(field, expression, detail);
  }
}

const sizeOf: SizeOf = ({ path }) => {
  const [variable, ...steps] = path ?? [];
  let sized = variable === 'device' ? device : undefined;
  for (const step of steps) sized = sized && stepInto(sized, step);
  return sized && { min: 0, max: sized.size };
};

function stepInto({ fields, keys, values, selected }: Sized, step: string): Sized | undefined {
  if (step === '@keys') return keys;
  if (step === '@items' || step === '@values') return values;
  return fields && Object.hasOwn(fields, step) ? fields[step] : selected;
}

function mapOf(keys: Sized, values: Sized): Sized {
  return { size: maxEntries, keys, values };
}
