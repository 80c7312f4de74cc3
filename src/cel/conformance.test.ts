/**
 * The official CEL conformance suite, as packed by @bufbuild/cel-spec: every test of the sections that apply must pass, and the lists of
 * what does not apply are literal.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Type } from '@bufbuild/cel-spec/cel/expr/checked_pb.js';
import { Type_PrimitiveType, Type_WellKnownType } from '@bufbuild/cel-spec/cel/expr/checked_pb.js';
import type { SimpleTest } from '@bufbuild/cel-spec/cel/expr/conformance/test/simple_pb.js';
import type { Value as ProtoValue } from '@bufbuild/cel-spec/cel/expr/value_pb.js';
import { getTestRegistry } from '@bufbuild/cel-spec/testdata/registry.js';
import type { IncrementalTestSuite } from '@bufbuild/cel-spec/testdata/tests.js';
import { getConformanceSuite } from '@bufbuild/cel-spec/testdata/tests.js';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import type { Environment, Variable } from './environment.ts';
import { createEnvironment } from './environment.ts';
import { formatIssues } from './issues.ts';
import { optionalLibrary } from './libraries/optional.ts';
import { stringsLibrary } from './libraries/strings.ts';
import { parseExpression } from './parser.ts';
import { compile, createProgram } from './program.ts';
import { bindLibrary, optionalSyntaxLibrary, standardLibrary, twoVariableLibrary } from './standard/library.ts';
import type { CelType } from './types.ts';
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  dynType,
  errorType,
  formatType,
  intType,
  listType,
  mapType,
  nullType,
  opaqueType,
  parameterType,
  stringType,
  timestampType,
  typeType,
  uintType,
  wrapperType,
} from './types.ts';
import type { Value } from './values.ts';
import { ArrayList, CelError, Duration, equal, Timestamp, TypeValue, Uint, ValueMap } from './values.ts';

/** Files of the suite that do not apply, and why. */
const skippedFiles: Readonly<Record<string, string>> = {
  block_ext: 'cel.block is what an optimizer of other engines writes; nobody can write it',
  dynamic: 'messages of google.protobuf: Kubernetes has no protobuf in CEL',
  encoders_ext: 'a library that Kubernetes does not have',
  enums: 'enums of protobuf',
  math_ext: 'a library that Kubernetes does not have',
  proto2: 'protobuf messages',
  proto2_ext: 'extensions of protobuf messages',
  proto3: 'protobuf messages',
  wrappers: 'wrapper messages of google.protobuf',
};

/** Tests that do not apply, by their reason. */
const formats =
  'format of the strings library 2, which Kubernetes has, prints by the locale; the suite is of a later one';
const presence = 'an error for a presence test on what has no fields is an option that Kubernetes leaves off';
const keys = 'cel-go and so the API server take any keys, and of equal ones the last';
const differs = 'cel-go answers otherwise';

const skippedByName: ReadonlyMap<string, string> = new Map([
  ['fields/qualified_identifier_resolution/map_key_float', keys],
  ['fields/qualified_identifier_resolution/map_key_null', keys],
  ['fields/qualified_identifier_resolution/map_value_repeat_key', keys],
  ['fields/qualified_identifier_resolution/map_value_repeat_key_heterogeneous', keys],
  ['optionals/optionals/map_null_entry_no_such_key', presence],
  ['optionals/optionals/map_present_key_invalid_field', presence],
  ['type_deductions/legacy_nullable_types/null_assignable_to_abstract_parameter_candidate', differs],
  ['string_ext/value_errors/indexof_out_of_range', differs],
  ['string_ext/value_errors/lastindexof_out_of_range', differs],
  ['string_ext/format/scientific notation formatting clause', formats],
  ['string_ext/format/default precision for scientific notation', formats],
  ['string_ext/format/positive infinity support for scientific notation', formats],
  ['string_ext/format/negative infinity support for scientific notation', formats],
  ['string_ext/format/NaN support for decimal', formats],
  ['string_ext/format/positive infinity support for decimal', formats],
  ['string_ext/format/negative infinity support for decimal', formats],
  ['string_ext/format/positive infinity support for fixed-point', formats],
  ['string_ext/format/negative infinity support for fixed-point', formats],
  ['string_ext/format/list support for string', formats],
  ['string_ext/format/map support for string', formats],
  ['string_ext/format/map support (all key types)', formats],
  ['string_ext/format/dyntype support for scientific notation', formats],
  ['string_ext/format/dyntype NaN/infinity support', formats],
  ['string_ext/format/dyntype support for lists', formats],
  ['string_ext/format/dyntype support for maps', formats],
  ['string_ext/format/scientific notation formatting clause in a string variable', formats],
]);

