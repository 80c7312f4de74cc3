/**
 * Names and formats: what upstream calls DNS labels, subdomains, qualified names, label values, and its words for what is
 * wrong with them (apimachinery util/validation and api/validate/content). Every rule returns messages; none means valid.
 */

export type NameRule = (value: string) => readonly string[];

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const labelUnderscore = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const subdomainUnderscore = `${labelUnderscore}(\\.${labelUnderscore})*`;
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const wildcardSubdomain = `\\*\\.${subdomain}`;
const labelKey = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelValue = `(${labelKey})?`;
const cIdentifier = '[A-Za-z_][A-Za-z0-9_]*';
const configMapKey = '[-._a-zA-Z0-9]+';
const percent = '[0-9]+%';
const httpHeaderName = '[-A-Za-z0-9]+';

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);
const labelRegExp = whole(label);
const subdomainRegExp = whole(subdomain);
const subdomainUnderscoreRegExp = whole(subdomainUnderscore);
const label1035RegExp = whole(label1035);
const wildcardRegExp = whole(wildcardSubdomain);
const labelKeyRegExp = whole(labelKey);
const labelValueRegExp = whole(labelValue);
const cIdentifierRegExp = whole(cIdentifier);
const configMapKeyRegExp = whole(configMapKey);
const percentRegExp = whole(percent);
const httpHeaderNameRegExp = whole(httpHeaderName);

const dns1123SubdomainMaxLength = 253;

const subdomainMessage =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";

export const isDNS1123Label: NameRule = (value) => {
  const messages: string[] = [];
  if (value.length > 63) messages.push(maxLengthMessage(63));
  if (!labelRegExp.test(value)) {
    messages.push(
      isSubdomainText(value)
        ? 'must not contain dots'
        : regexMessage(
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
            label,
            'my-name',
            '123-abc',
          ),
    );
  }
  return messages;
};

export const isDNS1123Subdomain: NameRule = (value) => {
  const messages: string[] = [];
  if (value.length > 253) messages.push(maxLengthMessage(253));
  if (!isSubdomainText(value)) messages.push(regexMessage(subdomainMessage, subdomain, 'example.com'));
  return messages;
};

export const isDNS1123SubdomainWithUnderscore: NameRule = (value) => {
  const messages: string[] = [];
  if (value.length > 253) messages.push(maxLengthMessage(253));
  if (value.length > maxTextLength || !subdomainUnderscoreRegExp.test(value)) {
    messages.push(
      regexMessage(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
        subdomainUnderscore,
        'example.com',
      ),
    );
  }
  return messages;
};

export const isDNS1035Label: NameRule = (value) => {
  const messages: string[] = [];
  if (value.length > 63) messages.push(maxLengthMessage(63));
  if (!label1035RegExp.test(value)) {
    messages.push(
      regexMessage(
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
        label1035,
        'my-name',
        'abc-123',
      ),
    );
  }
  return messages;
};

export const isWildcardDNS1123Subdomain: NameRule = (value) => {
  const messages: string[] = [];
  if (value.length > 253) messages.push(maxLengthMessage(253));
  if (value.length > maxTextLength || !wildcardRegExp.test(value)) {
    messages.push(
      regexMessage(
        "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
        wildcardSubdomain,
        '*.example.com',
      ),
    );
  }
  return messages;
};

/** A label or annotation key, a finalizer, a condition type: 'name' or 'example.com/name'. */
export const isQualifiedName: NameRule = (value) => (isPlainName(value) ? valid : qualifiedNameFaults(value));

const valid: readonly string[] = Object.freeze([]);

/** Without a prefix, and right: most names, that nothing has to be made for. */
function isPlainName(value: string): boolean {
  return value.length <= 63 && labelKeyRegExp.test(value);
}

