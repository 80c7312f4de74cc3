/** semver("1.2.3"): versions by Semantic Versioning 2.0.0, with the words of the library that upstream uses (blang/semver). */

import { goQuote } from '#base/go-quote.ts';
import type { Library } from '../environment.ts';
import { compareStrings } from '../standard/comparison.ts';
import { boolType, intType, opaqueType, stringType } from '../types.ts';
import type { Value } from '../values.ts';
import { CelError, OpaqueValue } from '../values.ts';
import { nominal, traversal } from './costs.ts';
import { global, member } from './declare.ts';

const semverType = opaqueType('kubernetes.Semver');

class SemverValue extends OpaqueValue {
  readonly type = semverType;
  readonly numbers: readonly [major: bigint, minor: bigint, patch: bigint];
  readonly prerelease: readonly (bigint | string)[];

  constructor(numbers: readonly [bigint, bigint, bigint], prerelease: readonly (bigint | string)[]) {
    super();
    this.numbers = numbers;
    this.prerelease = prerelease;
  }

  /** Build metadata does not count. */
  equals(other: Value): boolean {
    return other instanceof SemverValue && this.compare(other) === 0;
  }

  compare(other: SemverValue): -1 | 0 | 1 {
    for (const [index, number] of this.numbers.entries()) {
      const theirs = other.numbers[index] ?? 0n;
      if (number !== theirs) return number < theirs ? -1 : 1;
    }
    const [mine, theirs] = [this.prerelease, other.prerelease];
    // A release comes behind its prereleases.
    if (mine.length === 0 || theirs.length === 0) return orderOf(theirs.length - mine.length);
    for (const [index, part] of mine.entries()) {
      const their = theirs[index];
      if (their === undefined) return 1;
      const order = comparePrerelease(part, their);
      if (order !== 0) return order;
    }
    return mine.length === theirs.length ? 0 : -1;
  }
}

function orderOf(difference: number): -1 | 0 | 1 {
  if (difference === 0) return 0;
  return difference < 0 ? -1 : 1;
}

