/**
 * ResourceClaimAccess: who may ask for devices with administrator's access, and who may write which part of a claim's status (KEP-5018,
 * KEP-4817). Upstream does this in the storage of these kinds (pkg/registry/resource/utils.go).
 *
 * Allocation and reservations need `resourceclaims/binding` in the whole cluster. What a driver says of its devices needs
 * `resourceclaims/driver` of that driver's name: with the verb `associated-node:VERB` for who runs on the claim's node, `arbitrary-node:VERB`
 * for everybody else.
 */

import { newForbidden } from '#api/errors.ts';
import { type FieldError, forbidden } from '#api/field-error.ts';
import type { UserInfo } from '#api/request.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { AuthorizationAttributes, Authorizer } from '#apiserver/authorizer.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import { forbiddenText } from '#apiserver/request/attributes.ts';
import type {
  AllocatedDeviceStatus,
  AllocationResult,
  ResourceClaim,
  ResourceClaimSpec,
  ResourceClaimStatus,
  ResourceClaimTemplate,
} from '#kinds/generated/resource-v1.ts';

const group = 'resource.k8s.io';
const namespaces: CollectionName = '/namespaces';
const adminLabel = 'resource.kubernetes.io/admin-access';
const nodeNameExtra = 'authentication.kubernetes.io/node-name';
const serviceAccountPrefix = 'system:serviceaccount:';

/** Without an authorizer everybody may write every part. */
export function resourceClaimAccess(objects: LiveObjects, authorize: Authorizer | undefined): AdmissionPlugin {
  /** `at` is where administrator's access is asked for, '' for nowhere. */
  const adminFault = async (namespace: string, at: string): Promise<FieldError[]> => {
    if (at === '') return [];
    const labels = (await objects.getFresh(namespaces, '', namespace))?.metadata?.labels;
    if (labels?.[adminLabel] === 'true') return [];
    return [
      forbidden(at, `admin access to devices requires the \`${adminLabel}: true\` label on the containing namespace`),
    ];
  };
  const inspectStatus = async (context: AdmissionContext): Promise<FieldError[]> => {
    const { status = {} } = context.object as ResourceClaim;
    const { status: old = {} } = context.oldObject as ResourceClaim;
    const asked = adminResult(old.allocation) === '' ? adminResult(status.allocation) : '';
    const errors = await adminFault(context.namespace, asked);
    if (!authorize) return errors;
    errors.push(...(await bindingFaults(context, authorize, status, old)));
    // Without an allocation what drivers said is gone anyway.
    if (status.allocation) errors.push(...(await deviceFaults(context, authorize, status, old)));
    return errors;
  };
  return {
    name: 'ResourceClaimAccess',
    handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
    inspect: (context) => {
      const { resource, operation, subresource, namespace, object } = context;
      if (resource.group !== group) return undefined;
      switch (`${operation} ${resource.resource}/${subresource}`) {
        case 'CREATE resourceclaims/':
          return adminFault(namespace, adminRequest((object as ResourceClaim).spec));
        case 'CREATE resourceclaimtemplates/':
          return adminFault(namespace, adminRequest((object as ResourceClaimTemplate).spec?.spec));
        case 'UPDATE resourceclaims/status':
          return inspectStatus(context);
        default:
          return undefined;
      }
    },
  };
}

function adminRequest(spec: ResourceClaimSpec | undefined): string {
  const at = (spec?.devices?.requests ?? []).findIndex(({ exactly }) => exactly?.adminAccess);
  return at < 0 ? '' : `spec.devices.requests[${at}].adminAccess`;
}

function adminResult(allocation: AllocationResult | undefined): string {
  const at = (allocation?.devices?.results ?? []).findIndex(({ adminAccess }) => adminAccess);
  return at < 0 ? '' : `status.allocation.devices.results[${at}].adminAccess`;
}

