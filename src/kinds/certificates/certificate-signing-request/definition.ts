import { defineResource } from '#api/definition.ts';
import type { Draft } from '#base/edit.ts';
import type { CertificateSigningRequest } from '#kinds/generated/certificates-v1.ts';
import { certificateSigningRequestColumns } from './columns.ts';
import { prepareRequestStatus, prepareRequestUpdate } from './lifecycle.ts';
import { validateRequest, validateRequestStatus } from './validation.ts';

export const CertificateSigningRequests = defineResource<CertificateSigningRequest>({
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  scope: 'Cluster',
  validateName: () => [],
  validate: validateRequest,
  validateStatusUpdate: validateRequestStatus,
  columns: certificateSigningRequestColumns,
  prepareForUpdate: prepareRequestUpdate,
  prepareForStatusUpdate: prepareRequestStatus,
  shortNames: ['csr'],
  selectableFields: {
    'spec.signerName': (request) => request.spec.signerName,
  },
  resetFields: [['spec'], ['status']],
  subresources: [
    {
      name: 'approval',
      type: 'view',
      resetFields: [['spec'], ['status', 'certificate']],
      verbs: ['get', 'patch', 'update'],
      read: (request) => request,
      write: (draft, view: CertificateSigningRequest) => {
        const { metadata, status } = view as Draft<CertificateSigningRequest>;
        draft.metadata = { ...draft.metadata, labels: metadata?.labels, annotations: metadata?.annotations };
        draft.status = { ...draft.status, conditions: status?.conditions };
      },
    },
    {
      name: 'status',
      type: 'status',
      verbs: ['get', 'patch', 'update'],
      resetFields: [['spec'], ['status', 'conditions']],
    },
  ],
});