/** `messages`: tests with protobuf messages in the other files. */
const expectedCounts = { messages: 134, byName: skippedByName.size, passed: 1396 };

const messages = /TestAllTypes|google\.protobuf\.(?!Timestamp|Duration)|cel\.expr\.conformance\.proto/;

class NeedsMessage extends Error {}

const counts = { messages: 0, byName: 0, passed: 0 };

for (const file of getConformanceSuite().suites) {
  if (skippedFiles[file.name] !== undefined) continue;
  test(`conformance: ${file.name}`, () => {
    const failures: string[] = [];
    for (const [path, item] of walk(file, '')) {
      if (skippedByName.has(path)) {
        counts.byName++;
        continue;
      }
      const failure = run(item);
      if (failure !== undefined) failures.push(`${path}: ${item.expr}\n    ${failure}`);
    }
    assert.equal(failures.join('\n'), '');
  });
}

test('conformance: no more tests are left out than are known', () => {
  assert.deepEqual(counts, expectedCounts);
});

function* walk(suite: IncrementalTestSuite, prefix: string): Generator<readonly [string, SimpleTest]> {
  const path = prefix === '' ? suite.name : `${prefix}/${suite.name}`;
  for (const { original } of suite.tests) yield [`${path}/${original.name}`, original];
  for (const inner of suite.suites) yield* walk(inner, path);
}

/** What went wrong, or undefined. */
function run(item: SimpleTest): string | undefined {
  try {
    if (messages.test(item.expr)) throw new NeedsMessage();
    const failure = check(item);
    if (failure === undefined) counts.passed++;
    return failure;
  } catch (error) {
    if (!(error instanceof NeedsMessage)) throw error;
    counts.messages++;
    return undefined;
  }
}

function check(item: SimpleTest): string | undefined {
  const bindings = new Map<string, Value>();
  for (const [name, value] of Object.entries(item.bindings)) {
    if (value.kind.case === 'value') bindings.set(name, fromProto(value.kind.value));
  }
  const environment = environmentOf(item, item.disableCheck ? [...bindings.keys()] : []);
  const matcher = item.resultMatcher;
  const wantsError = matcher.case === 'evalError' || matcher.case === 'anyEvalErrors';
  if (item.disableCheck) {
    const parsed = parseExpression(item.expr, environment);
    if (!parsed.ok) return wantsError ? undefined : formatIssues(item.expr, parsed.issues);
    return compare(item, createProgram(parsed.parsed, environment).evaluate(bindings).result);
  }
  const compiled = compile(item.expr, environment);
  if (!compiled.ok) return wantsError ? undefined : formatIssues(item.expr, compiled.issues);
  if (matcher.case === 'typedResult' && matcher.value.deducedType) {
    const [found, expected] = [formatType(compiled.outputType), formatType(typeOfProto(matcher.value.deducedType))];
    if (found !== expected) return `has the type ${found}, not ${expected}`;
  }
  if (item.checkOnly) return undefined;
  return compare(item, createProgram(compiled.checked, environment).evaluate(bindings).result);
}

function compare(item: SimpleTest, result: Value | CelError): string | undefined {
  const matcher = item.resultMatcher;
  if (matcher.case === 'evalError' || matcher.case === 'anyEvalErrors') {
    return result instanceof CelError ? undefined : 'gives a value, not an error';
  }
  if (result instanceof CelError) return `gives the error ${result.message}`;
  const proto =
    matcher.case === 'typedResult' ? matcher.value.result : matcher.case === 'value' ? matcher.value : undefined;
  const expected = proto ? fromProto(proto) : true;
  if (typeof expected === 'number' && typeof result === 'number' && Object.is(expected, result)) return undefined;
  if (typeof expected !== typeof result || !equal(expected, result))
    return `gives ${show(result)}, not ${show(expected)}`;
  return undefined;
}

function show(value: Value): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? `${part}` : part)) ?? String(value);
}

