/** CertificateSubjectRestriction: nobody becomes a member of system:masters by a certificate request. */

import { newForbidden } from '#api/errors.ts';
import type { AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { CertificateSigningRequest } from '#kinds/generated/certificates-v1.ts';
import { subjectOf } from './certification-request.ts';

const group = 'certificates.k8s.io';
const resource = 'certificatesigningrequests';
const restrictedSigner = 'kubernetes.io/kube-apiserver-client';

export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  handles: (operation) => operation === 'CREATE',
  validate: ({ resource: of, subresource, object, name }) => {
    if (of.group !== group || of.resource !== resource || subresource !== '') return;
    const { spec } = object as CertificateSigningRequest;
    if (spec.signerName !== restrictedSigner) return;
    const subject = subjectOf(spec.request);
    const forbidden = (reason: string): Error => newForbidden({ group, resource }, name, reason);
    if (!subject) throw forbidden('failed to parse CSR: asn1: structure error');
    if (subject.organizations.includes('system:masters')) {
      throw forbidden(`use of ${restrictedSigner} signer with system:masters group is not allowed`);
    }
  },
};
