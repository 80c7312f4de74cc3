/** The static token file (--token-auth-file): lines of token, user name, user uid and, optionally, groups in one quoted column. */

import { ConfigurationError } from '#api/configuration.ts';
import type { UserInfo } from '#api/request.ts';

/** Users by token. Throws ConfigurationError. */
export function parseTokenFile(text: string, path: string): ReadonlyMap<string, UserInfo> {
  const users = new Map<string, UserInfo>();
  for (const record of parseCsv(text, path)) {
    if (record.length < 3) {
      throw new ConfigurationError(
        `token file '${path}' must have at least 3 columns (token, user name, user uid), found ${record.length}`,
      );
    }
    const [token = '', username = '', uid = '', groups] = record;
    if (token === '') continue;
    users.set(token, { username, ...(uid === '' ? {} : { uid }), groups: groups ? groups.split(',') : [] });
  }
  return users;
}

/** RFC 4180, with blank lines left out; quotes may hold commas, line breaks and doubled quotes. */
function parseCsv(text: string, path: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let position = 0;
  while (position < text.length) {
    let field = '';
    if (text[position] === '"') {
      position++;
      for (;;) {
        const quote = text.indexOf('"', position);
        if (quote < 0) throw new ConfigurationError(`token file '${path}': extraneous or missing " in quoted-field`);
        field += text.slice(position, quote);
        position = quote + 1;
        if (text[position] !== '"') break;
        field += '"';
        position++;
      }
    } else {
      const end = text.slice(position).search(/[,\r\n]/);
      field = end < 0 ? text.slice(position) : text.slice(position, position + end);
      position += field.length;
      if (field.includes('"')) throw new ConfigurationError(`token file '${path}': bare " in non-quoted-field`);
    }
    record.push(field);
    if (text[position] === ',') {
      position++;
      if (position === text.length) record.push('');
      continue;
    }
    while (text[position] === '\r' || text[position] === '\n') position++;
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [];
  }
  if (record.length > 0) records.push(record);
  return records;
}
