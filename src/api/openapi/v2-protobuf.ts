/**
 * The OpenAPI 2.0 document as protobuf (application/com.github.proto-openapi.spec.v2.v1.0+protobuf): the only form in which client-go
 * asks for it. Messages are gnostic's (openapiv2/OpenAPIv2.proto), of which this writes what our documents use. Extensions are YAML
 * text inside.
 */

import { ReverseWriter } from '../codec/protobuf-writer.ts';
import { encodeYaml } from '../codec/yaml-encode.ts';
import type { SchemaObject } from './components.ts';

/** Writes the content of a message; fields in falling order of their numbers, as the writer goes backwards. */
type Write<T = SchemaObject> = (writer: ReverseWriter, value: T) => void;

export function openApiV2Protobuf(document: SchemaObject): Uint8Array {
  const writer = new ReverseWriter();
  writeDocument(writer, document);
  return writer.finish();
}

function message<T>(writer: ReverseWriter, number: number, value: T | undefined, write: Write<T>): void {
  if (value === undefined) return;
  const mark = writer.length;
  write(writer, value);
  writer.message(mark);
  writer.tag(number, 2);
}

function messages<T>(writer: ReverseWriter, number: number, values: readonly T[] | undefined, write: Write<T>): void {
  for (const value of (values ?? []).toReversed()) message(writer, number, value, write);
}

/** An object as repeated messages of a name and a value. */
function named<T>(
  writer: ReverseWriter,
  number: number,
  values: Readonly<Record<string, T>> | undefined,
  write: Write<T>,
): void {
  messages(writer, number, Object.entries(values ?? {}), (inner, [name, value]) => {
    message(inner, 2, value, write);
    text(inner, 1, name);
  });
}

/** Empty text, like any zero value, is not on the wire (proto3). */
function text(writer: ReverseWriter, number: number, value: unknown): void {
  if (typeof value !== 'string' || value === '') return;
  writer.string(value);
  writer.tag(number, 2);
}

function texts(writer: ReverseWriter, number: number, values: unknown): void {
  for (const value of ((values ?? []) as readonly string[]).toReversed()) {
    writer.string(value);
    writer.tag(number, 2);
  }
}

function bool(writer: ReverseWriter, number: number, value: unknown): void {
  if (value !== true) return;
  writer.varint(1);
  writer.tag(number, 0);
}

function integer(writer: ReverseWriter, number: number, value: unknown): void {
  if (typeof value !== 'number' || value === 0) return;
  writer.varint(value);
  writer.tag(number, 0);
}

function double(writer: ReverseWriter, number: number, value: unknown): void {
  if (typeof value !== 'number' || value === 0) return;
  writer.double(value);
  writer.tag(number, 1);
}

const writeAny: Write<unknown> = (writer, value) => text(writer, 2, encodeYaml(value));

function extensions(writer: ReverseWriter, number: number, object: SchemaObject): void {
  const entries = Object.entries(object).filter(([key]) => key.startsWith('x-'));
  named(writer, number, Object.fromEntries(entries), writeAny);
}

const writeDocument: Write = (writer, document) => {
  message(writer, 13, document.securityDefinitions as Record<string, SchemaObject>, (inner, value) =>
    named(inner, 1, value, (item, security) => message(item, 2, security, writeApiKey)),
  );
  messages(writer, 12, document.security as Record<string, string[]>[], (inner, value) =>
    named(inner, 1, value, (item, scopes) => texts(item, 1, scopes)),
  );
  message(writer, 9, document.definitions as Record<string, SchemaObject>, writeSchemas);
  message(writer, 8, document.paths as Record<string, SchemaObject>, (inner, paths) =>
    named(inner, 2, paths, writePathItem),
  );
  message(writer, 2, document.info as SchemaObject, (inner, info) => {
    text(inner, 2, info.version);
    text(inner, 1, info.title);
  });
  text(writer, 1, document.swagger);
};

const writeApiKey: Write = (writer, security) => {
  text(writer, 4, security.description);
  text(writer, 3, security.in);
  text(writer, 2, security.name);
  text(writer, 1, security.type);
};

/** Definitions and Properties: schemas by name. */
const writeSchemas: Write<Readonly<Record<string, SchemaObject>>> = (writer, schemas) =>
  named(writer, 1, schemas, writeSchema);

