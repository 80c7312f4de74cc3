import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choiceFault, chosen } from './plugin-choice.ts';

const plugins = ['NamespaceLifecycle', 'DenyServiceExternalIPs', 'PodSecurity'].map((name) => ({ name }));
const names = (enable: readonly string[], disable: readonly string[]) =>
  chosen(plugins, { enable, disable }).map(({ name }) => name);

test('plugins are added to and taken from those that are on by default, in their order', () => {
  assert.deepEqual(
    chosen(plugins).map(({ name }) => name),
    ['NamespaceLifecycle', 'PodSecurity'],
  );
  assert.deepEqual(names(['DenyServiceExternalIPs'], ['PodSecurity']), [
    'NamespaceLifecycle',
    'DenyServiceExternalIPs',
  ]);
});

test('names that are none, and those on both sides, are faults', () => {
  assert.equal(choiceFault({ enable: ['PodSecurity'], disable: ['Priority'] }), undefined);
  assert.equal(choiceFault({ enable: ['X'], disable: [] }), 'enable-admission-plugins plugin "X" is unknown');
  assert.equal(
    choiceFault({ enable: ['PodSecurity', 'Priority'], disable: ['Priority', 'PodSecurity'] }),
    '[PodSecurity Priority] in enable-admission-plugins and disable-admission-plugins overlapped',
  );
});
