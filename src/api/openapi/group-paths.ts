/** Paths that belong to no resource: what groups, versions and resources there are, and the server's version. */

import type { SchemaRegistry } from '../schema/registry.ts';
import {
  type BodyType,
  groupVersionPath,
  type Operation,
  objectTypes,
  type PathItem,
  tagOf,
  upperFirst,
} from './operations.ts';

const plainTypes = objectTypes.filter((type) => !type.endsWith('cbor'));

/** A path with the tag that its operations carry. */
export interface TaggedPath {
  readonly item: PathItem;
  readonly tag: string;
}

function reading(path: string, id: string, body: BodyType, mediaTypes: readonly string[]): PathItem {
  const operation: Operation = {
    method: 'get',
    id,
    parameters: [],
    responses: { 200: body },
    mediaTypes,
    consumes: mediaTypes,
  };
  return { path, parameters: [], operations: [operation] };
}

/** '/apis/apps/v1/': the group version's resources. */
export function groupVersionItem(registry: SchemaRegistry, group: string, version: string): PathItem {
  const id = upperFirst(tagOf(group, version).replace('_v', 'V'));
  const body: BodyType = { type: 'struct', schema: registry.meta('APIResourceList') };
  return reading(`${groupVersionPath(group, version)}/`, `get${id}APIResources`, body, objectTypes);
}

/** '/api/', '/apis/', '/apis/apps/' ... and '/version/'. */
export function groupPaths(
  registry: SchemaRegistry,
  groupVersions: readonly { readonly group: string }[],
): readonly TaggedPath[] {
  const meta = (name: string): BodyType => ({ type: 'struct', schema: registry.meta(name) });
  const groups = [...new Set(groupVersions.map(({ group }) => group))].filter((group) => group !== '').sort();
  return [
    { item: reading('/api/', 'getCoreAPIVersions', meta('APIVersions'), plainTypes), tag: 'core' },
    { item: reading('/apis/', 'getAPIVersions', meta('APIGroupList'), plainTypes), tag: 'apis' },
    ...groups.map((group) => {
      const tag = tagOf(group, '').slice(0, -1);
      return { item: reading(`/apis/${group}/`, `get${upperFirst(tag)}APIGroup`, meta('APIGroup'), plainTypes), tag };
    }),
    { item: reading('/version/', 'getCodeVersion', versionInfo, ['application/json']), tag: 'version' },
  ];
}

const requiredInfo = [
  'major',
  'minor',
  'gitVersion',
  'gitCommit',
  'gitTreeState',
  'buildDate',
  'goVersion',
  'compiler',
  'platform',
];
const optionalInfo = ['emulationMajor', 'emulationMinor', 'minCompatibilityMajor', 'minCompatibilityMinor'];

/** apimachinery pkg/version Info, which is in no schema table: it is no API object. */
const versionInfo: BodyType = {
  type: 'untabled',
  package: 'k8s.io/apimachinery/pkg/version',
  name: 'Info',
  make: (version) => {
    const text = (name: string): [string, object] => [
      name,
      { type: 'string', ...(version === 3 && requiredInfo.includes(name) ? { default: '' } : {}) },
    ];
    return {
      type: 'object',
      properties: Object.fromEntries([...requiredInfo, ...optionalInfo].map(text)),
      required: requiredInfo,
    };
  },
};
