/** What our type checking finds in policies, compared with what upstream's controller wrote into their status. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { kindCatalog } from '#controllers/validating-admission-policy-status/catalog.ts';
import { typeWarnings } from '#controllers/validating-admission-policy-status/type-check.ts';
import type { ValidatingAdmissionPolicySpec } from '#kinds/generated/admissionregistration-v1.ts';
import type { CustomResourceDefinition } from '#kinds/generated/apiextensions-v1.ts';
import { cases, definition, policyOf, type TypeAnswer } from './type-checking.cases.ts';

const golden = JSON.parse(readFileSync(new URL('type-checking.json', import.meta.url), 'utf8')) as Record<
  string,
  readonly TypeAnswer[]
>;
const catalog = kindCatalog(() => [definition as unknown as CustomResourceDefinition]);

describe('type checking of policies', () => {
  for (const one of cases) {
    test(one.name, () => {
      const { spec } = policyOf(one) as { readonly spec: ValidatingAdmissionPolicySpec };
      assert.deepEqual(typeWarnings(spec, catalog), golden[one.name]);
    });
  }
});
