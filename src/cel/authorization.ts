/** Evaluation over an authorizer that may need to wait (libraries/authorizer.ts). */

import type { Ask, AuthorizationAnswer, AuthorizationQuestion } from './libraries/authorizer.ts';

export type Authorize = (question: AuthorizationQuestion) => AuthorizationAnswer | Promise<AuthorizationAnswer>;

/** Ends an evaluation; the answer is on its way. */
class Unanswered extends Error {
  readonly key: string;
  readonly answer: Promise<AuthorizationAnswer>;

  constructor(key: string, answer: Promise<AuthorizationAnswer>) {
    super('unanswered authorization question');
    this.key = key;
    this.answer = answer;
  }
}

/**
 * Calls evaluate with the `ask` that authorizer values take, again after every answer that had to be waited for; a question is asked
 * once however often it is evaluated. Answers at once where the authorizer does. Rejects when the authorizer does.
 */
export function withAuthorizer<T>(authorize: Authorize, evaluate: (ask: Ask) => T): T | Promise<T> {
  const answers = new Map<string, AuthorizationAnswer>();
  const ask: Ask = (question) => {
    const key = keyOf(question);
    const known = answers.get(key);
    if (known) return known;
    const answer = authorize(question);
    if (answer instanceof Promise) throw new Unanswered(key, answer);
    answers.set(key, answer);
    return answer;
  };
  const attempt = (): T | Unanswered => {
    try {
      return evaluate(ask);
    } catch (error) {
      if (error instanceof Unanswered) return error;
      throw error;
    }
  };
  const first = attempt();
  return first instanceof Unanswered ? untilAnswered(first) : first;

  async function untilAnswered(started: Unanswered): Promise<T> {
    for (let result: T | Unanswered = started; ; result = attempt()) {
      if (!(result instanceof Unanswered)) return result;
      answers.set(result.key, await result.answer);
    }
  }
}

function keyOf(question: AuthorizationQuestion): string {
  const { labelSelector, fieldSelector, ...rest } = question;
  return JSON.stringify([rest, labelSelector?.requirements, fieldSelector?.requirements]);
}
