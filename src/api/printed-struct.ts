/**
 * Values as upstream prints them in validation messages: its internal types are encoded as JSON without tags, so fields have
 * their names in Go and empty ones are there too.
 */

/** By name in Go: the field, what stands for an absent value ('struct': the empty struct), and the type when it is one of ours. */
export type PrintedShape = Readonly<Record<string, readonly [field: string, absent: unknown, of?: PrintedShape]>>;

export function printedStruct(value: unknown, shape: PrintedShape): unknown {
  if (Array.isArray(value)) return value.map((item) => printedStruct(item, shape));
  const fields = (value ?? {}) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(shape).map(([name, [field, absent, of]]) => {
      const given = fields[field];
      if (of && (given !== undefined || absent === 'struct')) return [name, printedStruct(given, of)];
      return [name, given ?? absent];
    }),
  );
}
