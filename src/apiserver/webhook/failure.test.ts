import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimEnv } from '#platform/sim/env.ts';
import { failureOf } from './failure.ts';
import { type AttemptResult, callReview } from './review-call.ts';
import type { WebhookAnswer, WebhookClient } from './webhook-client.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const answer = (status: number, text = '', contentType?: string): WebhookAnswer => ({
  status,
  body: encode(text),
  ...(contentType === undefined ? {} : { contentType }),
});

test('a failed answer in the words of client-go: text is quoted, a Status speaks for itself', () => {
  const refused = JSON.stringify({
    kind: 'Status',
    status: 'Failure',
    message: 'not you',
    reason: 'Forbidden',
    code: 403,
  });
  const server = (text: string) => `an error on the server ("${text}") has prevented the request from succeeding`;
  const table: readonly (readonly [WebhookAnswer, string | undefined])[] = [
    [answer(200, 'x'), undefined],
    [answer(500, ' overloaded\n'), server('overloaded')],
    [answer(500, 'overloaded', 'text/plain; charset=utf-8'), server('overloaded')],
    [answer(500, '{"a":1}', 'application/json'), server('unknown')],
    [answer(502, 'x'.repeat(5000), 'text/html'), server('x'.repeat(2048))],
    [answer(403, 'go away'), 'go away'],
    [answer(403, refused, 'application/json'), 'not you'],
    [answer(404, 'nothing'), 'the server could not find the requested resource'],
    [answer(302), 'the server responded with the status code 302 but did not return more information'],
  ];
  for (const [given, expected] of table) assert.equal(failureOf(given)?.message, expected);
  assert.equal(failureOf(answer(500, 'token', 'text/plain'), true)?.message, server('unknown'));
  assert.equal(failureOf(answer(403, refused, 'application/json'), true)?.message, 'unknown');
});

test('nothing of the token that a review asks about is told, whatever its webhook answers', async () => {
  const { clock, ...env } = createSimEnv();
  const given = [answer(502, 'tried s3cret'), answer(403, 's3cret is refused')];
  let asked = 0;
  const client: WebhookClient = { post: async () => given[asked++] as WebhookAnswer, close: () => {} };
  const caller = { client, target: { url: new URL('https://w') }, env: { ...env, clock }, timeoutMs: 1000 };
  const review = (kind: string) => callReview(caller, { apiVersion: 'v1', kind, spec: { token: 's3cret' } });
  const failing = assert.rejects(review('TokenReview'), { message: 'unknown' });
  await clock.advance(5000);
  await failing;
  assert.equal(asked, 2);
  asked = 1;
  await assert.rejects(review('SubjectAccessReview'), { message: 's3cret is refused' });
});

test('a webhook that goes on failing is asked five times, and not after all its time or the request is over', async () => {
  const failing = async (more: { readonly totalMs?: number; readonly abortMs?: number }, seconds: number) => {
    const { clock, ...env } = createSimEnv();
    const results: AttemptResult[] = [];
    const request = new AbortController();
    if (more.abortMs !== undefined) clock.after(more.abortMs, () => request.abort());
    const client: WebhookClient = {
      // It answers after a second, unless it is told that nobody waits.
      post: ({ signal }) =>
        new Promise((resolve, reject) => {
          clock.after(1000, () => resolve(answer(500, 'not now')));
          signal.addEventListener('abort', () => reject(new Error('aborted')));
        }),
      close: () => {},
    };
    const { totalMs } = more;
    const bound = totalMs === undefined ? {} : { totalMs };
    const caller = { client, target: { url: new URL('https://w') }, env: { ...env, clock }, timeoutMs: 3000, ...bound };
    const asked = callReview(
      caller,
      { apiVersion: 'v1', kind: 'SubjectAccessReview', spec: {} },
      {
        signal: request.signal,
        attempted: (result) => results.push(result),
      },
    );
    const outcome = asked.then(
      () => 'answered',
      (error: Error) => `${error.message} at ${clock.monotonic() / 1000}`,
    );
    await clock.advance(seconds * 1000);
    const said = await Promise.race([outcome, Promise.resolve('still asking')]);
    return { said: said.replace(/ at ([\d.]+)$/, (_, at) => ` at ${Math.round(Number(at))} s`), results };
  };
  const refusal = 'an error on the server ("not now") has prevented the request from succeeding';
  // Five seconds of answers, and four pauses of 0.5, 0.75, 1.125 and 1.7 s and a little.
  assert.equal((await failing({}, 20)).results.length, 5);
  // In the second pause.
  assert.deepEqual(await failing({ totalMs: 2800 }, 20), { said: `${refusal} at 3 s`, results: ['error', 'error'] });
  // In the first attempt.
  assert.deepEqual(await failing({ abortMs: 300 }, 20), {
    said: 'Post "https://w/": context deadline exceeded at 0 s',
    results: ['canceled'],
  });
});
