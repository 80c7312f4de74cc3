import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldErrorText } from '#api/field-error.ts';
import { decodeAuthenticationConfiguration, type JwtAuthenticator } from './authentication-configuration.ts';
import { validateAuthenticationConfiguration } from './authentication-validation.ts';

const head = 'apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\n';

/** Knows expressions that are one claim: enough to see that what they read is looked at. */
const compile = (expression: string) => {
  if (expression === 'bad') return { fault: 'compilation failed' };
  return { evaluate: () => true, reads: (field: string) => expression.includes(`claims.${field} `) };
};

function faults(...jwt: readonly JwtAuthenticator[]): readonly string[] {
  return validateAuthenticationConfiguration({ jwt }, ['https://own'], compile, () => false).errors.map(fieldErrorText);
}

const issuer = { url: 'https://a', audiences: ['x'] };
const claimMappings = { username: { claim: 'sub', prefix: '' } };
const good: JwtAuthenticator = { issuer, claimMappings };

const cases: readonly (readonly [what: JwtAuthenticator, expected: readonly string[]])[] = [
  [good, []],
  [
    {},
    [
      'jwt[0].issuer.url: Required value',
      'jwt[0].issuer.audiences: Required value: at least one jwt[0].issuer.audiences is required',
      'jwt[0].claimMappings.username: Required value: claim or expression is required',
    ],
  ],
  [
    { ...good, issuer: { ...issuer, url: 'http://u:p@a?q#f' } },
    [
      'jwt[0].issuer.url: Invalid value: "http://u:p@a?q#f": URL scheme must be https',
      'jwt[0].issuer.url: Invalid value: "http://u:p@a?q#f": URL must not contain a username or password',
      'jwt[0].issuer.url: Invalid value: "http://u:p@a?q#f": URL must not contain a query',
      'jwt[0].issuer.url: Invalid value: "http://u:p@a?q#f": URL must not contain a fragment',
    ],
  ],
  [
    { ...good, issuer: { ...issuer, url: 'https://own' } },
    ['jwt[0].issuer.url: Invalid value: "https://own": URL must not overlap with disallowed issuers: [https://own]'],
  ],
  [
    { ...good, issuer: { ...issuer, discoveryURL: 'https://a/', audiences: ['x', 'x'] } },
    [
      'jwt[0].issuer.discoveryURL: Invalid value: "https://a/": discoveryURL must be different from URL',
      'jwt[0].issuer.audiences[1]: Duplicate value: "x"',
      'jwt[0].issuer.audienceMatchPolicy: Invalid value: "": audienceMatchPolicy must be MatchAny for multiple audiences',
    ],
  ],
  [
    { ...good, issuer: { ...issuer, certificateAuthority: 'x' } },
    [
      'jwt[0].issuer.certificateAuthority: Invalid value: "<omitted>": data does not contain any valid RSA or ECDSA certificates',
    ],
  ],
  [
    { ...good, claimMappings: { username: { claim: 'sub' } } },
    [
      'jwt[0].claimMappings.username.prefix: Required value: prefix is required when claim is set. It can be set to an empty string to disable prefixing',
    ],
  ],
  [
    { ...good, claimMappings: { username: { expression: 'bad', prefix: 'x' } } },
    [
      'jwt[0].claimMappings.username.prefix: Invalid value: "x": may not be specified when expression is set',
      'jwt[0].claimMappings.username.expression: Invalid value: "bad": compilation failed',
    ],
  ],
  [
    { ...good, claimMappings: { username: { expression: 'claims.email ' } } },
    [
      'jwt[0].claimMappings.username.expression: Invalid value: "claims.email ": claims.email_verified must be used in claimMappings.username.expression or claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression',
    ],
  ],
  [
    { ...good, claimMappings: { ...claimMappings, extra: [{ key: 'A.k8s.io/B', valueExpression: '' }] } },
    [
      "jwt[0].claimMappings.extra[0].key: Invalid value: \"A.k8s.io\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      'jwt[0].claimMappings.extra[0].key: Invalid value: "A.k8s.io/B": must be lowercase',
      'jwt[0].claimMappings.extra[0].key: Invalid value: "A.k8s.io/B": k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use',
      'jwt[0].claimMappings.extra[0].valueExpression: Required value',
    ],
  ],
  [
    {
      ...good,
      claimValidationRules: [{}, { claim: 'a', expression: 'b' }, { claim: 'a', message: 'm' }, { claim: 'a' }],
      userValidationRules: [{}, { expression: 'x' }, { expression: 'x' }],
    },
    [
      'jwt[0].claimValidationRules[0]: Required value: claim or expression is required',
      'jwt[0].claimValidationRules[1]: Invalid value: "a": claim and expression can\'t both be set',
      'jwt[0].claimValidationRules[2].message: Invalid value: "m": may not be specified when claim is set',
      'jwt[0].claimValidationRules[3].claim: Duplicate value: "a"',
      'jwt[0].userValidationRules[0].expression: Required value',
      'jwt[0].userValidationRules[2].expression: Duplicate value: "x"',
    ],
  ],
];

for (const [what, expected] of cases) {
  test(`AuthenticationConfiguration ${JSON.stringify(what)}`, () => assert.deepEqual(faults(what), expected));
}

test('one issuer is configured once', () => {
  assert.deepEqual(faults(good, good), ['jwt[1].issuer.url: Duplicate value: "https://a"']);
});

test('files are decoded strictly', () => {
  const decoded = decodeAuthenticationConfiguration(`${head}jwt:\n- issuer: {url: https://a, audiences: [x]}\n`);
  assert.deepEqual(decoded, { jwt: [{ issuer }] });
  const table: readonly (readonly [text: string, message: RegExp])[] = [
    ['', /^empty config data$/],
    [`${head}jwt:\n- issuer: {urls: x}\n`, /^strict decoding error: unknown field "jwt\[0\].issuer.urls"$/],
    ['kind: AuthenticationConfiguration\napiVersion: v1\n', /^no kind "AuthenticationConfiguration" is registered/],
    [`${head}jwt:\n- issuer: {url: 7}\n`, /^json: cannot unmarshal number into Go struct field jwt\[0\].issuer.url/],
  ];
  for (const [text, message] of table) {
    assert.throws(() => decodeAuthenticationConfiguration(text), { name: 'ConfigurationError', message });
  }
});
