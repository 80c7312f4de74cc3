/** Columns of IngressClass tables. */

import { ageColumn, nameColumn, textColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { IngressClass } from '#kinds/generated/networking-v1.ts';

export const ingressClassColumns: readonly Column<IngressClass>[] = [
  {
    ...nameColumn,
    cell: ({ metadata }) => `${metadata?.name ?? ''}${isDefault(metadata?.annotations) ? ' (default)' : ''}`,
  },
  { name: 'Controller', type: 'string', cell: ({ spec }) => spec?.controller ?? '' },
  textColumn('Parameters', ({ spec }) => {
    const parameters = spec?.parameters;
    return (
      parameters &&
      `${parameters.kind}${parameters.apiGroup === undefined ? '' : `.${parameters.apiGroup}`}/${parameters.name}`
    );
  }),
  ageColumn,
];

function isDefault(annotations: Readonly<Record<string, string>> | undefined): boolean {
  return annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true';
}
