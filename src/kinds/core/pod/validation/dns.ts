/** Rules of names and name resolution in pods: dnsPolicy, dnsConfig, hostAliases, hostname. Bounds are those of libc's resolver. */

import { child, type FieldError, forbidden, index, invalid, required, tooLong } from '#api/field-error.ts';
import { checkFormat, checkWord } from '#api/field-rules.ts';
import { checkLegacyIP } from '#api/ip-rules.ts';
import { utf8Length } from '#api/label-rules.ts';
import { isDNS1123Subdomain, isDNS1123SubdomainWithUnderscore } from '#api/name-format.ts';
import type { HostAlias } from '#kinds/generated/core-v1.ts';
import type { SpecContext } from './rules.ts';

const policies: ReadonlySet<string> = new Set(['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']);
const maxNameservers = 3;
const maxSearchPaths = 32;
const maxSearchLength = 2048;
const maxHostname = 64;

export function checkDnsPolicy({ spec, errors }: SpecContext, path: string): void {
  checkWord(spec.dnsPolicy, policies, path, errors);
}

export function checkDnsConfig({ spec, errors }: SpecContext, path: string): void {
  const { dnsConfig, dnsPolicy } = spec;
  if (dnsPolicy === 'None') {
    if (!dnsConfig) {
      errors.push(required(path, 'must provide `dnsConfig` when `dnsPolicy` is None'));
      return;
    }
    if ((dnsConfig.nameservers ?? []).length === 0) {
      const detail = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
      errors.push(required(child(path, 'nameservers'), detail));
      return;
    }
  }
  if (!dnsConfig) return;
  const { nameservers = [], searches = [], options } = dnsConfig;
  if (nameservers.length > maxNameservers) {
    const detail = `must not have more than ${maxNameservers} nameservers`;
    errors.push(invalid(child(path, 'nameservers'), nameservers, detail));
  }
  nameservers.forEach((address, position) => {
    checkLegacyIP(address, index(child(path, 'nameservers'), position), errors);
  });
  const searchesPath = child(path, 'searches');
  if (searches.length > maxSearchPaths) {
    errors.push(invalid(searchesPath, searches, `must not have more than ${maxSearchPaths} search paths`));
  }
  if (utf8Length(searches.join(' ')) > maxSearchLength) {
    const detail = `must not have more than ${maxSearchLength} characters (including spaces) in the search list`;
    errors.push(invalid(searchesPath, searches, detail));
  }
  searches.forEach((search, position) => {
    if (search === '.') return;
    const plain = search.endsWith('.') ? search.slice(0, -1) : search;
    checkFormat(isDNS1123SubdomainWithUnderscore, plain, index(searchesPath, position), errors);
  });
  options?.forEach(({ name }, position) => {
    if (!name) errors.push(required(index(child(path, 'options'), position), 'must not be empty'));
  });
}

export function checkHostAliases(aliases: readonly HostAlias[] | undefined, path: string, errors: FieldError[]): void {
  aliases?.forEach(({ ip = '', hostnames }, position) => {
    const at = index(path, position);
    checkLegacyIP(ip, child(at, 'ip'), errors);
    hostnames?.forEach((name, namePosition) => {
      checkFormat(isDNS1123Subdomain, name, index(child(at, 'hostnames'), namePosition), errors);
    });
  });
}

export function checkHostnameOverride({ spec, errors }: SpecContext, specPath: string): void {
  const { hostnameOverride } = spec;
  if (hostnameOverride === undefined) return;
  const path = child(specPath, 'hostnameOverride');
  if (spec.setHostnameAsFQDN) {
    errors.push(forbidden(path, 'may not be specified when setHostnameAsFQDN is true'));
  }
  if (spec.hostNetwork) errors.push(forbidden(path, 'may not be specified when hostNetwork is true'));
  if (utf8Length(hostnameOverride) > maxHostname) errors.push(tooLong(path, maxHostname));
  checkFormat(isDNS1123Subdomain, hostnameOverride, path, errors);
}
