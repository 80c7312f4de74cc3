import assert from 'node:assert/strict';
import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { signatureFault } from './request-signature.ts';

const info = new TextEncoder().encode('what is signed');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const bytes = (hex: string): Uint8Array => Uint8Array.fromHex(hex.replaceAll(' ', ''));

/** RSASSA-PSS-params as OpenSSL writes them: this hash for both, and a salt of so many bytes. */
function pss(hash: string, salt: string, trailer = ''): Uint8Array {
  const identifier = `30 0d 06 09 60864801650304${hash} 05 00`;
  const fields = `a0 0f ${identifier} a1 1c 30 1a 06 09 2a864886f70d010108 ${identifier} a2 03 02 01 ${salt} ${trailer}`;
  const length = (fields.replaceAll(' ', '').length / 2).toString(16);
  return bytes(`30 ${length} ${fields}`);
}

const request = (parameters: Uint8Array, hash: string, saltLength: number, signed = info) => ({
  info,
  publicKey: rsa.publicKey.export({ type: 'spki', format: 'der' }),
  algorithm: '2a864886f70d01010a',
  parameters,
  signature: sign(hash, signed, { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }),
});

test('RSASSA-PSS: the three that Go knows are verified', async () => {
  assert.equal(await signatureFault(request(pss('0201', '20'), 'sha256', 32)), undefined);
  assert.equal(await signatureFault(request(pss('0202', '30'), 'sha384', 48)), undefined);
  assert.equal(await signatureFault(request(pss('0203', '40', 'a3 03 02 01 01'), 'sha512', 64)), undefined);
  const other = new TextEncoder().encode('something else');
  assert.equal(await signatureFault(request(pss('0201', '20'), 'sha256', 32, other)), 'crypto/rsa: verification error');
  assert.equal(await signatureFault(request(pss('0201', '20'), 'sha384', 48)), 'crypto/rsa: verification error');
});

test('requests may be signed with SHA-1, but not with MD5', async () => {
  const signed = (hash: string, algorithm: string) => ({
    info,
    publicKey: rsa.publicKey.export({ type: 'spki', format: 'der' }),
    algorithm,
    parameters: bytes('05 00'),
    signature: sign(hash, info, rsa.privateKey),
  });
  assert.equal(await signatureFault(signed('sha1', '2a864886f70d010105')), undefined);
  assert.equal(await signatureFault(signed('sha256', '2a864886f70d010105')), 'crypto/rsa: verification error');
  const insecure = 'x509: cannot verify signature: insecure algorithm MD5-RSA';
  assert.equal(await signatureFault(signed('md5', '2a864886f70d010104')), insecure);
});

test('algorithms and parameters that Go knows nothing of are refused in its words', async () => {
  const unknown = 'x509: cannot verify signature: algorithm unimplemented';
  for (const parameters of [
    pss('0201', '10'),
    pss('0204', '20'),
    pss('0201', '20', 'a3 03 02 01 02'),
    bytes('30 00'),
    bytes('05 00'),
    bytes(''),
    bytes('30'),
  ])
    assert.equal(await signatureFault(request(parameters, 'sha256', 32)), unknown);
  const ed = generateKeyPairSync('ed25519');
  const signed = {
    info,
    publicKey: ed.publicKey.export({ type: 'spki', format: 'der' }),
    algorithm: '2b6570',
    parameters: bytes(''),
    signature: sign(null, info, ed.privateKey),
  };
  assert.equal(await signatureFault(signed), undefined);
  assert.equal(await signatureFault({ ...signed, parameters: bytes('05 00') }), unknown);
  assert.equal(await signatureFault({ ...signed, algorithm: '2a03' }), unknown);
});
