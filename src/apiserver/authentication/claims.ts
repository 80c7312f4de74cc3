/** From the claims of a verified token to a user, by the mappings and rules of its authenticator (upstream: oidc.go). Pure. */

import type { UserInfo } from '#api/request.ts';
import { messageOf } from '#base/errors.ts';
import type { ClaimMappings, JwtAuthenticator } from './authentication-configuration.ts';
import type { ClaimExpressions, CompiledRule } from './authentication-validation.ts';
import { credentialId } from './chain.ts';
import type { CompiledExpression } from './expressions.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** Throws an Error that says why these claims are no user. */
export function userOfClaims(claims: Claims, authenticator: JwtAuthenticator, expressions: ClaimExpressions): UserInfo {
  const { claimMappings = {}, claimValidationRules = [] } = authenticator;
  const username = usernameOf(claims, claimMappings, expressions.username);
  const groups = groupsOf(claims, claimMappings, expressions.groups);
  const uid = uidOf(claims, claimMappings, expressions.uid);
  const extra = extraOf(claims, expressions);
  for (const { claim, requiredValue = '' } of claimValidationRules) {
    if (!claim) continue;
    if (!Object.hasOwn(claims, claim)) throw new Error(`oidc: required claim ${claim} not present in ID token`);
    const value = textClaim(claims, claim, (reason) => `oidc: parse claim ${claim}: ${reason}`);
    if (value !== requiredValue) {
      throw new Error(`oidc: required claim ${claim} value does not match. Got = ${value}, want = ${requiredValue}`);
    }
  }
  checkRules(expressions.claimRules, claims, 'oidc: error evaluating claim validation expression');
  const user: UserInfo = {
    username,
    ...(uid === '' ? {} : { uid }),
    groups,
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
  const seen = { username, uid, groups, extra };
  checkRules(expressions.userRules, seen, 'oidc: error evaluating user info validation rule');
  return user;
}

function usernameOf(
  claims: Claims,
  { username = {} }: ClaimMappings,
  compiled: CompiledExpression | undefined,
): string {
  if (compiled) {
    const name = evaluated(compiled, claims, 'oidc: error evaluating username claim expression');
    if (typeof name !== 'string') {
      throw new Error(
        'oidc: error evaluating username claim expression: username claim expression must return a string',
      );
    }
    if (name === '') throw new Error('oidc: empty username via CEL expression is not allowed');
    return name;
  }
  const { claim = '', prefix = '' } = username;
  const name = textClaim(claims, claim, (reason) => `oidc: parse username claims ${JSON.stringify(claim)}: ${reason}`);
  // Upstream lets an empty name through here; a user of no name is nobody's intention.
  if (name === '') throw new Error(`oidc: parse username claims ${JSON.stringify(claim)}: claim is empty`);
  if (claim === 'email' && Object.hasOwn(claims, 'email_verified')) {
    const verified = claims['email_verified'];
    if (typeof verified !== 'boolean' && verified !== null) {
      throw new Error(`oidc: parse 'email_verified' claim: ${cannotUnmarshal(verified, 'bool')}`);
    }
    if (!verified) throw new Error('oidc: email not verified');
  }
  return prefix + name;
}

function groupsOf(claims: Claims, { groups = {} }: ClaimMappings, compiled: CompiledExpression | undefined): string[] {
  const { claim = '', prefix = '' } = groups;
  if (claim !== '' && Object.hasOwn(claims, claim)) {
    const value = claims[claim];
    const list = value === null ? [] : Array.isArray(value) ? value : [value];
    return list.map((group: unknown) => {
      if (typeof group === 'string') return prefix + group;
      throw new Error(`oidc: parse groups claim ${JSON.stringify(claim)}: ${cannotUnmarshal(value, 'string')}`);
    });
  }
  if (!compiled) return [];
  const failure = 'oidc: error evaluating group claim expression';
  return stringsOf(evaluated(compiled, claims, failure), failure);
}

function uidOf(claims: Claims, { uid = {} }: ClaimMappings, compiled: CompiledExpression | undefined): string {
  const { claim } = uid;
  if (claim) return textClaim(claims, claim, (reason) => `oidc: parse uid claim ${JSON.stringify(claim)}: ${reason}`);
  if (!compiled) return '';
  const value = evaluated(compiled, claims, 'oidc: error evaluating uid claim expression');
  if (typeof value === 'string') return value;
  throw new Error('oidc: error evaluating uid claim expression: uid claim expression must return a string');
}

function extraOf(claims: Claims, { extra }: ClaimExpressions): Record<string, string[]> {
  const result: Record<string, string[]> = {};
  const { jti } = claims;
  if (typeof jti === 'string' && jti !== '') result[credentialId] = [`JTI=${jti}`];
  for (const { key, expression, compiled } of extra) {
    const failure = `oidc: error evaluating extra claim expression: ${expression}`;
    const values = stringsOf(evaluated(compiled, claims, failure), failure);
    if (values.length > 0) result[key] = values;
  }
  return result;
}

/** A string, a list of strings or null; empty strings count as absent. */
function stringsOf(value: unknown, failure: string): string[] {
  const list: readonly unknown[] = value === null ? [] : Array.isArray(value) ? value : [value];
  return list.flatMap((item) => {
    if (typeof item !== 'string') throw new Error(`${failure}: expression must return a string or a list of strings`);
    return item === '' ? [] : [item];
  });
}

function checkRules(rules: readonly CompiledRule[], value: unknown, failure: string): void {
  for (const { expression, message, compiled } of rules) {
    const result = evaluated(compiled, value, failure);
    if (typeof result !== 'boolean') throw new Error(`${failure}: validation expression must return a boolean`);
    if (!result) throw new Error(`${failure}: validation expression '${expression}' failed: ${message}`);
  }
}

function evaluated(compiled: CompiledExpression, value: unknown, failure: string): unknown {
  try {
    return compiled.evaluate(value);
  } catch (cause) {
    throw new Error(`${failure}: ${messageOf(cause)}`, { cause });
  }
}

function textClaim(claims: Claims, name: string, failure: (reason: string) => string): string {
  if (!Object.hasOwn(claims, name)) throw new Error(failure('claim not present'));
  const value = claims[name];
  if (value === null) return '';
  if (typeof value === 'string') return value;
  throw new Error(failure(cannotUnmarshal(value, 'string')));
}

function cannotUnmarshal(value: unknown, type: string): string {
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  return `json: cannot unmarshal ${kind} into Go value of type ${type}`;
}
