/** The scale subresource of whatever an autoscaler sizes, of built-in and custom kinds alike. */

import type { ResourceDefinition } from '#api/definition.ts';
import { isConflict } from '#api/errors.ts';
import type { Client } from '#client/client.ts';
import { objectPath } from '#client/paths.ts';
import type { Scale } from '#kinds/generated/autoscaling-v1.ts';
import type { CrossVersionObjectReference } from '#kinds/generated/autoscaling-v2.ts';
import type { ResourceDiscovery } from '../discovery/api-resources.ts';

/** Upstream's retry.DefaultRetry. */
const updateAttempts = 5;

/** How the API serves a kind. Throws with upstream's words when it does not. */
export async function resourceOf(
  { apiVersion = '', kind }: Pick<CrossVersionObjectReference, 'apiVersion' | 'kind'>,
  discovery: ResourceDiscovery,
): Promise<ResourceDefinition> {
  const parts = apiVersion.split('/');
  if (parts.length > 2) throw new Error(`unexpected GroupVersion string: ${apiVersion}`);
  const group = parts.length === 2 ? (parts[0] ?? '') : '';
  const { definitions } = await discovery.resources();
  const definition = definitions.find((candidate) => candidate.group === group && candidate.kind === kind);
  if (!definition) throw new Error(`no matches for kind ${JSON.stringify(kind)} in group ${JSON.stringify(group)}`);
  return definition;
}

export class ScaleTarget {
  private readonly client: Client;
  private readonly path: string;

  constructor(client: Client, definition: ResourceDefinition, namespace: string, name: string) {
    this.client = client;
    this.path = objectPath(definition, { namespace, name }, 'scale');
  }

  async read(signal: AbortSignal): Promise<Scale> {
    // The API answers a scale subresource with a Scale.
    return (await this.client.raw('GET', this.path, undefined, { signal })) as Scale;
  }

  /** The scale may have been written since it was read: its size is what counts, not what else changed. */
  async resize(scale: Scale, replicas: number, signal: AbortSignal): Promise<void> {
    let latest = scale;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.client.raw('PUT', this.path, { ...latest, spec: { ...latest.spec, replicas } }, { signal });
        return;
      } catch (error) {
        if (!isConflict(error) || attempt === updateAttempts) throw error;
        latest = await this.read(signal);
      }
    }
  }
}
