/** /statusz: what runs here and since when (KEP-4827). */

import type { ApiRequest, ApiResponse } from '#api/request.ts';
import { formatTime } from '#api/time.ts';
import { version } from '../version.ts';
import { zpageAnswer } from './negotiate.ts';

export interface StatuszFacts {
  /** Unix time of the process's start. */
  readonly startedMs: number;
  readonly nowMs: number;
  /** As listed at /. */
  readonly paths: readonly string[];
}

/** Upstream names only what is looked at for debugging. */
const apiFolders: ReadonlySet<string> = new Set(['/api', '/apis', '/openapi', '/openid', '/.well-known']);

export function statusz(request: ApiRequest, { startedMs, nowMs, paths }: StatuszFacts): ApiResponse {
  const uptimeSeconds = Math.max(0, Math.floor((nowMs - startedMs) / 1000));
  const binaryVersion = version.gitVersion.slice(1).split('+')[0] ?? '';
  const emulationVersion = `${version.emulationMajor}.${version.emulationMinor}`;
  const folders = [...new Set(paths.map((path) => `/${path.split('/')[1] ?? ''}`))]
    .filter((folder) => folder !== '/' && !apiFolders.has(folder))
    .sort();
  return zpageAnswer(request, 'Statusz', {
    text: () =>
      [
        '',
        `Started: ${unixDate(startedMs)}`,
        `Up: ${uptime(uptimeSeconds)}`,
        `Go version: ${version.goVersion}`,
        `Binary version: ${binaryVersion}`,
        `Emulation version: ${emulationVersion}`,
        `Paths: ${folders.join(' ')}`,
        '',
      ].join('\n'),
    fields: () => ({
      startTime: formatTime(startedMs),
      uptimeSeconds,
      goVersion: version.goVersion,
      binaryVersion,
      emulationVersion,
      paths: folders,
    }),
  });
}

function uptime(seconds: number): string {
  const padded = (value: number) => String(value % 60).padStart(2, '0');
  return `${Math.floor(seconds / 3600)} hr ${padded(Math.floor(seconds / 60))} min ${padded(seconds)} sec`;
}

/** 'Sat Nov 21 15:23:53 UTC 2026' */
function unixDate(ms: number): string {
  const [day = '', date = '', month = '', year = '', time = ''] = new Date(ms)
    .toUTCString()
    .replace(',', '')
    .split(' ');
  return `${day} ${month} ${String(Number(date)).padStart(2)} ${time} UTC ${year}`;
}
