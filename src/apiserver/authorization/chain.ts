/**
 * Several authorizers as one: the first that allows or denies decides; reasons and errors of the others are kept for the 403 (upstream:
 * authorization/union).
 */

import type { UserInfo } from '#api/request.ts';
import type { PolicyRule } from '#kinds/generated/rbac-v1.ts';
import { type AuthorizationAttributes, type Authorizer, allowed, type Decision } from '../authorizer.ts';

/** Whoever is in it may do everything: the way in when RBAC itself is broken (upstream: authorizerfactory). */
export const superuserGroup = 'system:masters';

/** What somebody may do in a namespace and outside of namespaces, as far as an authorizer can list it. */
export interface UserRules {
  readonly rules: readonly PolicyRule[];
  readonly incomplete: boolean;
  /** Why it is incomplete; '' for none. */
  readonly error: string;
}

export type RulesResolver = (user: UserInfo, namespace: string) => Promise<UserRules>;

export function authorizerChain(...authorizers: readonly Authorizer[]): Authorizer {
  return (attributes) => {
    if (attributes.user.groups.includes(superuserGroup)) return allowed;
    return decide(authorizers, 0, attributes, [], []);
  };
}

/** Goes on without a promise as long as the authorizers answer at once. */
function decide(
  authorizers: readonly Authorizer[],
  from: number,
  attributes: AuthorizationAttributes,
  reasons: string[],
  errors: string[],
): Decision | Promise<Decision> {
  for (let index = from; index < authorizers.length; index++) {
    const answer = authorizers[index]?.(attributes);
    if (answer instanceof Promise) {
      return answer.then((decision) => {
        if (decision.decision !== 'no-opinion') return decision;
        note(decision, reasons, errors);
        return decide(authorizers, index + 1, attributes, reasons, errors);
      });
    }
    if (!answer) continue;
    if (answer.decision !== 'no-opinion') return answer;
    note(answer, reasons, errors);
  }
  const reason = reasons.join('\n');
  if (errors.length === 0) return { decision: 'no-opinion', reason };
  return { decision: 'no-opinion', reason, error: errors.length === 1 ? errors[0] : `[${errors.join(', ')}]` };
}

function note({ reason, error }: Decision, reasons: string[], errors: string[]): void {
  if (reason !== '') reasons.push(reason);
  if (error !== undefined) errors.push(error);
}

/** Rules of all authorizers; incomplete when one of them is. */
export function rulesChain(...resolvers: readonly RulesResolver[]): RulesResolver {
  return async (user, namespace) => {
    const found = await Promise.all(resolvers.map((resolve) => resolve(user, namespace)));
    const errors = found.map(({ error }) => error).filter((error) => error !== '');
    return {
      rules: found.flatMap(({ rules }) => rules),
      incomplete: found.some(({ incomplete }) => incomplete),
      error: errors.length > 1 ? `[${errors.join(', ')}]` : (errors[0] ?? ''),
    };
  };
}
