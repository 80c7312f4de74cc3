/**
 * Validation of AuthenticationConfiguration, with upstream's messages (apiserver apis/apiserver/validation). Expressions are compiled on
 * the way; what comes out is ready for use.
 */

import { checkDomainPrefixedPath } from '#api/domain-path.ts';
import { child, duplicate, type FieldError, index, invalid, required, tooMany } from '#api/field-error.ts';
import type {
  AuthenticationConfiguration,
  ClaimMappings,
  ClaimValidationRule,
  Issuer,
  JwtAuthenticator,
  PrefixedClaimOrExpression,
  UserValidationRule,
} from './authentication-configuration.ts';
import {
  type CompiledExpression,
  type ExpressionCompiler,
  type ExpressionVariable,
  isFault,
  type ResultKind,
} from './expressions.ts';

const maxAuthenticators = 64;

export interface CompiledRule {
  readonly expression: string;
  readonly message: string;
  readonly compiled: CompiledExpression;
}

/** The expressions of one authenticator. */
export interface ClaimExpressions {
  readonly username?: CompiledExpression | undefined;
  readonly groups?: CompiledExpression | undefined;
  readonly uid?: CompiledExpression | undefined;
  readonly extra: readonly {
    readonly key: string;
    readonly expression: string;
    readonly compiled: CompiledExpression;
  }[];
  readonly claimRules: readonly CompiledRule[];
  readonly userRules: readonly CompiledRule[];
}

export interface ValidatedAuthenticator {
  readonly authenticator: JwtAuthenticator;
  readonly expressions: ClaimExpressions;
}

export interface ValidatedConfiguration {
  readonly authenticators: readonly ValidatedAuthenticator[];
  readonly errors: readonly FieldError[];
}

/** `disallowedIssuers` are the server's own: their tokens are verified otherwise. */
export function validateAuthenticationConfiguration(
  configuration: AuthenticationConfiguration,
  disallowedIssuers: readonly string[],
  compile: ExpressionCompiler,
  isPem: (text: string) => boolean,
): ValidatedConfiguration {
  const { jwt = [], anonymous } = configuration;
  if (jwt.length > maxAuthenticators) {
    return { authenticators: [], errors: [tooMany('jwt', jwt.length, maxAuthenticators)] };
  }
  const errors: FieldError[] = [];
  const issuers = new Set<string>();
  const discoveryUrls = new Set<string>();
  const authenticators = jwt.map((authenticator, position) => {
    const path = index('jwt', position);
    const { issuer = {} } = authenticator;
    validateIssuer(issuer, disallowedIssuers, child(path, 'issuer'), isPem, errors);
    const expressions = compileExpressions(authenticator, path, compile, errors);
    const { url = '', discoveryURL = '' } = issuer;
    if (issuers.has(url)) errors.push(duplicate(child(path, 'issuer', 'url'), url));
    issuers.add(url);
    if (discoveryURL !== '') {
      if (discoveryUrls.has(discoveryURL)) errors.push(duplicate(child(path, 'issuer', 'discoveryURL'), discoveryURL));
      discoveryUrls.add(discoveryURL);
    }
    return { authenticator, expressions };
  });
  if (anonymous && !anonymous.enabled && anonymous.conditions && anonymous.conditions.length > 0) {
    const conditions = anonymous.conditions.map(({ path }) => ({ Path: path }));
    errors.push(
      invalid('anonymous.conditions', conditions, 'enabled should be set to true when conditions are defined'),
    );
  }
  return { authenticators, errors };
}

function validateIssuer(
  issuer: Issuer,
  disallowed: readonly string[],
  path: string,
  isPem: (text: string) => boolean,
  errors: FieldError[],
): void {
  const { url = '', discoveryURL = '', audiences = [], audienceMatchPolicy = '', egressSelectorType = '' } = issuer;
  if (url === '') errors.push(required(child(path, 'url')));
  else validateUrl(url, disallowed, child(path, 'url'), errors);
  if (discoveryURL !== '') {
    const place = child(path, 'discoveryURL');
    if (url !== '' && url.replace(/\/+$/, '') === discoveryURL.replace(/\/+$/, '')) {
      errors.push(invalid(place, discoveryURL, 'discoveryURL must be different from URL'));
    }
    validateUrl(discoveryURL, [], place, errors);
  }
  validateAudiences(audiences, audienceMatchPolicy, path, errors);
  if (issuer.certificateAuthority && !isPem(issuer.certificateAuthority)) {
    const detail = 'data does not contain any valid RSA or ECDSA certificates';
    errors.push(invalid(child(path, 'certificateAuthority'), '<omitted>', detail));
  }
  if (egressSelectorType !== '' && egressSelectorType !== 'controlplane' && egressSelectorType !== 'cluster') {
    const detail = 'egress selector must be either controlplane or cluster';
    errors.push(invalid(child(path, 'egressSelectorType'), egressSelectorType, detail));
  }
}

