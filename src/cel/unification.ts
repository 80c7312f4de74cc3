/**
 * Which types fit where, with type parameters bound on the way: cel-go's rules (checker/types.go), dyn fits everywhere. Bindings that
 * a failed attempt made are taken back.
 */

import type { CelType } from './types.ts';
import { dynType, isDyn, isSameType } from './types.ts';

export class TypeBindings {
  readonly #bound = new Map<string, CelType>();
  #changes: [name: string, previous: CelType | undefined][] = [];
  #variables = 0;

  /** A type parameter that is nowhere else. */
  newVariable(): CelType {
    return { kind: 'parameter', name: `_var${this.#variables++}` };
  }

  /** Can a value of `from` be used as `to`? Binds parameters when it can. */
  isAssignable(from: CelType, to: CelType): boolean {
    return this.#attempt(() => this.#assignable(from, to));
  }

  areAssignable(from: readonly CelType[], to: readonly CelType[]): boolean {
    return this.#attempt(() => this.#listAssignable(from, to));
  }

  /** The type with bound parameters replaced; free ones become dyn when asked so. */
  substitute(type: CelType, freeToDyn: boolean): CelType {
    switch (type.kind) {
      case 'parameter': {
        const bound = this.#bound.get(type.name);
        if (bound) return this.substitute(bound, freeToDyn);
        return freeToDyn ? dynType : type;
      }
      case 'list': {
        const element = this.substitute(type.element, freeToDyn);
        return element === type.element ? type : { kind: 'list', element };
      }
      case 'map': {
        const key = this.substitute(type.key, freeToDyn);
        const value = this.substitute(type.value, freeToDyn);
        return key === type.key && value === type.value ? type : { kind: 'map', key, value };
      }
      case 'opaque': {
        if (type.parameters.length === 0) return type;
        return { ...type, parameters: type.parameters.map((parameter) => this.substitute(parameter, freeToDyn)) };
      }
      case 'type':
        return type.of ? { kind: 'type', of: this.substitute(type.of, freeToDyn) } : type;
      default:
        return type;
    }
  }

  #attempt(check: () => boolean): boolean {
    this.#changes = [];
    if (check()) return true;
    for (const [name, previous] of this.#changes.reverse()) {
      if (previous) this.#bound.set(name, previous);
      else this.#bound.delete(name);
    }
    return false;
  }

  #bind(name: string, type: CelType): void {
    this.#changes.push([name, this.#bound.get(name)]);
    this.#bound.set(name, type);
  }

  #assignable(from: CelType, to: CelType): boolean {
    if (to.kind === 'parameter') {
      const { valid, bound } = this.#substitutes(from, to);
      if (valid) return true;
      if (bound) return false;
    }
    if (from.kind === 'parameter') return this.#substitutes(to, from).valid;
    if (isDynOrError(from) || isDynOrError(to)) return true;
    if (from.kind === 'null') return isNullable(to);
    if (to.kind === 'null') return isNullable(from);
    // A wrapped scalar and the scalar stand for each other.
    const left = from.kind === 'wrapper' ? from.of : from;
    const right = to.kind === 'wrapper' ? to.of : to;
    switch (left.kind) {
      case 'list':
        return right.kind === 'list' && this.#assignable(left.element, right.element);
      case 'map':
        return (
          right.kind === 'map' && this.#assignable(left.key, right.key) && this.#assignable(left.value, right.value)
        );
      case 'opaque':
        return (
          right.kind === 'opaque' && left.name === right.name && this.#listAssignable(left.parameters, right.parameters)
        );
      case 'type':
        return right.kind === 'type';
      default:
        return isSameType(left, right);
    }
  }

  #listAssignable(from: readonly CelType[], to: readonly CelType[]): boolean {
    return from.length === to.length && from.every((type, index) => this.#assignable(type, to[index] as CelType));
  }

  /** May the parameter stand for the type? `bound`: it already stood for something. */
  #substitutes(type: CelType, parameter: CelType & { kind: 'parameter' }): { valid: boolean; bound: boolean } {
    if (isSameType(type, parameter)) return { valid: true, bound: true };
    const known = this.#bound.get(parameter.name);
    if (known) {
      if (isSameType(type, known)) return { valid: true, bound: true };
      if (!this.#assignable(type, known)) return { valid: false, bound: true };
      const general = moreGeneral(type, known);
      if (this.#isFreeOf(parameter, general)) this.#bind(parameter.name, general);
      return { valid: true, bound: true };
    }
    if (!this.#isFreeOf(parameter, type)) return { valid: false, bound: false };
    this.#bind(parameter.name, type);
    return { valid: true, bound: false };
  }

  /** The occurs check: the parameter is not inside the type. */
  #isFreeOf(parameter: CelType & { kind: 'parameter' }, type: CelType): boolean {
    switch (type.kind) {
      case 'parameter': {
        if (type.name === parameter.name) return false;
        const bound = this.#bound.get(type.name);
        return !bound || this.#isFreeOf(parameter, bound);
      }
      case 'list':
        return this.#isFreeOf(parameter, type.element);
      case 'map':
        return this.#isFreeOf(parameter, type.key) && this.#isFreeOf(parameter, type.value);
      case 'opaque':
        return type.parameters.every((part) => this.#isFreeOf(parameter, part));
      case 'type':
        return !type.of || this.#isFreeOf(parameter, type.of);
      default:
        return true;
    }
  }
}

/** The more general of two types that fit each other. */
export function moreGeneral(left: CelType, right: CelType): CelType {
  return isEqualOrLessSpecific(left, right) ? left : right;
}

function isEqualOrLessSpecific(left: CelType, right: CelType): boolean {
  if (isDyn(left) || left.kind === 'parameter') return true;
  if (isDyn(right) || right.kind === 'parameter') return false;
  switch (left.kind) {
    case 'list':
      return right.kind === 'list' && isEqualOrLessSpecific(left.element, right.element);
    case 'map':
      return (
        right.kind === 'map' &&
        isEqualOrLessSpecific(left.key, right.key) &&
        isEqualOrLessSpecific(left.value, right.value)
      );
    case 'opaque':
      return (
        right.kind === 'opaque' &&
        left.name === right.name &&
        left.parameters.length === right.parameters.length &&
        left.parameters.every((part, index) => isEqualOrLessSpecific(part, right.parameters[index] as CelType))
      );
    case 'type':
      return right.kind === 'type';
    default:
      return isSameType(left, right);
  }
}

function isNullable(type: CelType): boolean {
  return ['null', 'opaque', 'object', 'duration', 'timestamp', 'wrapper'].includes(type.kind);
}

function isDynOrError(type: CelType): boolean {
  return isDyn(type) || type.kind === 'error';
}
