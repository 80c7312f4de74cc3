import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ReviewError, readResponse, refusal, type WebhookType } from './review.ts';

const answer = (response: unknown, type = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' }) =>
  JSON.stringify({ ...type, response });

describe('readResponse', () => {
  const faults: readonly (readonly [name: string, text: string, type: WebhookType, message: string])[] = [
    ['no response', answer(undefined), 'mutating', 'webhook response was absent'],
    ['another uid', answer({ uid: 'b' }), 'mutating', 'expected response.uid="a", got "b"'],
    [
      'another kind',
      answer({ uid: 'a' }, { apiVersion: 'v1', kind: 'Pod' }),
      'mutating',
      'expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got v1, Kind=Pod',
    ],
    [
      'patch without its type',
      answer({ uid: 'a', patch: 'W10=' }),
      'mutating',
      'webhook returned response.patch but not response.patchType',
    ],
    [
      'type without a patch',
      answer({ uid: 'a', patchType: 'JSONPatch' }),
      'mutating',
      'webhook returned response.patchType but not response.patch',
    ],
    [
      'patch of a validating webhook',
      answer({ uid: 'a', patch: 'W10=', patchType: 'JSONPatch' }),
      'validating',
      'validating webhook may not return response.patch',
    ],
    [
      'a field of another type',
      answer({ uid: 'a', allowed: 'yes' }),
      'validating',
      'json: cannot unmarshal string into Go struct field AdmissionResponse.response.allowed of type bool',
    ],
    [
      'a number of warnings',
      answer({ uid: 'a', allowed: true, warnings: 5 }),
      'validating',
      'json: cannot unmarshal number into Go struct field AdmissionResponse.response.warnings of type []string',
    ],
    [
      'a warning that is no text',
      answer({ uid: 'a', allowed: true, warnings: [{}] }),
      'validating',
      'json: cannot unmarshal object into Go struct field AdmissionResponse.response.warnings of type string',
    ],
    [
      'an annotation that is no text',
      answer({ uid: 'a', allowed: true, auditAnnotations: { a: 1 } }),
      'mutating',
      'json: cannot unmarshal number into Go struct field AdmissionResponse.response.auditAnnotations of type string',
    ],
    [
      'a code that is no number',
      answer({ uid: 'a', allowed: false, status: { code: 'x' } }),
      'validating',
      'json: cannot unmarshal string into Go struct field Status.response.status.code of type int32',
    ],
  ];
  for (const [name, text, type, message] of faults) {
    test(`${name} is a fault`, () => {
      assert.throws(
        () => readResponse(text, 'a', 'v1', type),
        (error) => error instanceof ReviewError && error.message === message,
      );
    });
  }

  test('null is absent', () => {
    const response = readResponse(answer({ uid: 'a', allowed: true, patchType: null }), 'a', 'v1', 'validating');
    assert.deepEqual(response, { uid: 'a', allowed: true });
  });

  test('v1beta1 checks no uid and knows the type of its patch', () => {
    const response = readResponse(
      answer({ allowed: true, patch: 'W10=' }, { apiVersion: '', kind: '' }),
      'a',
      'v1beta1',
      'mutating',
    );
    assert.deepEqual(response, { allowed: true, patch: 'W10=', patchType: 'JSONPatch' });
  });
});

describe('refusal', () => {
  const base = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' };
  test('without a status', () => {
    const message = 'admission webhook "w" denied the request without explanation';
    assert.deepEqual(refusal('w', undefined), { ...base, message, code: 400 });
  });
  test('a success becomes a failure; message and reason stay', () => {
    const message = 'admission webhook "w" denied the request: no';
    const given = { status: 'Success', message: 'no', reason: 'Forbidden', code: 200 };
    assert.deepEqual(refusal('w', given), { ...base, message, reason: 'Forbidden', code: 400 });
  });
  test('a code that HTTP cannot say is an internal error', () => {
    assert.deepEqual(
      [399, 400, 999, 1000, 99_999].map((code) => refusal('w', { code }).code),
      [400, 400, 999, 500, 500],
    );
  });
  test('the reason explains where no message does', () => {
    const message = 'admission webhook "w" denied the request: Conflict';
    assert.deepEqual(refusal('w', { reason: 'Conflict', code: 409 }), {
      ...base,
      message,
      reason: 'Conflict',
      code: 409,
    });
  });
});