function validateUrl(text: string, disallowed: readonly string[], path: string, errors: FieldError[]): void {
  if (disallowed.includes(text)) {
    const list = [...disallowed].sort().join(' ');
    errors.push(invalid(path, text, `URL must not overlap with disallowed issuers: [${list}]`));
  }
  // By the parts of RFC 3986's expression: the URL class would put right what Go's parser keeps.
  const parts = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(text);
  const [, scheme = '', authority = '', , query = '', fragment = ''] = parts ?? [];
  if (scheme.toLowerCase() !== 'https') errors.push(invalid(path, text, 'URL scheme must be https'));
  if (authority.includes('@')) errors.push(invalid(path, text, 'URL must not contain a username or password'));
  if (query !== '') errors.push(invalid(path, text, 'URL must not contain a query'));
  if (fragment !== '') errors.push(invalid(path, text, 'URL must not contain a fragment'));
}

function validateAudiences(audiences: readonly string[], policy: string, path: string, errors: FieldError[]): void {
  const place = child(path, 'audiences');
  if (audiences.length === 0) {
    errors.push(required(place, `at least one ${place} is required`));
    return;
  }
  const seen = new Set<string>();
  audiences.forEach((audience, position) => {
    if (audience === '') errors.push(required(index(place, position)));
    if (seen.has(audience)) errors.push(duplicate(index(place, position), audience));
    seen.add(audience);
  });
  const policyPath = child(path, 'audienceMatchPolicy');
  if (audiences.length > 1 && policy !== 'MatchAny') {
    errors.push(invalid(policyPath, policy, 'audienceMatchPolicy must be MatchAny for multiple audiences'));
  }
  if (audiences.length === 1 && policy !== '' && policy !== 'MatchAny') {
    errors.push(invalid(policyPath, policy, 'audienceMatchPolicy must be empty or MatchAny for single audience'));
  }
}

/** Compiles at `path`; undefined when that fails, with the error noted. */
type Compile = (
  expression: string,
  path: string,
  variable: ExpressionVariable,
  result: ResultKind,
) => CompiledExpression | undefined;

function compileExpressions(
  authenticator: JwtAuthenticator,
  path: string,
  compiler: ExpressionCompiler,
  errors: FieldError[],
): ClaimExpressions {
  const compile: Compile = (expression, place, variable, result) => {
    const compiled = compiler(expression, variable, result);
    if (!isFault(compiled)) return compiled;
    errors.push(invalid(place, expression, compiled.fault));
    return undefined;
  };
  const { claimValidationRules = [], claimMappings = {}, userValidationRules = [] } = authenticator;
  const claimRules = claimRulesOf(claimValidationRules, child(path, 'claimValidationRules'), compile, errors);
  const mapped = mappingsOf(claimMappings, child(path, 'claimMappings'), compile, errors);
  requireVerifiedEmail(claimMappings, child(path, 'claimMappings'), { ...mapped, claimRules }, errors);
  const userRules = userRulesOf(userValidationRules, child(path, 'userValidationRules'), compile, errors);
  return { ...mapped, claimRules, userRules };
}

function claimRulesOf(
  rules: readonly ClaimValidationRule[],
  path: string,
  compile: Compile,
  errors: FieldError[],
): CompiledRule[] {
  const claims = new Set<string>();
  const expressions = new Set<string>();
  return rules.flatMap(({ claim = '', requiredValue = '', expression = '', message = '' }, position) => {
    const place = index(path, position);
    if (claim !== '' && expression !== '') {
      errors.push(invalid(place, claim, "claim and expression can't both be set"));
      return [];
    }
    if (claim === '' && expression === '') {
      errors.push(required(place, 'claim or expression is required'));
      return [];
    }
    if (claim !== '') {
      if (message !== '')
        errors.push(invalid(child(place, 'message'), message, 'may not be specified when claim is set'));
      if (claims.has(claim)) errors.push(duplicate(child(place, 'claim'), claim));
      claims.add(claim);
      return [];
    }
    if (requiredValue !== '') {
      const detail = 'may not be specified when expression is set';
      errors.push(invalid(child(place, 'requiredValue'), requiredValue, detail));
    }
    if (expressions.has(expression)) {
      errors.push(duplicate(child(place, 'expression'), expression));
      return [];
    }
    expressions.add(expression);
    const compiled = compile(expression, child(place, 'expression'), 'claims', 'bool');
    return compiled ? [{ expression, message, compiled }] : [];
  });
}

