/** Rules of ServiceCIDRs: one CIDR of each IP family; the second may be added, nothing else changes. */

import type { HookContext } from '#api/definition.ts';
import { type FieldError, index, invalid, required } from '#api/field-error.ts';
import { immutableMessage } from '#api/field-rules.ts';
import { parsePrefix } from '#api/ip-address.ts';
import { checkCIDR } from '#api/ip-rules.ts';
import type { ServiceCIDR } from '#kinds/generated/networking-v1.ts';

const path = 'spec.cidrs';

export function validateServiceCIDR({ spec }: ServiceCIDR, _context: HookContext, old?: ServiceCIDR): FieldError[] {
  const errors: FieldError[] = [];
  if (!old) checkCIDRs(spec?.cidrs ?? [], errors);
  return errors;
}

function checkCIDRs(cidrs: readonly string[], errors: FieldError[]): void {
  if (cidrs.length === 0) {
    errors.push(required(path, 'at least one CIDR required'));
    return;
  }
  if (cidrs.length > 2) {
    // Upstream prints its internal type.
    errors.push(invalid(path, { CIDRs: cidrs }, 'may only hold up to 2 values'));
    return;
  }
  cidrs.forEach((cidr, position) => {
    checkCIDR(cidr, index(path, position), errors);
  });
  const [first, second] = cidrs.map((cidr) => parsePrefix(cidr)?.family);
  if (cidrs.length === 2 && first !== undefined && first === second) {
    const detail = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
    errors.push(invalid(path, cidrs, detail));
  }
}

export function validateServiceCIDRUpdate({ spec }: ServiceCIDR, old: ServiceCIDR): FieldError[] {
  const errors: FieldError[] = [];
  const cidrs = spec?.cidrs ?? [];
  const before = old.spec?.cidrs ?? [];
  const grows = before.length === 1 && cidrs.length === 2;
  if (!grows && before.length !== cidrs.length) return [invalid(path, cidrs, immutableMessage)];
  before.forEach((cidr, position) => {
    const now = cidrs[position] ?? '';
    if (now !== cidr) errors.push(invalid(index(path, position), now, immutableMessage));
  });
  if (grows) checkCIDRs(cidrs, errors);
  return errors;
}