const writePathItem: Write = (writer, item) => {
  messages(writer, 9, item.parameters as SchemaObject[] | undefined, writeParameter);
  const methods = [undefined, undefined, 'get', 'put', 'post', 'delete', 'options', 'head', 'patch'] as const;
  for (const [number, method] of [...methods.entries()].reverse()) {
    if (method) message(writer, number, item[method] as SchemaObject | undefined, writeOperation);
  }
};

const writeOperation: Write = (writer, operation) => {
  extensions(writer, 13, operation);
  texts(writer, 10, operation.schemes);
  message(writer, 9, operation.responses as Record<string, SchemaObject>, (inner, responses) =>
    named(inner, 1, responses, (item, response) => message(item, 1, response, writeResponse)),
  );
  messages(writer, 8, operation.parameters as SchemaObject[] | undefined, writeParameter);
  texts(writer, 7, operation.consumes);
  texts(writer, 6, operation.produces);
  text(writer, 5, operation.operationId);
  text(writer, 3, operation.description);
  texts(writer, 1, operation.tags);
};

const writeResponse: Write = (writer, response) => {
  message(writer, 2, response.schema as SchemaObject | undefined, (inner, schema) =>
    message(inner, 1, schema, writeSchema),
  );
  text(writer, 1, response.description);
};

/** ParametersItem, Parameter and, for what is no body, NonBodyParameter around the parameter itself. */
const writeParameter: Write = (writer, parameter) => {
  message(writer, 1, parameter, (outer) => {
    if (parameter.in === 'body') {
      message(outer, 1, parameter, writeBodyParameter);
      return;
    }
    const inPath = parameter.in === 'path';
    const write: Write = (inner) => {
      bool(inner, inPath ? 19 : 20, parameter.uniqueItems);
      text(inner, inPath ? 5 : 6, parameter.type);
      text(inner, 4, parameter.name);
      text(inner, 3, parameter.description);
      text(inner, 2, parameter.in);
      bool(inner, 1, parameter.required);
    };
    message(outer, 2, parameter, (inner) => message(inner, inPath ? 4 : 3, parameter, write));
  });
};

const writeBodyParameter: Write = (writer, parameter) => {
  message(writer, 5, parameter.schema as SchemaObject, writeSchema);
  bool(writer, 4, parameter.required);
  text(writer, 3, parameter.in);
  text(writer, 2, parameter.name);
  text(writer, 1, parameter.description);
};

const writeSchema: Write = (writer, schema) => {
  extensions(writer, 31, schema);
  message(writer, 30, schema.example, writeAny);
  message(writer, 25, schema.properties as Record<string, SchemaObject> | undefined, writeSchemas);
  messages(writer, 24, schema.allOf as SchemaObject[] | undefined, writeSchema);
  message(writer, 23, schema.items as SchemaObject | undefined, (inner, items) =>
    message(inner, 1, items, writeSchema),
  );
  message(writer, 22, schema.type as string | undefined, (inner, type) => texts(inner, 1, [type]));
  message(writer, 21, schema.additionalProperties as SchemaObject | boolean | undefined, (inner, additional) => {
    if (typeof additional === 'boolean') bool(inner, 2, additional);
    else message(inner, 1, additional, writeSchema);
  });
  messages(writer, 20, schema.enum as unknown[] | undefined, writeAny);
  texts(writer, 19, schema.required);
  integer(writer, 18, schema.minProperties);
  integer(writer, 17, schema.maxProperties);
  bool(writer, 16, schema.uniqueItems);
  integer(writer, 15, schema.minItems);
  integer(writer, 14, schema.maxItems);
  text(writer, 13, schema.pattern);
  integer(writer, 12, schema.minLength);
  integer(writer, 11, schema.maxLength);
  bool(writer, 10, schema.exclusiveMinimum);
  double(writer, 9, schema.minimum);
  bool(writer, 8, schema.exclusiveMaximum);
  double(writer, 7, schema.maximum);
  double(writer, 6, schema.multipleOf);
  message(writer, 5, schema.default, writeAny);
  text(writer, 4, schema.description);
  text(writer, 3, schema.title);
  text(writer, 2, schema.format);
  text(writer, 1, schema.$ref);
};
