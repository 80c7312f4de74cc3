/** Several authorizers as one: the first that allows or denies decides; reasons of the others are kept for the 403. */

import { type AuthorizationAttributes, type Authorizer, allowed, type Decision } from '../authorizer.ts';

/** Whoever is in it may do everything: the way in when RBAC itself is broken (upstream: authorizerfactory). */
export const superuserGroup = 'system:masters';

export function authorizerChain(...authorizers: readonly Authorizer[]): Authorizer {
  return (attributes) => {
    if (attributes.user.groups.includes(superuserGroup)) return allowed;
    return decide(authorizers, 0, attributes, []);
  };
}

/** Goes on without a promise as long as the authorizers answer at once. */
function decide(
  authorizers: readonly Authorizer[],
  from: number,
  attributes: AuthorizationAttributes,
  reasons: readonly string[],
): Decision | Promise<Decision> {
  const said = [...reasons];
  for (let index = from; index < authorizers.length; index++) {
    const answer = authorizers[index]?.(attributes);
    if (answer instanceof Promise) {
      return answer.then((decision) =>
        decision.decision === 'no-opinion'
          ? decide(
              authorizers,
              index + 1,
              attributes,
              [...said, decision.reason].filter((reason) => reason !== ''),
            )
          : decision,
      );
    }
    if (answer && answer.decision !== 'no-opinion') return answer;
    if (answer?.reason) said.push(answer.reason);
  }
  return { decision: 'no-opinion', reason: said.join('; ') };
}
