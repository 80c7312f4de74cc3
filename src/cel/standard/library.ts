/** The standard declarations, and the libraries whose syntax the core carries: two-variable comprehensions and cel.bind. */

import type { FunctionDeclaration, Library } from '../environment.ts';
import type { CelType } from '../types.ts';
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  nullType,
  opaqueType,
  optionalType,
  parameterType,
  runtimeTypeName,
  stringType,
  timestampType,
  typeType,
  uintType,
} from '../types.ts';
import type { CelList, CelMap, Result, Value } from '../values.ts';
import { equal } from '../values.ts';
import { arithmetic } from './arithmetic.ts';
import { calendarFunctions } from './calendar.ts';
import { comparison } from './comparison.ts';
import { conversion } from './conversion.ts';
import { bindMacros, standardMacros, twoVariableMacros } from './macros.ts';
import { insertAll, insertOne } from './map-insert.ts';
import { text } from './text.ts';

const a = parameterType('A');
const b = parameterType('B');

/** Operators without an implementation are evaluated by the planner: they look at their operands in their own order. */
const operators: readonly FunctionDeclaration[] = [
  { name: '_?_:_', overloads: [{ id: 'conditional', parameters: [boolType, a, a], result: a }] },
  { name: '_&&_', overloads: [{ id: 'logical_and', parameters: [boolType, boolType], result: boolType }] },
  { name: '_||_', overloads: [{ id: 'logical_or', parameters: [boolType, boolType], result: boolType }] },
  {
    name: '!_',
    overloads: [
      { id: 'logical_not', parameters: [boolType], result: boolType, implementation: (value: boolean) => !value },
    ],
  },
  {
    name: '@not_strictly_false',
    overloads: [{ id: 'not_strictly_false', parameters: [boolType], result: boolType }],
  },
  {
    name: '_==_',
    overloads: [
      {
        id: 'equals',
        parameters: [a, a],
        result: boolType,
        implementation: (left: Value, right: Value) => equal(left, right),
      },
    ],
  },
  {
    name: '_!=_',
    overloads: [
      {
        id: 'not_equals',
        parameters: [a, a],
        result: boolType,
        implementation: (left: Value, right: Value) => !equal(left, right),
      },
    ],
  },
  {
    name: '_[_]',
    overloads: [
      { id: 'index_list', parameters: [listType(a), intType], result: a },
      { id: 'index_map', parameters: [mapType(a, b), a], result: b },
    ],
  },
  {
    name: '@in',
    overloads: [
      {
        id: 'in_list',
        parameters: [a, listType(a)],
        result: boolType,
        implementation: (value: Value, list: CelList): Result => list.contains(value),
      },
      {
        id: 'in_map',
        parameters: [a, mapType(a, b)],
        result: boolType,
        implementation: (key: Value, map: CelMap): Result => map.has(key),
      },
    ],
  },
];

const named: readonly CelType[] = [
  boolType,
  bytesType,
  doubleType,
  intType,
  uintType,
  stringType,
  nullType,
  timestampType,
  durationType,
];

export const standardLibrary: Library = {
  variables: [
    ...named.map((type) => ({ name: runtimeTypeName(type), type: typeType(type) })),
    { name: 'list', type: typeType(listType(dynType)) },
    { name: 'map', type: typeType(mapType(dynType, dynType)) },
    { name: 'type', type: typeType(typeType(dynType)) },
  ],
  functions: [...operators, ...arithmetic, ...comparison, ...conversion, ...text, ...calendarFunctions],
  macros: standardMacros,
};

export const bindLibrary: Library = { macros: bindMacros };

export const twoVariableLibrary: Library = {
  macros: twoVariableMacros,
  functions: [
    {
      name: 'cel.@mapInsert',
      overloads: [
        {
          id: '@mapInsert_map_key_value',
          parameters: [mapType(a, b), a, b],
          result: mapType(a, b),
          implementation: insertOne,
        },
        {
          id: '@mapInsert_map_map',
          parameters: [mapType(a, b), mapType(a, b)],
          result: mapType(a, b),
          implementation: insertAll,
        },
      ],
    },
  ],
};

const optionalA = optionalType(a);
const optionalB = optionalType(b);

/** What `a.?b`, `a[?k]` and selection on optionals are to the checker; the functions on optionals are a library of their own. */
export const optionalSyntaxLibrary: Library = {
  types: [opaqueType('optional_type', dynType)],
  functions: [
    {
      name: '_?._',
      overloads: [{ id: 'select_optional_field', parameters: [dynType, stringType], result: optionalA }],
    },
    {
      name: '_[?_]',
      overloads: [
        { id: 'list_optindex_optional_int', parameters: [listType(a), intType], result: optionalA },
        {
          id: 'optional_list_optindex_optional_int',
          parameters: [optionalType(listType(a)), intType],
          result: optionalA,
        },
        { id: 'map_optindex_optional_value', parameters: [mapType(a, b), a], result: optionalB },
        {
          id: 'optional_map_optindex_optional_value',
          parameters: [optionalType(mapType(a, b)), a],
          result: optionalB,
        },
      ],
    },
    {
      name: '_[_]',
      overloads: [
        { id: 'optional_list_index_int', parameters: [optionalType(listType(a)), intType], result: optionalA },
        { id: 'optional_map_index_value', parameters: [optionalType(mapType(a, b)), a], result: optionalB },
      ],
    },
  ],
};
