/** The maker of nodes that macros get: every node gets a new id at the place of the macro. */

import type { Expr } from './ast.ts';
import type { MacroContext } from './environment.ts';

export function macroContext(
  newId: () => number,
  report: (at: Expr, message: string) => void,
  place: (copy: number, original: number) => void,
): MacroContext {
  const call = (name: string, target: Expr | undefined, args: readonly Expr[]): Expr => ({
    kind: 'call',
    id: newId(),
    target,
    function: name,
    args,
  });
  return {
    literal: (value) => ({ kind: 'literal', id: newId(), value }),
    ident: (name) => ({ kind: 'ident', id: newId(), name }),
    select: (operand, field, testOnly = false) => ({ kind: 'select', id: newId(), operand, field, testOnly }),
    call: (name, ...args) => call(name, undefined, args),
    memberCall: (name, target, ...args) => call(name, target, args),
    list: (...elements) => ({ kind: 'list', id: newId(), elements, optional: [] }),
    map: (...entries) => ({
      kind: 'map',
      id: newId(),
      entries: entries.map(([key, value]) => ({ id: newId(), key, value, optional: false })),
    }),
    struct: (name, fields) => ({
      kind: 'struct',
      id: newId(),
      name,
      fields: fields.map(([field, value]) => ({ id: newId(), name: field, value, optional: false })),
    }),
    comprehension: ({ variable2, ...parts }) => ({ kind: 'comprehension', id: newId(), variable2, ...parts }),
    copy: (expr) => copyWithNewIds(expr, newId, place),
    fail(at, message) {
      report(at, message);
      return { kind: 'literal', id: newId(), value: null };
    },
  };
}

function copyWithNewIds(expr: Expr, newId: () => number, place: (copy: number, original: number) => void): Expr {
  const copy = (part: Expr): Expr => {
    const id = newId();
    place(id, part.id);
    switch (part.kind) {
      case 'literal':
      case 'ident':
        return { ...part, id };
      case 'select':
        return { ...part, id, operand: copy(part.operand) };
      case 'call':
        return { ...part, id, target: part.target && copy(part.target), args: part.args.map(copy) };
      case 'list':
        return { ...part, id, elements: part.elements.map(copy) };
      case 'map':
        return {
          ...part,
          id,
          entries: part.entries.map((entry) => ({
            ...entry,
            id: newId(),
            key: copy(entry.key),
            value: copy(entry.value),
          })),
        };
      case 'struct':
        return {
          ...part,
          id,
          fields: part.fields.map((field) => ({ ...field, id: newId(), value: copy(field.value) })),
        };
      case 'comprehension':
        return {
          ...part,
          id,
          range: copy(part.range),
          init: copy(part.init),
          condition: copy(part.condition),
          step: copy(part.step),
          result: copy(part.result),
        };
    }
  };
  return copy(expr);
}
