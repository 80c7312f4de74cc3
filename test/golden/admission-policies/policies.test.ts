/** What our API server answers under admission policies, compared with upstream's recorded answers. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { answersOf, type GoldenAnswer } from '../validation/golden-case.ts';
import { startWorld, type World } from '../validation/world.ts';
import { cases, setUp } from './cases.ts';
import { differences } from './differences.ts';

const golden = JSON.parse(readFileSync(new URL('answers.json', import.meta.url), 'utf8')) as Record<
  string,
  GoldenAnswer
>;

describe('admission policies', () => {
  let world: World;
  let answers: Record<string, GoldenAnswer> = {};
  before(async () => {
    world = await startWorld();
    for (const { path, body } of setUp) {
      const answer = await world.send({ method: 'POST', path, body, contentType: 'application/json' });
      assert.equal(answer.code, 201, `${path} ${body.metadata.name}: ${JSON.stringify(answer.body)}`);
    }
    answers = await answersOf(cases, world.send);
  });
  after(() => world.close());
  for (const { name } of cases) {
    const difference = differences[name];
    test(name, difference === undefined ? {} : { todo: difference }, () => {
      assert.deepEqual(answers[name], golden[name]);
    });
  }
});
