/** Cases of what a claim asks for; templates have the same one level deeper. */

import type { Tree } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

export const exactly: Tree = { deviceClassName: 'golden.example.com' };
export const request: Tree = { name: 'a', exactly };
const parameters = { a: 'b' };
const opaque = { driver: 'golden.example.com', parameters };
const alternative = { name: 'b', deviceClassName: 'golden.example.com' };

export function claimCases(spec: (name: string, spec: Tree) => GoldenCase): readonly GoldenCase[] {
  const devices = (name: string, fields: Tree): GoldenCase =>
    spec(name, { devices: { requests: [request], ...fields } });
  const one = (name: string, fields: Tree): GoldenCase =>
    devices(name, { requests: [{ name: 'a', exactly: { ...exactly, ...fields } }] });
  const first = (name: string, ...firstAvailable: readonly Tree[]): GoldenCase =>
    devices(name, { requests: [{ name: 'a', firstAvailable }] });
  const constraint = (name: string, fields: Tree): GoldenCase => devices(name, { constraints: [fields] });
  const config = (name: string, fields: Tree): GoldenCase => devices(name, { config: [fields] });
  const toleration = (name: string, fields: Tree): GoldenCase => one(name, { tolerations: [fields] });
  return [
    spec('no devices', {}),
    devices('full', {
      requests: [
        { name: 'a', exactly: { ...exactly, allocationMode: 'All', tolerations: [{ key: 'k', operator: 'Exists' }] } },
        { name: 'x', firstAvailable: [alternative, { ...alternative, name: 'c', count: 2 }] },
      ],
      constraints: [{ requests: ['a', 'x/b'], matchAttribute: 'example.com/a' }],
      config: [{ requests: ['x'], opaque }],
    }),
    devices('requests twice', { requests: [request, request] }),
    devices('too many requests', {
      requests: Array.from({ length: 33 }, (_, position) => ({ name: `a${position}`, exactly })),
    }),
    devices('request name', { requests: [{ name: 'A_', exactly }] }),
    devices('request name empty', { requests: [{ name: '', exactly }] }),
    devices('request without either', { requests: [{ name: 'a' }] }),
    devices('request with both', { requests: [{ ...request, firstAvailable: [alternative] }] }),
    one('class empty', { deviceClassName: '' }),
    one('class name', { deviceClassName: 'A_' }),
    one('all with a count', { allocationMode: 'All', count: 2 }),
    one('count negative', { count: -1 }),
    one('mode', { allocationMode: 'Some' }),
    one('selector without cel', { selectors: [{}] }),
    one('selector too long', { selectors: [{ cel: { expression: `"${'a'.repeat(10_300)}" == ""` } }] }),
    one('selectors too many', { selectors: Array.from({ length: 33 }, () => ({ cel: { expression: 'true' } })) }),
    toleration('toleration operator', { key: 'a', operator: 'Near' }),
    toleration('toleration key', { key: 'a b', operator: 'Exists' }),
    toleration('toleration value', { key: 'a', operator: 'Exists', value: 'b', effect: 'Maybe' }),
    toleration('toleration value that is no label', { key: 'a', value: '-' }),
    first('alternatives twice', alternative, alternative),
    first('alternative', { name: 'B', deviceClassName: '', count: -1 }),
    first(
      'too many alternatives',
      ...Array.from({ length: 9 }, (_, position) => ({ ...alternative, name: `b${position}` })),
    ),
    constraint('constraint empty', {}),
    constraint('constraint of no request', { requests: ['b', 'a/b', 'a/b/c', 'A'], matchAttribute: 'example.com/a' }),
    constraint('constraint requests twice', { requests: ['a', 'a'], matchAttribute: 'example.com/a' }),
    constraint('attribute without domain', { matchAttribute: 'a' }),
    constraint('attribute', { matchAttribute: 'A_/1' }),
    constraint('attribute with empty parts', { matchAttribute: '/' }),
    constraint('attribute too long', { matchAttribute: `${'a'.repeat(64)}/${'b'.repeat(33)}` }),
    constraint('distinct attribute', { distinctAttribute: 'a' }),
    config('config without opaque', {}),
    config('config driver', { opaque: { ...opaque, driver: 'A_' } }),
    config('config driver empty', { opaque: { driver: '', parameters } }),
    config('config without parameters', { opaque: { driver: 'golden.example.com' } }),
    config('config parameters that are no object', { opaque: { ...opaque, parameters: ['a'] } }),
    config('config parameters too long', { opaque: { ...opaque, parameters: { a: 'b'.repeat(10_300) } } }),
    config('config of no request', { requests: ['z', 'z'], opaque }),
  ];
}
