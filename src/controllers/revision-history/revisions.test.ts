import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ControllerRevision } from '#kinds/generated/apps-v1.ts';
import { planRevision, revisionData, revisionName, surplusRevisions, templateOf } from './revisions.ts';

const template = (image: string) => ({ spec: { containers: [{ name: 'c', image }] } });

function revision(number: number, image: string): ControllerRevision {
  return { metadata: { name: `r${number}` }, revision: number, data: revisionData(template(image)) };
}

const one = revision(1, 'a');
const two = revision(2, 'b');

test('planRevision: the newest, an older one again, a new one', () => {
  assert.deepEqual(planRevision([two, one], template('b')), { type: 'current', revision: two });
  assert.deepEqual(planRevision([two, one], template('a')), { type: 'renew', revision: one, number: 3 });
  assert.deepEqual(planRevision([two, one], template('c')), { type: 'create', number: 3 });
  assert.deepEqual(planRevision([], template('c')), { type: 'create', number: 1 });
});

test('templateOf gives back what revisionData kept', () => {
  assert.deepEqual(templateOf(one), template('a'));
  assert.equal(templateOf({ revision: 1, data: {} }), undefined);
});

test('revisionName differs by template and by collision count, and fits a name', () => {
  const names = [
    revisionName('web', template('a'), 0),
    revisionName('web', template('b'), 0),
    revisionName('web', template('a'), 1),
  ].map(({ name }) => name);
  assert.equal(new Set(names).size, 3);
  assert.ok(revisionName('w'.repeat(253), template('a'), 0).name.length <= 253);
});

test('surplusRevisions: the oldest that nobody uses', () => {
  const all = [revision(4, 'd'), revision(3, 'c'), two, one];
  assert.deepEqual(
    surplusRevisions(all, (each) => each === one || each.revision === 4, 1),
    [two],
  );
  assert.deepEqual(
    surplusRevisions(all, () => false, 4),
    [],
  );
});
