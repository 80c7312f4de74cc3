/** JSON values as Go prints them, for messages that show what somebody sent. Numbers are float64, as encoding/json reads them. */

import { isObject } from './patch/json-tree.ts';

/** Verb %v: 'x', 5, 1e+06, map[a:1], [x y], <nil>. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (isObject(value)) {
    const members = Object.keys(value).sort();
    return `map[${members.map((key) => `${key}:${goText(value[key])}`).join(' ')}]`;
  }
  return typeof value === 'number' ? goFloat(value) : String(value);
}

/** Verb %#v: "x", 5, map[string]interface {}{"a":1}, []interface {}{"x"}. */
export function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (isObject(value)) {
    const members = Object.keys(value).sort();
    return `map[string]interface {}{${members.map((key) => `${JSON.stringify(key)}:${goSyntax(value[key])}`).join(', ')}}`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : goText(value);
}

/** Verb %T. */
export function goTypeOf(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'number') return 'float64';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : 'map[string]interface {}';
}

/** The shortest form of a finite number, with an exponent below 1e-4 and from 1e6 on (strconv, format g). */
export function goFloat(value: number): string {
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