async function bindingFaults(
  context: AdmissionContext,
  authorize: Authorizer,
  status: ResourceClaimStatus,
  old: ResourceClaimStatus,
): Promise<FieldError[]> {
  const same =
    semanticallyEqual(status.allocation, old.allocation) && semanticallyEqual(status.reservedFor, old.reservedFor);
  if (same) return [];
  const verb = verbOf(context);
  const refused = await refusal(context, authorize, { verb, subresource: 'binding', namespace: '', name: '' });
  if (refused === undefined) return [];
  const needed = `resource="resourceclaims/binding", verb="${verb}" permission: ${refused}`;
  return [forbidden('status.allocation', `changing status.allocation or status.reservedFor requires ${needed}`)];
}

async function deviceFaults(
  context: AdmissionContext,
  authorize: Authorizer,
  status: ResourceClaimStatus,
  old: ResourceClaimStatus,
): Promise<FieldError[]> {
  const verb = verbOf(context);
  const { user, namespace } = context;
  const isNear = runsOnNode(user, nodeOf(status.allocation));
  const verbs = [...(isNear ? [`associated-node:${verb}`] : []), `arbitrary-node:${verb}`];
  const errors: FieldError[] = [];
  for (const driver of changedDrivers(status.devices ?? [], old.devices ?? [])) {
    const refused: string[] = [];
    for (const one of verbs) {
      const asked = { verb: one, subresource: 'driver', namespace, name: driver };
      const answer = await refusal(context, authorize, asked);
      if (answer === undefined) break;
      refused.push(answer);
    }
    if (refused.length < verbs.length) continue;
    const needed = `resource="resourceclaims/driver", verb="[${verbs.join(' ')}]" permission: ${refused[0]}`;
    errors.push(forbidden('status.devices', `changing status.devices requires ${needed}`));
  }
  return errors;
}

/** Drivers of entries that came, went or changed, sorted. */
function changedDrivers(devices: readonly AllocatedDeviceStatus[], old: readonly AllocatedDeviceStatus[]): string[] {
  const keyOf = ({ driver, pool, device, shareID = '' }: AllocatedDeviceStatus) =>
    JSON.stringify([driver, pool, device, shareID]);
  const before = new Map(old.map((device) => [keyOf(device), device]));
  const drivers = new Set<string>();
  for (const device of devices) {
    const key = keyOf(device);
    if (!before.has(key) || !semanticallyEqual(before.get(key), device)) drivers.add(device.driver);
    before.delete(key);
  }
  for (const { driver } of before.values()) drivers.add(driver);
  return [...drivers].sort();
}

/** The node that an allocation is bound to by its name; '' when it is not. */
function nodeOf(allocation: AllocationResult | undefined): string {
  const [term, ...others] = allocation?.nodeSelector?.nodeSelectorTerms ?? [];
  if (!term || others.length > 0 || (term.matchExpressions?.length ?? 0) > 0) return '';
  const [field, ...more] = term.matchFields ?? [];
  if (!field || more.length > 0 || field.key !== 'metadata.name' || field.operator !== 'In') return '';
  const [name, ...names] = field.values ?? [];
  return names.length > 0 ? '' : (name ?? '');
}

/** A service account whose token says, once, that its pod runs there. */
function runsOnNode({ username, extra }: UserInfo, node: string): boolean {
  if (node === '' || !username.startsWith(serviceAccountPrefix)) return false;
  const said = extra?.[nodeNameExtra] ?? [];
  return said.length === 1 && said[0] === node;
}

function verbOf({ verb }: AdmissionContext): 'update' | 'patch' {
  return verb === 'patch' ? 'patch' : 'update';
}

/** Why the user may not, as upstream's authorization filter words it; undefined when it may. */
async function refusal(
  { user }: AdmissionContext,
  authorize: Authorizer,
  asked: Pick<AuthorizationAttributes, 'verb' | 'subresource' | 'namespace' | 'name'>,
): Promise<string | undefined> {
  const attributes: AuthorizationAttributes = {
    ...asked,
    user,
    isResourceRequest: true,
    apiGroup: group,
    apiVersion: 'v1',
    resource: 'resourceclaims',
    path: '',
  };
  const { decision, reason, error } = await authorize(attributes);
  if (decision === 'allow') return undefined;
  const why = [error, reason].filter((text) => text).join(': ');
  const text = forbiddenText(attributes) + (why === '' ? '' : `: ${why}`);
  return newForbidden({ group, resource: 'resourceclaims' }, asked.name, text).message;
}
