import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AdmissionContext } from '#apiserver/admission-plugin.ts';
import { denyServiceExternalIPs } from './deny-service-external-ips.ts';

const service = (externalIPs?: readonly string[]) => ({ spec: externalIPs ? { externalIPs } : {} });
const validate = (object: object, oldObject?: object) =>
  denyServiceExternalIPs.validate?.({
    resource: { group: '', version: 'v1', resource: 'services' },
    subresource: '',
    name: 's',
    object,
    oldObject,
  } as AdmissionContext);

test('a service keeps and drops external IPs, and gets none', () => {
  const refused = /services "s" is forbidden: Use of external IPs is denied by admission control/;
  validate(service());
  validate(service(['192.0.2.1']), service(['192.0.2.1', '192.0.2.2']));
  assert.throws(() => validate(service(['192.0.2.1'])), refused);
  assert.throws(() => validate(service(['192.0.2.1', '192.0.2.3']), service(['192.0.2.1'])), refused);
});
