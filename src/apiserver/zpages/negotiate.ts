/**
 * Which representation of /statusz and /flagz a client wants (apiserver server/statusz, server/flagz): text, unless it names the object and its
 * version: `Accept: application/json;v=v1beta1;g=config.k8s.io;as=Statusz`.
 */

import { indentJson } from '#api/codec/json-encode.ts';
import { encodeYaml } from '#api/codec/yaml-encode.ts';
import { newNotAcceptable } from '#api/errors.ts';
import type { ApiRequest, ApiResponse, ResponseHeaders } from '#api/request.ts';
import { parseAccept } from '../wire/accept.ts';

const group = 'config.k8s.io';
const versions = ['v1alpha1', 'v1beta1'] as const;
const deprecatedVersion = 'v1alpha1';
const encoder = new TextEncoder();

export type ZPage = 'Statusz' | 'Flagz';

export interface ZPageContent {
  readonly text: () => string;
  /** Fields of the object beside kind, apiVersion and metadata. */
  readonly fields: () => Readonly<Record<string, unknown>>;
}

const component = 'apiserver';
const rule =
  'Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.';

/** Throws 406 in upstream's words. */
export function zpageAnswer({ headers }: ApiRequest, kind: ZPage, content: ZPageContent): ApiResponse {
  const chosen = choose(headers.accept, kind);
  if (!chosen) throw newNotAcceptable(['application/json', 'application/yaml', 'text/plain']);
  if (chosen.type === 'text') {
    return answer('text/plain; charset=utf-8', `\n${component} ${kind.toLowerCase()}\n${rule}\n${content.text()}`);
  }
  const { type, version } = chosen;
  const object = { kind, apiVersion: `${group}/${version}`, metadata: { name: component }, ...content.fields() };
  const json = JSON.stringify(object);
  const body = type === 'yaml' ? encodeYaml(object) : indentJson(json);
  return answer(
    `application/${type};g=${group};v=${version};as=${kind}`,
    body,
    version === deprecatedVersion
      ? {
          warning: `299 - "This version of the ${kind.toLowerCase()} endpoint is deprecated. Please use a newer version."`,
        }
      : {},
  );
}

type Chosen = { readonly type: 'text' } | { readonly type: 'json' | 'yaml'; readonly version: string };

function choose(accept: string | undefined, kind: ZPage): Chosen | undefined {
  if (!accept || accept.trim() === '') return { type: 'text' };
  for (const { type, parameters, quality } of parseAccept(accept)) {
    if (quality <= 0) continue;
    const { as, g, v = '' } = parameters;
    const isText = type === 'text/plain' || type === 'text/*' || type === '*/*';
    if (isText && as === undefined) return { type: 'text' };
    const structured = Object.hasOwn(structuredTypes, type) ? structuredTypes[type] : undefined;
    if (structured && as === kind && g === group && versions.some((version) => version === v)) {
      return { type: structured, version: v };
    }
  }
  return undefined;
}

const structuredTypes: Readonly<Record<string, 'json' | 'yaml'>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
};

function answer(contentType: string, body: string, headers: ResponseHeaders = {}): ApiResponse {
  return { type: 'bytes', status: 200, contentType, body: encoder.encode(body), headers };
}