type Mapped = Pick<ClaimExpressions, 'username' | 'groups' | 'uid' | 'extra'>;

function mappingsOf(mappings: ClaimMappings, path: string, compile: Compile, errors: FieldError[]): Mapped {
  const { username = {}, groups = {}, uid = {}, extra = [] } = mappings;
  const usernameExpression = prefixedExpression(username, child(path, 'username'), 'string', true, compile, errors);
  const groupsResult = 'string or list of strings';
  const groupsExpression = prefixedExpression(groups, child(path, 'groups'), groupsResult, false, compile, errors);
  const uidPath = child(path, 'uid');
  if (uid.claim && uid.expression) errors.push(invalid(uidPath, '', "claim and expression can't both be set"));
  const uidExpression =
    uid.expression && !uid.claim
      ? compile(uid.expression, child(uidPath, 'expression'), 'claims', 'string')
      : undefined;
  const keys = new Set<string>();
  const extraExpressions = extra.flatMap(({ key = '', valueExpression = '' }, position) => {
    const place = index(child(path, 'extra'), position);
    checkExtraKey(key, child(place, 'key'), errors);
    if (keys.has(key)) {
      errors.push(duplicate(child(place, 'key'), key));
      return [];
    }
    keys.add(key);
    if (valueExpression === '') {
      errors.push(required(child(place, 'valueExpression')));
      return [];
    }
    const compiled = compile(valueExpression, child(place, 'valueExpression'), 'claims', groupsResult);
    return compiled ? [{ key, expression: valueExpression, compiled }] : [];
  });
  return { username: usernameExpression, groups: groupsExpression, uid: uidExpression, extra: extraExpressions };
}

function checkExtraKey(key: string, path: string, errors: FieldError[]): void {
  checkDomainPrefixedPath(key, path, errors);
  if (key !== key.toLowerCase()) errors.push(invalid(path, key, 'must be lowercase'));
  const slash = key.indexOf('/');
  const domain = slash < 0 ? '' : key.slice(0, slash);
  if (/^(.*\.)?(kubernetes|k8s)\.io$/.test(domain)) {
    const detail = 'k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use';
    errors.push(invalid(path, key, detail));
  }
}

function prefixedExpression(
  { claim = '', expression = '', prefix }: PrefixedClaimOrExpression,
  path: string,
  result: ResultKind,
  isRequired: boolean,
  compile: Compile,
  errors: FieldError[],
): CompiledExpression | undefined {
  if (expression !== '' && claim !== '') {
    errors.push(invalid(path, '', "claim and expression can't both be set"));
    return undefined;
  }
  if (expression !== '') {
    if (prefix !== undefined) {
      errors.push(invalid(child(path, 'prefix'), prefix, 'may not be specified when expression is set'));
    }
    return compile(expression, child(path, 'expression'), 'claims', result);
  }
  if (claim !== '') {
    if (prefix === undefined) {
      const detail = 'prefix is required when claim is set. It can be set to an empty string to disable prefixing';
      errors.push(required(child(path, 'prefix'), detail));
    }
  } else if (isRequired) errors.push(required(path, 'claim or expression is required'));
  return undefined;
}

/** An e-mail address that nobody verified must not become a name: the expressions have to look whether it was. */
function requireVerifiedEmail(
  { username }: ClaimMappings,
  path: string,
  expressions: Mapped & Pick<ClaimExpressions, 'claimRules'>,
  errors: FieldError[],
): void {
  if (!expressions.username?.reads('email')) return;
  const readers = [
    expressions.username,
    ...expressions.extra.map(({ compiled }) => compiled),
    ...expressions.claimRules.map(({ compiled }) => compiled),
  ];
  if (readers.some((compiled) => compiled.reads('email_verified'))) return;
  const detail =
    'claims.email_verified must be used in claimMappings.username.expression or claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression';
  errors.push(invalid(child(path, 'username', 'expression'), username?.expression, detail));
}

function userRulesOf(
  rules: readonly UserValidationRule[],
  path: string,
  compile: Compile,
  errors: FieldError[],
): CompiledRule[] {
  const seen = new Set<string>();
  return rules.flatMap(({ expression = '', message = '' }, position) => {
    const place = child(index(path, position), 'expression');
    if (expression === '') {
      errors.push(required(place));
      return [];
    }
    if (seen.has(expression)) {
      errors.push(duplicate(place, expression));
      return [];
    }
    seen.add(expression);
    const compiled = compile(expression, place, 'user', 'bool');
    return compiled ? [{ expression, message, compiled }] : [];
  });
}
