/** Whom the parts of the server act as: upstream's users and service accounts, whose rights are in its bootstrap policy. */

import type { UserInfo } from '#api/request.ts';

export const apiServerUser: UserInfo = { username: 'system:apiserver', groups: ['system:masters'] };
export const schedulerUser: UserInfo = { username: 'system:kube-scheduler', groups: [] };
/** The shared informers of the controllers. */
export const controllerManagerUser: UserInfo = { username: 'system:kube-controller-manager', groups: [] };

/** Service accounts of controllers that upstream calls differently from the controller (--use-service-account-credentials). */
const accounts: Readonly<Record<string, string>> = {
  'certificatesigningrequest-approving-controller': 'certificate-controller',
  'certificatesigningrequest-cleaner-controller': 'certificate-controller',
  'certificatesigningrequest-signing-controller': 'certificate-controller',
  'daemonset-controller': 'daemon-set-controller',
  'endpoint-slice-controller': 'endpointslice-controller',
  'endpoint-slice-mirroring-controller': 'endpointslicemirroring-controller',
  'garbage-collector-controller': 'generic-garbage-collector',
  'horizontal-pod-autoscaler-controller': 'horizontal-pod-autoscaler',
  'node-ipam-controller': 'node-controller',
  'persistentvolume-binder-controller': 'persistent-volume-binder',
  'persistentvolume-protection-controller': 'pv-protection-controller',
  'persistentvolumeclaim-protection-controller': 'pvc-protection-controller',
  'pod-garbage-collector-controller': 'pod-garbage-collector',
  'root-ca-certificate-publisher-controller': 'root-ca-cert-publisher',
  'serviceaccount-controller': 'service-account-controller',
  'taint-eviction-controller': 'node-controller',
};

export function controllerUser(controllerName: string): UserInfo {
  return serviceAccountUser('kube-system', accounts[controllerName] ?? controllerName);
}

function serviceAccountUser(namespace: string, name: string): UserInfo {
  return {
    username: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
  };
}
