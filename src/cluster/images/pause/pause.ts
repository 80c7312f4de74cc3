/**
 * The pause image: one static program of some 500 bytes that holds a pod's namespaces and reaps its orphans. The bytes are
 * assembled from the sources beside this file, so that no compiler is needed on the machine; a test runs them.
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ImageArchitecture, imageArchitecture, writeImageArchive } from '../archive.ts';
import { tarOf } from '../layer.ts';

export const pauseReference = 'kubets.local/pause:1';

const programs: Readonly<Record<ImageArchitecture, string>> = {
  amd64:
    'f0VMRgIBAQAAAAAAAAAAAAIAPgABAAAAeABAAAAAAABAAAAAAAAAACgBAAAAAAAAAAAAAEAAOAABAEAAAwACAAEAAAAFAAAAeAAA' +
    'AAAAAAB4AEAAAAAAAHgAQAAAAAAAmAAAAAAAAACYAAAAAAAAAAgAAAAAAAAAvxEAAABIjTVMAAAA6CsAAAC/DwAAAEiNNVsAAADo' +
    'GgAAAL8CAAAASI01SgAAAOgJAAAAuCIAAAAPBev3MdJBuggAAAC4DQAAAA8FwzH/uDwAAAAPBQ8fAAEAAAAAAAAAAgAAAAAAAAAA' +
    'AAAAAAAAAAAAAAAAAAAAxABAAAAAAAAAAAAEAAAAAMQAQAAAAAAAAAAAAAAAAAAALnNoc3RydGFiAC50ZXh0AAAAAAAAAAAAAAAA' +
    'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACwAAAAEAAAAGAAAAAAAA' +
    'AHgAQAAAAAAAeAAAAAAAAACYAAAAAAAAAAAAAAAAAAAACAAAAAAAAAAAAAAAAAAAAAEAAAADAAAAAAAAAAAAAAAAAAAAAAAAABAB' +
    'AAAAAAAAEQAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAA=',
  arm64:
    'f0VMRgIBAQAAAAAAAAAAAAIAtwABAAAAeABAAAAAAABAAAAAAAAAADABAAAAAAAAAAAAAEAAOAABAEAAAwACAAEAAAAFAAAAeAAA' +
    'AAAAAAB4AEAAAAAAAHgAQAAAAAAAoAAAAAAAAACgAAAAAAAAAAgAAAAAAAAAIAKA0uECABAOAACU4AGA0oEDABALAACUQACA0iED' +
    'ABAIAACUAACA0gEAgNICAIDSAwCA0igJgNIBAADU+v//FwIAgNIDAYDSyBCA0gEAANTAA1/WAACA0qgLgNIBAADUAQAAAAAAAAAC' +
    'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAADMAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAuc2hzdHJ0YWIALnRleHQAAAAA' +
    'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAALAAAAAQAA' +
    'AAYAAAAAAAAAeABAAAAAAAB4AAAAAAAAAKAAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAAAAAAAAAAAAQAAAAMAAAAAAAAAAAAAAAAA' +
    'AAAAAAAAGAEAAAAAAAARAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAA==',
};

export function pauseProgram(architecture: ImageArchitecture): Uint8Array {
  return Buffer.from(programs[architecture], 'base64');
}

/** Path of an archive of the pause image below `directory`; writes it when it is not there. */
export async function pauseArchive(directory: string): Promise<string> {
  const architecture = imageArchitecture();
  const program = pauseProgram(architecture);
  const hash = createHash('sha256').update(program).digest('hex').slice(0, 12);
  const path = join(directory, `pause-${hash}.tar`);
  if (existsSync(path)) return path;
  mkdirSync(directory, { recursive: true });
  const layer = await tarOf([{ path: 'pause', mode: 0o755, content: program }]);
  await writeImageArchive(path, {
    references: [pauseReference],
    architecture,
    layers: [{ bytes: layer }],
    config: { Entrypoint: ['/pause'], User: '65535:65535' },
  });
  return path;
}