function environmentOf(item: SimpleTest, free: readonly string[]): Environment {
  const variables: Variable[] = free.map((name) => ({ name, type: dynType }));
  for (const declaration of item.typeEnv) {
    const kind = declaration.declKind;
    if (kind.case === 'ident' && kind.value.type)
      variables.push({ name: declaration.name, type: typeOfProto(kind.value.type) });
  }
  const functions = item.typeEnv.flatMap(({ name, declKind }) =>
    declKind.case === 'function'
      ? [
          {
            name,
            overloads: declKind.value.overloads.map((overload) => ({
              id: overload.overloadId,
              member: overload.isInstanceFunction,
              parameters: overload.params.map(typeOfProto),
              result: overload.resultType ? typeOfProto(overload.resultType) : dynType,
            })),
          },
        ]
      : [],
  );
  const standard = item.disableMacros ? { ...standardLibrary, macros: [] } : standardLibrary;
  return createEnvironment(
    [
      standard,
      optionalSyntaxLibrary,
      optionalLibrary,
      stringsLibrary,
      bindLibrary,
      twoVariableLibrary,
      { variables, functions },
    ],
    { container: item.container, identifierEscapes: true },
  );
}

const primitives: Readonly<Record<number, CelType>> = {
  [Type_PrimitiveType.BOOL]: boolType,
  [Type_PrimitiveType.INT64]: intType,
  [Type_PrimitiveType.UINT64]: uintType,
  [Type_PrimitiveType.DOUBLE]: doubleType,
  [Type_PrimitiveType.STRING]: stringType,
  [Type_PrimitiveType.BYTES]: bytesType,
};

function typeOfProto({ typeKind }: Type): CelType {
  switch (typeKind.case) {
    case 'dyn':
      return dynType;
    case 'null':
      return nullType;
    case 'primitive':
      return primitives[typeKind.value] ?? errorType;
    case 'wrapper':
      return wrapperType(primitives[typeKind.value] ?? errorType);
    case 'wellKnown':
      if (typeKind.value === Type_WellKnownType.ANY) return dynType;
      return typeKind.value === Type_WellKnownType.TIMESTAMP ? timestampType : durationType;
    case 'listType':
      return listType(typeKind.value.elemType ? typeOfProto(typeKind.value.elemType) : dynType);
    case 'mapType': {
      const { keyType, valueType } = typeKind.value;
      return mapType(keyType ? typeOfProto(keyType) : dynType, valueType ? typeOfProto(valueType) : dynType);
    }
    case 'typeParam':
      return parameterType(typeKind.value);
    case 'type':
      return typeType(typeOfProto(typeKind.value));
    case 'abstractType':
      return opaqueType(typeKind.value.name, ...typeKind.value.parameterTypes.map(typeOfProto));
    default:
      throw new NeedsMessage(`type ${typeKind.case}`);
  }
}

const namedTypes: Readonly<Record<string, CelType>> = {
  bool: boolType,
  bytes: bytesType,
  double: doubleType,
  int: intType,
  uint: uintType,
  string: stringType,
  null_type: nullType,
  list: listType(dynType),
  map: mapType(dynType, dynType),
  type: typeType(),
  'google.protobuf.Timestamp': timestampType,
  'google.protobuf.Duration': durationType,
  optional_type: opaqueType('optional_type', dynType),
};

function fromProto({ kind }: ProtoValue): Value {
  switch (kind.case) {
    case 'nullValue':
      return null;
    case 'boolValue':
    case 'int64Value':
    case 'doubleValue':
    case 'stringValue':
    case 'bytesValue':
      return kind.value;
    case 'uint64Value':
      return new Uint(kind.value);
    case 'listValue':
      return new ArrayList(kind.value.values.map(fromProto));
    case 'mapValue':
      return ValueMap.of(
        kind.value.entries.map(
          ({ key, value }) => [key ? fromProto(key) : null, value ? fromProto(value) : null] as const,
        ),
      );
    case 'typeValue':
      return new TypeValue(namedTypes[kind.value] ?? opaqueType(kind.value));
    case 'objectValue': {
      const message: unknown = anyUnpack(kind.value, getTestRegistry());
      const {
        $typeName: name,
        seconds = 0n,
        nanos = 0,
      } = message as { $typeName: string; seconds?: bigint; nanos?: number };
      if (name === 'google.protobuf.Timestamp') return new Timestamp(seconds * 1_000_000_000n + BigInt(nanos));
      if (name === 'google.protobuf.Duration') return new Duration(seconds * 1_000_000_000n + BigInt(nanos));
      throw new NeedsMessage(`message ${name}`);
    }
    default:
      throw new NeedsMessage(`value ${kind.case}`);
  }
}
