/** What claims get on their way in: data sources in both fields (KEP-1495). */

import type { Draft } from '#base/edit.ts';
import type { PersistentVolumeClaim } from '#kinds/generated/core-v1.ts';

type Spec = NonNullable<Draft<PersistentVolumeClaim>['spec']>;

export function prepareClaim(claim: Draft<PersistentVolumeClaim>): void {
  claim.status = { phase: 'Pending' };
  normalizeSources(claim.spec, undefined);
}

export function prepareClaimUpdate(claim: Draft<PersistentVolumeClaim>, old: PersistentVolumeClaim): void {
  normalizeSources(claim.spec, old);
}

function normalizeSources(spec: Spec | undefined, old: PersistentVolumeClaim | undefined): void {
  if (!spec) return;
  const isInUse = old?.spec?.dataSource !== undefined || old?.spec?.dataSourceRef !== undefined;
  // CrossNamespaceVolumeDataSource is off by default in 1.36.
  if (spec.dataSourceRef?.namespace && !old?.spec?.dataSourceRef) delete spec.dataSourceRef;
  const { dataSource, dataSourceRef } = spec;
  // The older field takes claims and snapshots only; what else was in it was always ignored.
  if (dataSource && !dataSourceRef && !isInUse && !isClaimOrSnapshot(dataSource)) delete spec.dataSource;
  if (spec.dataSource && !dataSourceRef) spec.dataSourceRef = { ...spec.dataSource };
  else if (dataSourceRef && !dataSource && !dataSourceRef.namespace) {
    const { apiGroup, kind, name } = dataSourceRef;
    spec.dataSource = { ...(apiGroup === undefined ? {} : { apiGroup }), kind, name };
  }
}

function isClaimOrSnapshot({ apiGroup = '', kind }: NonNullable<Spec['dataSource']>): boolean {
  if (apiGroup === '') return kind === 'PersistentVolumeClaim';
  return apiGroup === 'snapshot.storage.k8s.io' && kind === 'VolumeSnapshot';
}
