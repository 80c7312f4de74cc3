import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kubernetesEnvironment } from '#cel/kubernetes.ts';
import { createMatchConditionCompiler } from '../authorization/cel.ts';
import type { JwtAuthenticator } from './authentication-configuration.ts';
import { validateAuthenticationConfiguration } from './authentication-validation.ts';
import { createExpressionCompiler } from './cel.ts';
import { type Claims, userOfClaims } from './claims.ts';

const environment = kubernetesEnvironment({ version: '1.36' });
const compile = createExpressionCompiler(environment);

function compiled(authenticator: Omit<JwtAuthenticator, 'issuer'>) {
  const whole = { ...authenticator, issuer: { url: 'https://a', audiences: ['x'] } };
  const { authenticators, errors } = validateAuthenticationConfiguration({ jwt: [whole] }, [], compile, () => true);
  const [first] = authenticators;
  assert.ok(first);
  return { errors, userOf: (claims: Claims) => userOfClaims(claims, first.authenticator, first.expressions) };
}

test('claims become a user by expressions, and rules judge both', () => {
  const { errors, userOf } = compiled({
    claimMappings: {
      username: { expression: '"corp:" + claims.sub' },
      groups: { expression: 'claims.roles' },
      uid: { expression: 'claims.uid' },
      extra: [{ key: 'example.com/tenant', valueExpression: 'claims.tenant' }],
    },
    claimValidationRules: [{ expression: 'claims.exp - claims.nbf <= 3600', message: 'too long a life' }],
    userValidationRules: [{ expression: "!user.username.startsWith('corp:system:')", message: 'reserved' }],
  });
  assert.deepEqual(errors, []);
  const claims = { sub: 'jane', roles: ['a', ''], uid: '7', tenant: 'blue', exp: 4600, nbf: 1000 };
  assert.deepEqual(userOf(claims), {
    username: 'corp:jane',
    uid: '7',
    groups: ['a'],
    extra: { 'example.com/tenant': ['blue'] },
  });
  assert.deepEqual(userOf({ ...claims, roles: null }).groups, []);
  const refused: readonly (readonly [change: Claims, message: RegExp])[] = [
    [{ exp: 4601 }, /validation expression 'claims.exp - claims.nbf <= 3600' failed: too long a life$/],
    [{ sub: 'system:x' }, /failed: reserved$/],
    [{ sub: 1 }, /^oidc: error evaluating username claim expression: no such overload/],
    [{ uid: 7 }, /uid claim expression must return a string$/],
    [{ roles: 7 }, /expression must return a string or a list of strings$/],
  ];
  for (const [change, message] of refused) assert.throws(() => userOf({ ...claims, ...change }), { message });
  const { tenant: _, ...without } = claims;
  assert.throws(() => userOf(without), /error evaluating extra claim expression: claims.tenant: no such key: tenant$/);
});

test('what does not compile, or is no rule, is refused with the configuration', () => {
  const { errors } = compiled({
    claimMappings: { username: { expression: 'claims.' } },
    claimValidationRules: [{ expression: 'claims.sub' }],
    userValidationRules: [{ expression: 'user.nothing == ""' }],
  });
  assert.deepEqual(
    errors.map(({ field, message }) => [field, message.split('\n')[0]?.replace(/ERROR.*/, 'ERROR')]),
    [
      ['jwt[0].claimValidationRules[0].expression', 'Invalid value: "claims.sub": must evaluate to bool'],
      ['jwt[0].claimMappings.username.expression', 'Invalid value: "claims.": compilation failed: ERROR'],
      [
        'jwt[0].userValidationRules[0].expression',
        'Invalid value: "user.nothing == \\"\\"": compilation failed: ERROR',
      ],
    ],
  );
});

test('an e-mail address is a name only where somebody looks whether it was verified', () => {
  const username = { expression: 'claims.email' };
  assert.equal(compiled({ claimMappings: { username } }).errors.length, 1);
  const rule = { expression: 'claims.email_verified == true' };
  assert.deepEqual(compiled({ claimMappings: { username }, claimValidationRules: [rule] }).errors, []);
});

test('match conditions see the question of a SubjectAccessReview', () => {
  const condition = (expression: string) => {
    const made = createMatchConditionCompiler(environment)(expression);
    assert.ok(!('fault' in made), expression);
    return made;
  };
  const pods = { user: 'jane', resourceAttributes: { verb: 'list', resource: 'pods', namespace: 'a' } };
  const cases: readonly (readonly [expression: string, matches: boolean])[] = [
    ["request.user == 'jane'", true],
    ["'dev' in request.groups", false],
    ["has(request.resourceAttributes) && request.resourceAttributes.group == ''", true],
    ['has(request.nonResourceAttributes)', false],
    ["request.resourceAttributes.namespace in ['a', 'b']", true],
    ['has(request.resourceAttributes.labelSelector)', false],
  ];
  for (const [expression, matches] of cases) assert.equal(condition(expression).matches(pods), matches, expression);
  assert.throws(() => condition("request.extra['x'][0] == ''").matches(pods), /resulted in error: no such key: x/);
  assert.deepEqual(createMatchConditionCompiler(environment)('request.user'), {
    fault: 'must evaluate to bool but got string',
  });
});