function qualifiedNameFaults(value: string): readonly string[] {
  const slash = value.indexOf('/');
  if (slash > 0 && slash <= 253 && isPlainName(value.slice(slash + 1)) && isSubdomainText(value.slice(0, slash))) {
    return valid;
  }
  const parts = value.split('/');
  const pattern = regexMessage(
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    labelKey,
    'MyName',
    'my.name',
    '123-abc',
  );
  if (parts.length > 2) {
    return [`a valid label key ${pattern} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const messages: string[] = [];
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    if (prefix === '') messages.push('prefix part must be non-empty');
    else {
      if (prefix.length > 253) messages.push(`prefix part ${maxBytesMessage(253)}`);
      if (!isSubdomainText(prefix))
        messages.push(`prefix part ${regexMessage(subdomainMessage, subdomain, 'example.com')}`);
    }
  }
  const name = parts[parts.length - 1] ?? '';
  if (name === '') messages.push('name part must be non-empty');
  else if (name.length > 63) messages.push(`name part ${maxBytesMessage(63)}`);
  if (!labelKeyRegExp.test(name)) messages.push(`name part ${pattern}`);
  return messages;
}

export const isValidLabelValue: NameRule = (value) => {
  if (value.length <= 63 && labelValueRegExp.test(value)) return valid;
  const messages: string[] = [];
  if (value.length > 63) messages.push(maxBytesMessage(63));
  if (!labelValueRegExp.test(value)) {
    messages.push(
      regexMessage(
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        labelValue,
        'MyValue',
        'my_value',
        '12345',
      ),
    );
  }
  return messages;
};

export const isCIdentifier: NameRule = (value) =>
  cIdentifierRegExp.test(value)
    ? []
    : [
        regexMessage(
          "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
          cIdentifier,
          'my_name',
          'MY_NAME',
          'MyName',
        ),
      ];

/** Keys of a ConfigMap or Secret: also file names, so no '..'. */
export const isConfigMapKey: NameRule = (value) => {
  const messages: string[] = [];
  if (value.length > 253) messages.push(maxLengthMessage(253));
  if (!configMapKeyRegExp.test(value)) {
    messages.push(
      regexMessage(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        configMapKey,
        'key.name',
        'KEY_NAME',
        'key-name',
      ),
    );
  }
  return [...messages, ...parentDirectoryMessages(value)];
};

/** Environment variable names as pods may have them (since 1.34): printable ASCII without '='. */
export const isRelaxedEnvVarName: NameRule = (value) => {
  const messages: string[] = [];
  if (value === '') messages.push('environment variable name must be non-empty');
  if (!/^[ -<>-~]*$/.test(value)) {
    messages.push("a valid environment variable name must consist only of printable ASCII characters other than '='");
  }
  return messages;
};

export const isValidPortNum = (port: number): readonly string[] => isInRange(port, 1, 65535);

export const isInRange = (value: number, low: number, high: number): readonly string[] =>
  value >= low && value <= high ? [] : [inclusiveRangeMessage(low, high)];

export const isValidPortName: NameRule = (value) => {
  const messages: string[] = [];
  if (value.length > 15) messages.push(maxLengthMessage(15));
  if (!/^[-a-z0-9]+$/.test(value)) {
    messages.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(value)) messages.push('must contain at least one letter (a-z)');
  if (value.includes('--')) messages.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) messages.push('must not begin or end with a hyphen');
  return messages;
};

export const isValidPercent: NameRule = (value) =>
  percentRegExp.test(value)
    ? []
    : [regexMessage("a valid percent string must be a numeric string followed by an ending '%'", percent, '1%', '93%')];

export const isHTTPHeaderName: NameRule = (value) =>
  httpHeaderNameRegExp.test(value)
    ? []
    : [
        regexMessage(
          "a valid HTTP header must consist of alphanumeric characters or '-'",
          httpHeaderName,
          'X-Header-Name',
        ),
      ];

/** Names that become one path segment (apimachinery api/validate/content path.go): RBAC objects. */
export const isPathSegmentName: NameRule = (value) => {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  return isPathSegmentPrefix(value);
};

/** What such a name may begin with. */
export const isPathSegmentPrefix: NameRule = (value) => {
  const messages: string[] = [];
  for (const illegal of ['/', '%']) if (value.includes(illegal)) messages.push(`may not contain '${illegal}'`);
  return messages;
};

/** Of names of objects; `prefix`: of what they are generated from. */
export type ObjectNameRule = (name: string, prefix: boolean) => readonly string[];

/** A name rule for generateName too: a prefix may end in '-', as a suffix follows. */
export function nameRule(rule: NameRule): ObjectNameRule {
  return (name, prefix) => rule(prefix ? maskTrailingDash(name) : name);
}

export const subdomainName = nameRule(isDNS1123Subdomain);
export const labelName = nameRule(isDNS1123Label);
export const dns1035Name = nameRule(isDNS1035Label);
/** A subdomain, as kinds with declared validation have it: bytes are counted, and what names are generated from is not looked at. */
export const longName = (name: string, prefix: boolean): readonly string[] => {
  if (prefix) return [];
  const tooLong = name.length > dns1123SubdomainMaxLength ? [maxBytesMessage(dns1123SubdomainMaxLength)] : [];
  const rest = isDNS1123Subdomain(name).filter((message) => message !== maxLengthMessage(dns1123SubdomainMaxLength));
  return [...tooLong, ...rest];
};
export const pathSegmentName = (name: string, _prefix: boolean): readonly string[] => isPathSegmentName(name);

function maxLengthMessage(length: number): string {
  return `must be no more than ${length} characters`;
}

export function inclusiveRangeMessage(low: number, high: number): string {
  return `must be between ${low} and ${high}, inclusive`;
}

export function regexMessage(message: string, pattern: string, ...examples: readonly string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${pattern}')`;
  const list = examples.map((example) => `'${example}', `).join(' or ');
  return `${message} (e.g. ${list}regex used for validation is '${pattern}')`;
}

/** Upstream's newer rules count bytes where the older ones say characters. */
function maxBytesMessage(length: number): string {
  return `must be no more than ${length} bytes`;
}

/**
 * The backtracking engine is quadratic on long near-matches of nested repetitions; nothing valid is longer than this, so
 * longer text is invalid without a look.
 */
const maxTextLength = 1024;

function isSubdomainText(value: string): boolean {
  return value.length <= maxTextLength && subdomainRegExp.test(value);
}

function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
}

function parentDirectoryMessages(value: string): string[] {
  if (value === '.') return ["must not be '.'"];
  if (value === '..') return ["must not be '..'"];
  return value.startsWith('..') ? ["must not start with '..'"] : [];
}
