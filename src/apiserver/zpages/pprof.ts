/**
 * V8's profiles as profile.proto of github.com/google/pprof: what `go tool pprof` and every viewer of upstream's profiles read. The numbers of
 * fields are of its proto/profile.proto.
 */

import { ReverseWriter } from '#api/codec/protobuf-writer.ts';

/** As the inspector protocol gives it: lines and columns from 0 on, -1 for none. */
export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

export interface CpuProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children?: readonly number[] | undefined;
}

/** Microseconds. */
export interface CpuProfile {
  readonly nodes: readonly CpuProfileNode[];
  readonly startTime: number;
  readonly endTime: number;
  /** The node that ran at each sample. */
  readonly samples?: readonly number[] | undefined;
  /** Between a sample and the one before it. */
  readonly timeDeltas?: readonly number[] | undefined;
}

export interface HeapProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children: readonly HeapProfileNode[];
}

export interface HeapProfile {
  readonly head: HeapProfileNode;
  /** Of allocations: bytes, and where. */
  readonly samples: readonly { readonly size: number; readonly nodeId: number }[];
}

export interface ProfileTimes {
  /** Unix time of the beginning. */
  readonly startedMs: number;
  readonly durationMs: number;
}

/** Microseconds between samples of the CPU; V8's own choice. */
export const cpuIntervalMicros = 1000;
/** Bytes between sampled allocations, on average. */
export const heapIntervalBytes = 32_768;

/** Idle time is not work: Go's profile has none. */
const idle = '(idle)';

export function encodeCpuProfile(
  { nodes, samples = [], timeDeltas = [] }: CpuProfile,
  times: ProfileTimes,
): Uint8Array {
  const stacks = new Map<number, CallFrame[]>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map<number, number>();
  for (const { id, children = [] } of nodes) for (const child of children) parents.set(child, id);
  const stackOf = (id: number): CallFrame[] => {
    const known = stacks.get(id);
    if (known) return known;
    const stack: CallFrame[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const node = byId.get(at);
      // The root is nobody's function.
      if (node && parents.has(at)) stack.push(node.callFrame);
    }
    stacks.set(id, stack);
    return stack;
  };
  const totals = new Map<number, [count: number, nanos: number]>();
  samples.forEach((id, index) => {
    const total = totals.get(id) ?? [0, 0];
    totals.set(id, [total[0] + 1, total[1] + Math.max(0, timeDeltas[index + 1] ?? cpuIntervalMicros) * 1000]);
  });
  const found: Sample[] = [];
  for (const [id, values] of totals) {
    const stack = stackOf(id);
    if (stack.length > 0 && stack[0]?.functionName !== idle) found.push({ stack, values });
  }
  return encodeProfile({
    types: [
      ['samples', 'count'],
      ['cpu', 'nanoseconds'],
    ],
    samples: found,
    period: [['cpu', 'nanoseconds'], cpuIntervalMicros * 1000],
    times,
  });
}

/** `kind` is 'inuse' for what is still there, 'alloc' for all that was allocated. */
export function encodeHeapProfile(profile: HeapProfile, kind: 'inuse' | 'alloc', times: ProfileTimes): Uint8Array {
  const stacks = new Map<number, CallFrame[]>();
  const walk = (node: HeapProfileNode, above: CallFrame[]): void => {
    stacks.set(node.id, above);
    for (const child of node.children) walk(child, [child.callFrame, ...above]);
  };
  walk(profile.head, []);
  const totals = new Map<number, [count: number, bytes: number]>();
  for (const { size, nodeId } of profile.samples) {
    const total = totals.get(nodeId) ?? [0, 0];
    totals.set(nodeId, [total[0] + 1, total[1] + size]);
  }
  return encodeProfile({
    types: [
      [`${kind}_objects`, 'count'],
      [`${kind}_space`, 'bytes'],
    ],
    samples: [...totals].map(([id, values]) => ({ stack: stacks.get(id) ?? [], values })),
    period: [['space', 'bytes'], heapIntervalBytes],
    times,
  });
}

type ValueType = readonly [type: string, unit: string];

interface Sample {
  /** The innermost frame first. */
  readonly stack: readonly CallFrame[];
  readonly values: readonly number[];
}

