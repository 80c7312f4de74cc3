/** Creating and deleting the pods of a workload, with upstream's events on the workload (controller_utils RealPodControl). */

import { isNamespaceTerminating, isNotFound } from '#api/errors.ts';
import type { OwnerReference } from '#api/generated/meta-v1.ts';
import type { KubeObject } from '#api/object.ts';
import { messageOf } from '#base/errors.ts';
import type { Client } from '#client/client.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { Pod, PodTemplateSpec } from '#kinds/generated/core-v1.ts';
import type { EventRecorder, EventSubject } from '#runtime/event-recorder.ts';

export interface PodControl {
  readonly client: Client;
  readonly events: EventRecorder;
  /** The workload that the events are about. */
  readonly subject: EventSubject;
  readonly signal: AbortSignal;
}

/** The longest prefix that a generated suffix may follow with a dash in a DNS subdomain name. */
const longestName = 253;

/** A pod of the template, not created yet; the server appends five characters to its generateName. */
export function podFromTemplate(
  template: PodTemplateSpec | undefined,
  owner: KubeObject,
  controllerRef: OwnerReference,
): Pod {
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  const name = owner.metadata?.name ?? '';
  return {
    metadata: {
      namespace: owner.metadata?.namespace,
      generateName: name.length < longestName ? `${name}-` : name,
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
      ...(finalizers?.length ? { finalizers } : {}),
      ownerReferences: [controllerRef],
    },
    spec: template?.spec,
  };
}

/** Creates the pod. A namespace that is going away is not worth an event: nobody can act on it. */
export async function createPod(control: PodControl, pod: Pod): Promise<Pod> {
  const { client, events, subject, signal } = control;
  try {
    const created = await client.create(Pods, pod, { signal });
    events.record(subject, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata?.name}`);
    return created;
  } catch (error) {
    if (!isNamespaceTerminating(error) && !signal.aborted)
      events.record(subject, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`);
    throw error;
  }
}

/** Deletes the pod with its own grace period; one that is gone already is fine and answers undefined. */
export async function deletePod(control: PodControl, pod: Pod): Promise<KubeObject | undefined> {
  const { client, events, subject, signal } = control;
  const { namespace, name = '', uid } = pod.metadata ?? {};
  try {
    const deleted = await client.delete(
      Pods,
      { namespace, name },
      { preconditions: uid ? { uid } : undefined, signal },
    );
    events.record(subject, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
    return deleted;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    if (!signal.aborted) events.record(subject, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`);
    throw error;
  }
}
