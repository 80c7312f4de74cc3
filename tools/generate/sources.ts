/** Which Go packages are read, at which version, and where what comes of each is written. */

/** Upstream's release. `go mod download` of the modules below at this version gives the input. */
export const release = { library: 'v0.36.3', kubernetes: 'v1.36.3' } as const;

export interface Source {
  /** Go import path of the package. */
  readonly path: string;
  /** Module directory below --modules, and the package's folder in it. */
  readonly module: string;
  readonly folder: string;
  /** Output files are `<out>/<name>.ts` and `<out>/<name>.schema.ts`. */
  readonly out: string;
  readonly name: string;
  /** Group of the package's kinds; undefined where the package has none. */
  readonly group: string;
  readonly version: string;
  /** False: only the schema table (old versions that only the golden tests read). */
  readonly types: boolean;
}

const language = 'src/api/generated';
const kinds = 'src/kinds/generated';
const golden = 'test/golden/api/generated';

function api(folder: string, group: string, out = kinds): Source {
  const [name = '', version = ''] = folder.split('/');
  return {
    path: `k8s.io/api/${folder}`,
    module: `api@${release.library}`,
    folder,
    out,
    name: `${name}-${version}`,
    group,
    version,
    types: out !== golden,
  };
}

function other(module: string, folder: string, group: string, out: string): Source {
  const [name = '', version = ''] = folder.split('/').slice(-2);
  return {
    path: `k8s.io/${module}/${folder}`,
    module: `${module}@${release.library}`,
    folder,
    out,
    name: `${name}-${version}`,
    group,
    version,
    types: true,
  };
}

export const sources: readonly Source[] = [
  other('apimachinery', 'pkg/apis/meta/v1', 'meta.k8s.io', language),
  api('admission/v1', 'admission.k8s.io', language),
  api('apidiscovery/v2', 'apidiscovery.k8s.io', language),
  api('core/v1', ''),
  api('admissionregistration/v1', 'admissionregistration.k8s.io'),
  api('admissionregistration/v1beta1', 'admissionregistration.k8s.io'),
  other('apiextensions-apiserver', 'pkg/apis/apiextensions/v1', 'apiextensions.k8s.io', kinds),
  other('kube-aggregator', 'pkg/apis/apiregistration/v1', 'apiregistration.k8s.io', kinds),
  api('apps/v1', 'apps'),
  api('authentication/v1', 'authentication.k8s.io', language),
  api('authorization/v1', 'authorization.k8s.io'),
  api('autoscaling/v1', 'autoscaling'),
  api('autoscaling/v2', 'autoscaling'),
  api('batch/v1', 'batch'),
  api('certificates/v1', 'certificates.k8s.io'),
  api('certificates/v1beta1', 'certificates.k8s.io'),
  api('coordination/v1', 'coordination.k8s.io'),
  api('coordination/v1beta1', 'coordination.k8s.io'),
  api('discovery/v1', 'discovery.k8s.io'),
  api('events/v1', 'events.k8s.io'),
  api('flowcontrol/v1', 'flowcontrol.apiserver.k8s.io'),
  other('metrics', 'pkg/apis/metrics/v1beta1', 'metrics.k8s.io', kinds),
  api('networking/v1', 'networking.k8s.io'),
  api('networking/v1beta1', 'networking.k8s.io'),
  api('node/v1', 'node.k8s.io'),
  api('policy/v1', 'policy'),
  api('rbac/v1', 'rbac.authorization.k8s.io'),
  api('resource/v1', 'resource.k8s.io'),
  api('resource/v1beta1', 'resource.k8s.io'),
  api('resource/v1beta2', 'resource.k8s.io'),
  api('scheduling/v1', 'scheduling.k8s.io'),
  api('storage/v1', 'storage.k8s.io'),
  api('storage/v1beta1', 'storage.k8s.io'),
  api('storagemigration/v1beta1', 'storagemigration.k8s.io'),

  api('admission/v1beta1', 'admission.k8s.io', golden),
  api('admissionregistration/v1alpha1', 'admissionregistration.k8s.io', golden),
  api('apidiscovery/v2beta1', 'apidiscovery.k8s.io', golden),
  api('apiserverinternal/v1alpha1', 'internal.apiserver.k8s.io', golden),
  api('apps/v1beta1', 'apps', golden),
  api('apps/v1beta2', 'apps', golden),
  api('authentication/v1beta1', 'authentication.k8s.io', golden),
  api('authorization/v1beta1', 'authorization.k8s.io', golden),
  api('batch/v1beta1', 'batch', golden),
  api('certificates/v1alpha1', 'certificates.k8s.io', golden),
  api('coordination/v1alpha2', 'coordination.k8s.io', golden),
  api('discovery/v1beta1', 'discovery.k8s.io', golden),
  api('events/v1beta1', 'events.k8s.io', golden),
  api('extensions/v1beta1', 'extensions', golden),
  api('flowcontrol/v1beta1', 'flowcontrol.apiserver.k8s.io', golden),
  api('flowcontrol/v1beta2', 'flowcontrol.apiserver.k8s.io', golden),
  api('flowcontrol/v1beta3', 'flowcontrol.apiserver.k8s.io', golden),
  api('imagepolicy/v1alpha1', 'imagepolicy.k8s.io', golden),
  api('node/v1alpha1', 'node.k8s.io', golden),
  api('node/v1beta1', 'node.k8s.io', golden),
  api('policy/v1beta1', 'policy', golden),
  api('rbac/v1alpha1', 'rbac.authorization.k8s.io', golden),
  api('rbac/v1beta1', 'rbac.authorization.k8s.io', golden),
  api('resource/v1alpha3', 'resource.k8s.io', golden),
  api('scheduling/v1alpha2', 'scheduling.k8s.io', golden),
  api('scheduling/v1beta1', 'scheduling.k8s.io', golden),
  api('storage/v1alpha1', 'storage.k8s.io', golden),
];
