/** Columns of CertificateSigningRequest tables. */

import { ageColumn, nameColumn, textColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import { humanDuration } from '#api/time.ts';
import type { CertificateSigningRequest } from '#kinds/generated/certificates-v1.ts';

export const certificateSigningRequestColumns: readonly Column<CertificateSigningRequest>[] = [
  nameColumn,
  ageColumn,
  textColumn('SignerName', ({ spec }) => spec?.signerName),
  { name: 'Requestor', type: 'string', cell: ({ spec }) => spec?.username ?? '' },
  textColumn('RequestedDuration', ({ spec }) =>
    spec?.expirationSeconds === undefined ? undefined : humanDuration(spec.expirationSeconds * 1000),
  ),
  { name: 'Condition', type: 'string', cell: conditionOf },
];

function conditionOf({ status }: CertificateSigningRequest): string {
  const types = (status?.conditions ?? []).map(({ type }) => type);
  const words = ['Approved', 'Denied', 'Failed'].filter((type) => types.includes(type));
  if (words.length === 0) words.push('Pending');
  if (status?.certificate) words.push('Issued');
  return words.join(',');
}
