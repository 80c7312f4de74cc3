/** The API server's options on the command line, for the commands that start one. */

import { Option } from 'commander';
import { allServerOptions, flagValues, type ServerFlags } from '#cluster/server-options.ts';

export function serverOptionsOf(): readonly Option[] {
  return allServerOptions.map(({ flag, value, description }) =>
    new Option(`--${flag} <${value}>`, description).argParser(append).helpGroup('Options of the API server:'),
  );
}

/** What was said of the API server's options; undefined for nothing. */
export function serverFlagsOf(flags: object): ServerFlags | undefined {
  const given: Record<string, readonly string[]> = {};
  for (const option of allServerOptions) {
    const typed: unknown = Reflect.get(flags, new Option(`--${option.flag}`).attributeName());
    if (Array.isArray(typed)) given[option.flag] = flagValues(option, typed);
  }
  return Object.keys(given).length === 0 ? undefined : given;
}

/** For commander: an option that may be repeated. */
export function append(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
