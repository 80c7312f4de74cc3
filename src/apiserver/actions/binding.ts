/** pods/binding and the older bindings: a scheduler says where a pod runs (pkg/registry/core/pod/storage BindingREST). */

import { newBadRequest, newConflict, newInvalid } from '#api/errors.ts';
import { type FieldError, notSupported, required } from '#api/field-error.ts';
import type { KubeObject } from '#api/object.ts';
import { formatTime } from '#api/time.ts';
import type { Draft } from '#base/edit.ts';
import { assert } from '#base/errors.ts';
import { goQuote } from '#base/go-quote.ts';
import type { RequestContext } from '../context.ts';
import { admissionOptions, parseWriteOptions } from '../request/write-options.ts';
import { mutateObject } from '../verbs/mutate.ts';
import { storageErrorText } from '../verbs/storage-key.ts';
import { admissionContext, decodeObject, ensureNamespace } from '../verbs/write.ts';
import type { Action } from './action.ts';
import { type PodView, setCondition } from './pod-view.ts';
import { success } from './success.ts';

interface BindingView extends KubeObject {
  readonly target?: { readonly kind?: string | undefined; readonly name?: string | undefined };
}

export const bindPod: Action = async (context) => {
  const { server, info, resource } = context;
  const options = parseWriteOptions(context.request, 'CreateOptions');
  const codec = server.registry.codecOf('', 'v1', 'Binding');
  assert(codec, 'no schema for Binding');
  const binding = decodeObject(context, codec, { apiVersion: 'v1', kind: 'Binding' }, options);
  ensureNamespace(context, binding);
  const { name = '' } = binding.metadata;
  if (info.subresource !== '' && name !== info.name) {
    throw newBadRequest('name in URL does not match name in Binding object');
  }
  const node = targetOf(binding as BindingView, name);
  if (name === '') throw newBadRequest('Name parameter required.');
  const admitContext = admissionContext(context, 'CREATE', {
    object: binding,
    oldObject: undefined,
    dryRun: options.dryRun,
    name,
    options: admissionOptions('CreateOptions', options),
    kind: { group: '', version: 'v1', kind: 'Binding' },
  });
  await server.admission.admit(admitContext);
  await server.admission.validate(admitContext);

  const pods = server.registry.find('', 'v1', 'pods');
  assert(pods, 'pods are not served');
  const now = formatTime(server.env.clock.now());
  const target: RequestContext = { ...context, resource: resource.definition.plural === 'pods' ? resource : pods };
  await mutateObject(target, name, (draft, pod) => assign(target, draft, pod, binding, node, now), options.dryRun);
  return success(server.registry, 201);
};

function targetOf({ target }: BindingView, name: string): string {
  const errors: FieldError[] = [];
  if (target?.kind && target.kind !== 'Node')
    errors.push(notSupported('target.kind', target.kind, ['Node', '<empty>'], goQuote));
  if (!target?.name) errors.push(required('target.name'));
  // Upstream forgets to wrap these and answers 500; a client's fault is 422 with us.
  if (errors.length > 0) throw newInvalid({ group: '', kind: 'Binding' }, name, errors);
  return target?.name ?? '';
}

function assign(
  context: RequestContext,
  draft: Draft<KubeObject>,
  current: KubeObject,
  binding: KubeObject,
  node: string,
  now: string,
): void {
  const { spec, metadata } = current as PodView;
  const name = metadata?.name ?? '';
  const refuse = (cause: string): never => {
    throw newConflict({ group: '', resource: 'pods/binding' }, name, cause);
  };
  const { uid, resourceVersion } = binding.metadata ?? {};
  const mistaken = (field: string, wanted: string, found: string | undefined): never => {
    const cause = `Precondition failed: ${field} in precondition: ${wanted}, ${field} in object meta: ${found}`;
    throw newConflict({ group: '', resource: 'pods' }, name, storageErrorText(context, name, cause));
  };
  if (uid && uid !== metadata?.uid) mistaken('UID', uid, metadata?.uid);
  if (resourceVersion && resourceVersion !== metadata?.resourceVersion) {
    mistaken('ResourceVersion', resourceVersion, metadata?.resourceVersion);
  }
  if (metadata?.deletionTimestamp) refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  if (spec?.nodeName) refuse(`pod ${name} is already assigned to node ${JSON.stringify(spec.nodeName)}`);
  if (spec?.schedulingGates?.length) refuse(`pod ${name} has non-empty .spec.schedulingGates`);
  const pod = draft as Draft<PodView>;
  pod.spec = { ...pod.spec, nodeName: node };
  if (pod.status) delete pod.status.nominatedNodeName;
  const { annotations, labels } = binding.metadata ?? {};
  if (annotations) pod.metadata = { ...pod.metadata, annotations: { ...pod.metadata?.annotations, ...annotations } };
  if (labels) pod.metadata = { ...pod.metadata, labels: { ...pod.metadata?.labels, ...labels } };
  setCondition(pod, { type: 'PodScheduled', status: 'True' }, now);
}
