/**
 * Which resources the API serves, as definitions made at run time: what the namespace controller empties, the garbage collector
 * watches and quotas count, custom resources included.
 *
 * Discovery is asked once and again after CustomResourceDefinitions or APIServices change. The change can reach us a moment before
 * the server serves it, so a second look follows.
 */

import { defineResource, type ResourceDefinition, type Verb } from '#api/definition.ts';
import { isAborted } from '#base/abort.ts';
import type { Timer } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { Client } from '#client/client.ts';
import { CustomResourceDefinitions } from '#kinds/apiextensions/custom-resource-definition/definition.ts';
import { APIServices } from '#kinds/apiregistration/api-service/definition.ts';
import type { ControllerContext } from '#runtime/controller.ts';

export interface ApiResources {
  /** One entry per resource, in its group's preferred version. Without subresources. */
  readonly definitions: readonly ResourceDefinition[];
  /** Group versions that could not be asked, with the reason; empty when discovery is complete. */
  readonly failures: readonly string[];
}

interface ApiGroup {
  readonly preferredVersion?: { readonly groupVersion: string };
  readonly versions?: readonly { readonly groupVersion: string }[];
}

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
}

/** Asks discovery. Throws when the list of groups itself cannot be had. */
export async function discoverApiResources(client: Client, signal: AbortSignal): Promise<ApiResources> {
  const { groups = [] } = (await client.raw('GET', '/apis', undefined, { signal })) as { groups?: readonly ApiGroup[] };
  const groupVersions = ['v1'];
  for (const { preferredVersion, versions } of groups) {
    // The preferred version comes first; others add what only they serve.
    const names = [preferredVersion, ...(versions ?? [])].flatMap((version) => version?.groupVersion ?? []);
    groupVersions.push(...new Set(names));
  }
  const failures: string[] = [];
  const found = new Map<string, ResourceDefinition>();
  const answers = await Promise.all(
    groupVersions.map(async (groupVersion) => {
      const path = groupVersion.includes('/') ? `/apis/${groupVersion}` : `/api/${groupVersion}`;
      try {
        const answer = (await client.raw('GET', path, undefined, { signal })) as { resources?: readonly ApiResource[] };
        return { groupVersion, resources: answer.resources ?? [] };
      } catch (error) {
        if (signal.aborted || isAborted(error)) throw error;
        failures.push(`${groupVersion}: ${messageOf(error)}`);
        return { groupVersion, resources: [] };
      }
    }),
  );
  for (const { groupVersion, resources } of answers) {
    const slash = groupVersion.indexOf('/');
    const group = slash < 0 ? '' : groupVersion.slice(0, slash);
    for (const { name, kind, namespaced, verbs } of resources) {
      const key = `${group}/${name}`;
      if (name.includes('/') || found.has(key)) continue;
      const scope = namespaced ? 'Namespaced' : 'Cluster';
      const definition = { group, version: groupVersion.slice(slash + 1), kind, plural: name, scope, verbs } as const;
      found.set(key, defineResource(definition));
    }
  }
  return { definitions: [...found.values()], failures };
}

const secondLookMs = 2000;

/** The current answer of discovery, kept until what it depends on changes. */
export class ResourceDiscovery {
  private readonly context: ControllerContext;
  private readonly changed: () => void;
  private known: Promise<ApiResources> | undefined;
  private secondLook: Timer | undefined;

  /** `changed` is called when the answer may have become another one. */
  constructor(context: ControllerContext, changed: () => void = () => {}) {
    this.context = context;
    this.changed = changed;
    const { informers, signal } = context;
    for (const definition of [CustomResourceDefinitions, APIServices]) {
      const invalidate = () => this.invalidate();
      informers.of<object>(definition as ResourceDefinition<object>).addHandler({
        onAdd: invalidate,
        onUpdate: invalidate,
        onDelete: invalidate,
      });
    }
    signal.addEventListener('abort', () => this.secondLook?.cancel(), { once: true });
  }

  /** A failed or incomplete answer is not kept. */
  async resources(): Promise<ApiResources> {
    this.known ??= discoverApiResources(this.context.client, this.context.signal);
    const asked = this.known;
    try {
      const answer = await asked;
      if (answer.failures.length > 0 && this.known === asked) this.known = undefined;
      return answer;
    } catch (error) {
      if (this.known === asked) this.known = undefined;
      throw error;
    }
  }

  private invalidate(): void {
    this.known = undefined;
    this.changed();
    this.secondLook?.cancel();
    this.secondLook = this.context.env.clock.after(secondLookMs, () => {
      this.known = undefined;
      this.changed();
    });
  }
}
