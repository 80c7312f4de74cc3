/** Answers and failures as audit records hold them. */

import { isStatusError, newInternalError } from '#api/errors.ts';
import type { Status } from '#api/generated/meta-v1.ts';
import type { ApiResponse } from '#api/request.ts';
import { messageOf } from '#base/errors.ts';

const decoder = new TextDecoder();

/** The answer's object as JSON text; undefined for what is not an API object. */
export function responseJson(response: ApiResponse): string | undefined {
  switch (response.type) {
    case 'object':
      return decoder.decode(response.body.json()).trimEnd();
    case 'list': {
      const { kind, apiVersion, metadata } = response;
      const items = response.items.map((item) => decoder.decode(item.json()).trimEnd());
      const head = `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)}`;
      return `${head},"metadata":${JSON.stringify(metadata)},"items":[${items.join(',')}]}`;
    }
    default:
      return undefined;
  }
}

export function statusOfError(error: unknown): Status {
  return isStatusError(error) ? error.status : newInternalError(messageOf(error)).status;
}

interface WithMetadata {
  metadata?: { managedFields?: unknown };
  items?: WithMetadata[];
  rows?: { object?: WithMetadata }[];
}

/** Drops metadata.managedFields of an object, of the items of a list, of the objects in a table's rows. */
export function withoutManagedFields(json: string): string {
  const tree = JSON.parse(json) as WithMetadata;
  const objects = [tree, ...(tree.items ?? []), ...(tree.rows ?? []).flatMap(({ object }) => object ?? [])];
  for (const object of objects) delete object?.metadata?.managedFields;
  return JSON.stringify(tree);
}