interface Profile {
  readonly types: readonly ValueType[];
  readonly samples: readonly Sample[];
  readonly period: readonly [type: ValueType, value: number];
  readonly times: ProfileTimes;
}

function encodeProfile({ types, samples, period, times }: Profile): Uint8Array {
  const strings = new Numbered<string>();
  strings.of('', '');
  const functions = new Numbered<CallFrame>(1);
  const locations = new Numbered<CallFrame>(1);
  const stacks = samples.map(({ stack }) =>
    stack.map((frame) => {
      functions.of(functionKey(frame), frame);
      return locations.of(`${functionKey(frame)}\n${frame.lineNumber}:${frame.columnNumber}`, frame);
    }),
  );
  const text = (value: string) => strings.of(value, value);
  // Strings get their numbers before the table of strings is written, which stands in front of what is written later.
  const typeNumbers = types.map(([type, unit]) => [text(type), text(unit)] as const);
  const [[periodType, periodUnit], periodValue] = period;
  const periodNumbers = [text(periodType), text(periodUnit)] as const;
  const functionNumbers = [...functions.values()].map(
    (frame) => [text(nameOf(frame)), text(fileOf(frame)), frame] as const,
  );

  const writer = new ReverseWriter();
  field(writer, 12, periodValue);
  message(writer, 11, () => valueType(writer, periodNumbers));
  field(writer, 10, Math.round(times.durationMs * 1e6));
  field(writer, 9, Math.round(times.startedMs) * 1e6);
  for (const value of [...strings.values()].reverse()) {
    writer.string(value);
    writer.tag(6, 2);
  }
  functionNumbers.toReversed().forEach(([name, file, frame], index) => {
    message(writer, 5, () => {
      field(writer, 5, frame.lineNumber + 1);
      field(writer, 4, file);
      field(writer, 3, name);
      field(writer, 2, name);
      field(writer, 1, functionNumbers.length - index);
    });
  });
  const frames = [...locations.values()];
  frames.toReversed().forEach((frame, index) => {
    message(writer, 4, () => {
      message(writer, 4, () => {
        field(writer, 2, frame.lineNumber + 1);
        field(writer, 1, functions.of(functionKey(frame), frame));
      });
      field(writer, 1, frames.length - index);
    });
  });
  samples.toReversed().forEach(({ values }, index) => {
    message(writer, 2, () => {
      for (const value of values.toReversed()) always(writer, 2, value);
      for (const location of (stacks[samples.length - 1 - index] ?? []).toReversed()) always(writer, 1, location);
    });
  });
  for (const numbers of typeNumbers.toReversed()) message(writer, 1, () => valueType(writer, numbers));
  return writer.finish();
}

function valueType(writer: ReverseWriter, [type, unit]: readonly [number, number]): void {
  field(writer, 2, unit);
  field(writer, 1, type);
}

function message(writer: ReverseWriter, number: number, write: () => void): void {
  const mark = writer.length;
  write();
  writer.message(mark);
  writer.tag(number, 2);
}

/** Zero is what an absent field says. */
function field(writer: ReverseWriter, number: number, value: number): void {
  if (value > 0) always(writer, number, value);
}

function always(writer: ReverseWriter, number: number, value: number): void {
  writer.varint(value);
  writer.tag(number, 0);
}

function functionKey({ functionName, url, lineNumber, columnNumber }: CallFrame): string {
  return `${functionName}\n${url}\n${lineNumber}:${columnNumber}`;
}

function nameOf({ functionName }: CallFrame): string {
  return functionName === '' ? '(anonymous)' : functionName;
}

function fileOf({ url }: CallFrame): string {
  return url.replace(/^file:\/\//, '');
}

/** Values by the order in which they came. */
class Numbered<T> {
  private readonly numbers = new Map<string, number>();
  private readonly all: T[] = [];
  private readonly first: number;

  constructor(first = 0) {
    this.first = first;
  }

  of(key: string, value: T): number {
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.all.length + this.first;
      this.numbers.set(key, number);
      this.all.push(value);
    }
    return number;
  }

  values(): Iterable<T> {
    return this.all;
  }
}