function comparePrerelease(left: bigint | string, right: bigint | string): -1 | 0 | 1 {
  if (typeof left === 'string' && typeof right === 'string') return orderOf(compareStrings(left, right));
  if (typeof left === 'string') return 1;
  if (typeof right === 'string') return -1;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

const digits = /^[0-9]*$/;
const alphanumeric = /^[-0-9A-Za-z]*$/;
const maxUint64 = 2n ** 64n - 1n;

function parseSemver(text: string): SemverValue | CelError {
  if (text === '') return new CelError('Version string empty');
  const [majorText = '', minorText, ...others] = text.split('.');
  if (minorText === undefined || others.length === 0) return new CelError('No Major.Minor.Patch elements found');
  const major = parseNumber(majorText, 'major');
  if (major instanceof CelError) return major;
  const minor = parseNumber(minorText, 'minor');
  if (minor instanceof CelError) return minor;
  const [beforeBuild, build] = cut(others.join('.'), '+');
  const [patchText, prereleaseText] = cut(beforeBuild, '-');
  const patch = parseNumber(patchText, 'patch');
  if (patch instanceof CelError) return patch;
  const prerelease: (bigint | string)[] = [];
  for (const part of prereleaseText?.split('.') ?? []) {
    const parsed = parsePrerelease(part);
    if (parsed instanceof CelError) return parsed;
    prerelease.push(parsed);
  }
  for (const part of build?.split('.') ?? []) {
    if (part === '') return new CelError('Build meta data is empty');
    if (!alphanumeric.test(part)) {
      return new CelError(`Invalid character(s) found in build meta data ${goQuote(part)}`);
    }
  }
  return new SemverValue([major, minor, patch], prerelease);
}

function cut(text: string, separator: string): readonly [before: string, after: string | undefined] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

function parseNumber(text: string, what: 'major' | 'minor' | 'patch'): bigint | CelError {
  if (!digits.test(text)) return new CelError(`Invalid character(s) found in ${what} number ${goQuote(text)}`);
  if (hasLeadingZero(text)) {
    const name = what.charAt(0).toUpperCase() + what.slice(1);
    return new CelError(`${name} number must not contain leading zeroes ${goQuote(text)}`);
  }
  return parseUint(text);
}

function parsePrerelease(text: string): bigint | string | CelError {
  if (text === '') return new CelError('Prerelease is empty');
  if (!digits.test(text)) {
    return alphanumeric.test(text) ? text : new CelError(`Invalid character(s) found in prerelease ${goQuote(text)}`);
  }
  if (hasLeadingZero(text)) {
    return new CelError(`Numeric PreRelease version must not contain leading zeroes ${goQuote(text)}`);
  }
  return parseUint(text);
}

function hasLeadingZero(text: string): boolean {
  return text.length > 1 && text.startsWith('0');
}

function parseUint(text: string): bigint | CelError {
  const refuse = (reason: string) => new CelError(`strconv.ParseUint: parsing ${goQuote(text)}: ${reason}`);
  if (text === '') return refuse('invalid syntax');
  const value = text.length > 20 ? maxUint64 + 1n : BigInt(text);
  return value > maxUint64 ? refuse('value out of range') : value;
}

/** "v1.02" as "1.2.0": a leading v, leading zeros and missing numbers are no faults. */
function parseNormalized(text: string): SemverValue | CelError {
  const bare = text.startsWith('v') ? text.slice(1) : text;
  const [major = '', minor, ...others] = bare.split('.');
  const parts = [major, minor, others.length === 0 ? undefined : others.join('.')].filter((part) => part !== undefined);
  if (parts.length < 3 && /[-+]/.test(withoutZeros(parts.at(-1) ?? ''))) {
    return new CelError('short version cannot contain PreRelease/Build meta data');
  }
  const filled = [...parts.map(withoutZeros), '0', '0'].slice(0, 3);
  return parseSemver(filled.join('.'));
}

function withoutZeros(part: string): string {
  if (part.length < 2) return part;
  const stripped = part.replace(/^0+/, '');
  return /^[0-9]/.test(stripped) ? stripped : `0${stripped}`;
}

function toSemver(text: string, normalize = false): SemverValue | CelError {
  return normalize ? parseNormalized(text) : parseSemver(text);
}

function isSemver(text: string, normalize = false): boolean {
  return toSemver(text, normalize) instanceof SemverValue;
}

function number(name: 'major' | 'minor' | 'patch', index: 0 | 1 | 2) {
  const implementation = ({ numbers }: SemverValue) => BigInt.asIntN(64, numbers[index]);
  return { name, overloads: [member(`semver_${name}`, [semverType], intType, implementation, nominal)] };
}

const pair = [semverType, semverType];

export const semverLibrary: Library = {
  types: [semverType],
  functions: [
    {
      name: 'semver',
      overloads: [
        global('string_to_semver', [stringType], semverType, toSemver, traversal()),
        global('string_bool_to_semver', [stringType, boolType], semverType, toSemver, traversal()),
      ],
    },
    {
      name: 'isSemver',
      overloads: [
        global('is_semver_string', [stringType], boolType, isSemver, traversal()),
        global('is_semver_string_bool', [stringType, boolType], boolType, isSemver, traversal()),
      ],
    },
    {
      name: 'isGreaterThan',
      overloads: [
        member(
          'semver_is_greater_than',
          pair,
          boolType,
          (left: SemverValue, right: SemverValue) => left.compare(right) > 0,
          nominal,
        ),
      ],
    },
    {
      name: 'isLessThan',
      overloads: [
        member(
          'semver_is_less_than',
          pair,
          boolType,
          (left: SemverValue, right: SemverValue) => left.compare(right) < 0,
          nominal,
        ),
      ],
    },
    {
      name: 'compareTo',
      overloads: [
        member(
          'semver_compare_to',
          pair,
          intType,
          (left: SemverValue, right: SemverValue) => BigInt(left.compare(right)),
          nominal,
        ),
      ],
    },
    number('major', 0),
    number('minor', 1),
    number('patch', 2),
  ],
};
