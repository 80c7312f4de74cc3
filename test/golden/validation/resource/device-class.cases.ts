import { caseBuilders, type Tree } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const opaque = { driver: 'golden.example.com', parameters: { a: 'b' } };
const { create, spec, store, patch, metadata } = caseBuilders('resource.k8s.io/v1/deviceclasses', {
  metadata: { name: 'golden-validation' },
  spec: {},
});
const config = (name: string, fields: Tree): GoldenCase => spec(name, { config: [fields] });

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('valid'),
  spec('full', {
    selectors: [{ cel: { expression: 'device.driver == "golden.example.com"' } }],
    config: [{ opaque }],
    extendedResourceName: 'example.com/golden',
  }),
  create('name', { metadata: { name: 'A_' } }),
  spec('selector without cel', { selectors: [{}] }),
  spec('selectors too many', { selectors: Array.from({ length: 33 }, () => ({ cel: { expression: 'true' } })) }),
  spec('selector too long', { selectors: [{ cel: { expression: 'a'.repeat(10_300) } }] }),
  config('config without opaque', {}),
  config('config driver', { opaque: { ...opaque, driver: 'A_' } }),
  config('config driver in capitals', { opaque: { ...opaque, driver: 'GOLDEN.example.com' } }),
  config('config driver too long', { opaque: { ...opaque, driver: 'a'.repeat(64) } }),
  config('config without driver', { opaque: { driver: '', parameters: {} } }),
  config('config without parameters', { opaque: { driver: 'a' } }),
  config('config parameters', { opaque: { driver: 'a', parameters: 1 } }),
  config('config parameters too long', { opaque: { driver: 'a', parameters: { a: 'b'.repeat(10_300) } } }),
  spec('configs too many', { config: Array.from({ length: 33 }, () => ({ opaque })) }),
  spec('extended resource of the native group', { extendedResourceName: 'kubernetes.io/a' }),
  spec('extended resource without domain', { extendedResourceName: 'gpu' }),
  spec('extended resource malformed', { extendedResourceName: 'a b/c' }),
  store(),
  patch('selectors', { spec: { selectors: [{ cel: { expression: 'true' } }] } }),
  patch('selectors without cel', { spec: { selectors: [{}] } }),
  patch('extended resource', { spec: { extendedResourceName: 'requests.example.com' } }),
];
