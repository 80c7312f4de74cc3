/** format.dns1123Label().validate(text): named formats, with the messages of the API server's own validation. */

import { dns1035Name, isQualifiedName, isValidLabelValue, labelName, subdomainName } from '#api/name-format.ts';
import { isBase64, isDate, isDateTime, isUUID } from '#api/string-format.ts';
import type { Library } from '../environment.ts';
import { scaleRange } from '../range.ts';
import { regexLengthFactor, stringTraversalFactor } from '../runtime-cost.ts';
import { listType, opaqueType, optionalType, stringType } from '../types.ts';
import type { Value } from '../values.ts';
import { ArrayList, OpaqueValue, OptionalValue } from '../values.ts';
import { actualPatternCost, nominal } from './costs.ts';
import { global, member } from './declare.ts';
import { parseRequestURI } from './url-text.ts';

export const formatType = opaqueType('kubernetes.NamedFormat');

type Problems = (text: string) => readonly string[];

class FormatValue extends OpaqueValue {
  readonly type = formatType;
  readonly name: string;
  readonly problems: Problems;
  /** Of the pattern that it is, or would be: cost rules count it. */
  readonly patternLength: number;

  constructor(name: string, patternLength: number, problems: Problems) {
    super();
    this.name = name;
    this.patternLength = patternLength;
    this.problems = problems;
  }

  equals(other: Value): boolean {
    return other instanceof FormatValue && other.name === this.name;
  }
}

function unless(holds: (text: string) => boolean, problem: string): Problems {
  return (text) => (holds(text) ? [] : [problem]);
}

const formats: ReadonlyMap<string, FormatValue> = new Map(
  Object.entries({
    dns1123Label: new FormatValue('DNS1123Label', 30, (text) => labelName(text, false)),
    dns1123Subdomain: new FormatValue('DNS1123Subdomain', 60, (text) => subdomainName(text, false)),
    dns1035Label: new FormatValue('DNS1035Label', 30, (text) => dns1035Name(text, false)),
    qualifiedName: new FormatValue('QualifiedName', 60, isQualifiedName),
    dns1123LabelPrefix: new FormatValue('DNS1123LabelPrefix', 30, (text) => labelName(text, true)),
    dns1123SubdomainPrefix: new FormatValue('DNS1123SubdomainPrefix', 60, (text) => subdomainName(text, true)),
    dns1035LabelPrefix: new FormatValue('DNS1035LabelPrefix', 30, (text) => dns1035Name(text, true)),
    labelValue: new FormatValue('LabelValue', 40, isValidLabelValue),
    uri: new FormatValue('URI', 1103, (text) => {
      const parsed = parseRequestURI(text);
      return typeof parsed === 'string' ? [parsed] : [];
    }),
    uuid: new FormatValue('uuid', 70, unless(isUUID, 'does not match the UUID format')),
    byte: new FormatValue('byte', 84, unless(isBase64, 'invalid base64')),
    date: new FormatValue('date', 71, unless(isDate, 'invalid date')),
    datetime: new FormatValue('datetime', 71, unless(isDateTime, 'invalid datetime')),
  }),
);

function validate(format: FormatValue, text: string): Value {
  const problems = format.problems(text);
  return problems.length === 0 ? OptionalValue.none : new OptionalValue(new ArrayList(problems));
}

/** The estimate takes every format's pattern to be this long. */
const maxPatternLength = 128;

export const formatLibrary: Library = {
  types: [formatType],
  functions: [
    ...[...formats].map(([name, format]) => ({
      name: `format.${name}`,
      overloads: [global(`format.${name}`, [], formatType, () => format)],
    })),
    {
      name: 'format.named',
      overloads: [
        global(
          'format-named',
          [stringType],
          optionalType(formatType),
          (name: string) => {
            const format = formats.get(name);
            return format ? new OptionalValue(format) : OptionalValue.none;
          },
          nominal,
        ),
      ],
    },
    {
      name: 'validate',
      overloads: [
        member('format-validate', [formatType, stringType], optionalType(listType(stringType)), validate, {
          actualCost: ([format = null, text = null]) =>
            format instanceof FormatValue ? actualPatternCost(text, format.patternLength) : undefined,
          estimateCost(call) {
            const [text] = call.args;
            if (!text) return undefined;
            const traversal = scaleRange(call.sizeOf(text), stringTraversalFactor);
            return scaleRange(traversal, maxPatternLength * regexLengthFactor);
          },
        }),
      ],
    },
  ],
};
