/**
 * Service allocation: cluster IPs and node ports, claimed inside the write of a service.
 *
 * What is taken is derived from the services themselves (the watch cache tells of every change), so there is no second record
 * that could disagree after a crash, and nothing to repair; what is being written is claimed on top of it.
 *
 * A claim ends with its write: at once when that was refused, else when the cache is as new as the write. Then either a service has the number,
 * or it is gone again: with a service that was deleted at once, or in changes that nobody told because the feed had lost its position.
 */

import { newInternalError, newInvalid } from '#api/errors.ts';
import { type FieldError, invalid } from '#api/field-error.ts';
import { type IPFamily, parsePrefix } from '#api/ip-address.ts';
import type { KubeObject } from '#api/object.ts';
import type { Draft } from '#base/edit.ts';
import type { Random } from '#base/env.ts';
import { assert } from '#base/errors.ts';
import type { Store } from '#store/store.ts';
import type { Change } from '../cache/change.ts';
import type { WatchCache } from '../cache/watch-cache.ts';
import type { Finish, WriteHooks } from '../write-hooks.ts';
import { settleIPFamilies } from './ip-families.ts';
import { IPRange } from './ip-range.ts';
import { Range, staticBandOf } from './range.ts';
import {
  addressesOf,
  headless,
  needsClusterIP,
  needsHealthCheckPort,
  needsNodePort,
  nodePortsOf,
  type ServicePortView,
  type ServiceSpecView,
  specOf,
} from './service-view.ts';

export interface ServiceAllocationConfig {
  /** One prefix, or two of different families; the first is the default family. */
  readonly serviceCidrs: readonly string[];
  /** First and last port. */
  readonly nodePorts: { readonly first: number; readonly last: number };
  readonly random: Random;
  /** Asked for late: the server that has the cache is made with these hooks. */
  readonly services: () => WatchCache;
  readonly store: Pick<Store, 'revision'>;
}

const serviceKind = { group: '', kind: 'Service' };

/** Claims of one write, and who holds them. */
interface Claims {
  readonly ips: string[];
  readonly ports: number[];
}

export class ServiceAllocation implements WriteHooks {
  private readonly config: ServiceAllocationConfig;
  private readonly ranges = new Map<IPFamily, IPRange>();
  private readonly defaultFamily: IPFamily;
  private readonly ports: Range;
  private following = false;
  /** Of writes that happened, or may have, and that the cache may not know yet. */
  private settling: Claims[] = [];
  private settlement: Promise<void> | undefined;

  constructor(config: ServiceAllocationConfig) {
    this.config = config;
    const { serviceCidrs, nodePorts, random } = config;
    for (const cidr of serviceCidrs) {
      const prefix = parsePrefix(cidr);
      assert(prefix, `service range ${cidr} is no prefix`);
      assert(!this.ranges.has(prefix.family), 'two service ranges of one IP family');
      this.ranges.set(prefix.family, new IPRange(prefix, random));
    }
    const [first] = this.ranges.keys();
    assert(first, 'no service range');
    this.defaultFamily = first;
    const size = nodePorts.last - nodePorts.first + 1;
    this.ports = new Range({ size, staticBand: staticBandOf(size, 32, 16, 128), random });
  }

  ready(): Promise<void> | undefined {
    if (this.following) return undefined;
    const cache = this.config.services();
    const loading = cache.ensureLoaded();
    if (loading) return loading.then(() => this.follow(cache));
    this.follow(cache);
    return undefined;
  }

  beforeWrite(draft: Draft<KubeObject>, old: KubeObject | undefined, dryRun: boolean): Finish | undefined {
    const spec = specOf(draft as KubeObject);
    if (!spec) return undefined;
    const before = specOf(old);
    const name = draft.metadata?.name ?? '';
    if (before) keepAllocated(spec, before);
    normalizeClusterIPs(spec, before);
    refuse(
      name,
      settleIPFamilies(spec, before, { defaultFamily: this.defaultFamily, families: new Set(this.ranges.keys()) }),
    );
    this.settleAll();
    const claims: Claims = { ips: [], ports: [] };
    try {
      this.claimAddresses(spec, before, name, claims);
      this.claimPorts(spec, before, name, claims);
    } catch (error) {
      this.giveBack(claims);
      throw error;
    }
    if (claims.ips.length === 0 && claims.ports.length === 0) return undefined;
    return (fate) => {
      if (fate === 'refused' || dryRun) this.giveBack(claims);
      else this.settle(claims);
    };
  }

  /** Whether a service that the cache knows has the address or node port. */
  isUsed(number: string): boolean {
    if (isPort(number)) return this.ports.isUsed(Number(number) - this.config.nodePorts.first);
    return [...this.ranges.values()].some((range) => range.isUsed(number));
  }

  /** Nobody here gets the address or node port until the answer is called. */
  hold(number: string): () => void {
    const holder = {};
    if (!isPort(number)) {
      const held = [...this.ranges.values()].find((range) => range.claim(number, holder) === 'claimed');
      return () => held?.endClaim(number, holder);
    }
    const offset = Number(number) - this.config.nodePorts.first;
    this.ports.claim(offset, holder);
    return () => this.ports.endClaim(offset, holder);
  }

  /** Resolves when no claim waits for the cache any more. */
  get settled(): Promise<void> | undefined {
    return this.settlement;
  }

  private follow(cache: WatchCache): void {
    if (this.following) return;
    this.following = true;
    for (const { object } of cache.range('', '')) this.use(specOf(object));
    cache.subscribe((change: Change) => {
      const [previous, current] = [specOf(change.previous?.object), specOf(change.current?.object)];
      // Use before release: an unchanged number is never free in between.
      this.use(current);
      this.release(previous);
    });
  }

  private use(spec: ServiceSpecView | undefined): void {
    for (const ip of addressesOf(spec)) for (const range of this.ranges.values()) range.use(ip);
    for (const port of nodePortsOf(spec)) this.ports.use(port - this.config.nodePorts.first);
  }

  private release(spec: ServiceSpecView | undefined): void {
    for (const ip of addressesOf(spec)) for (const range of this.ranges.values()) range.release(ip);
    for (const port of nodePortsOf(spec)) this.ports.release(port - this.config.nodePorts.first);
  }

  private giveBack(claims: Claims): void {
    for (const ip of claims.ips) for (const range of this.ranges.values()) range.endClaim(ip, claims);
    for (const port of claims.ports) this.ports.endClaim(port - this.config.nodePorts.first, claims);
  }

  private settle(claims: Claims): void {
    this.settling.push(claims);
    this.settleAll();
  }

  /** Writes that end while it asks the store are asked for together; of a store that does not answer, the next write asks again. */
  private settleAll(): void {
    if (this.settling.length === 0) return;
    this.settlement ??= this.whenSettled().finally(() => {
      this.settlement = undefined;
    });
  }

  /** Never rejects. */
  private async whenSettled(): Promise<void> {
    const { services, store } = this.config;
    while (this.settling.length > 0) {
      const ended = this.settling;
      this.settling = [];
      try {
        await services().waitFor(await store.revision());
        for (const claims of ended) this.giveBack(claims);
      } catch {
        this.settling.push(...ended);
        return;
      }
    }
  }

  private claimAddresses(
    spec: ServiceSpecView,
    before: ServiceSpecView | undefined,
    name: string,
    claims: Claims,
  ): void {
    if (!needsClusterIP(spec)) {
      // A service that became ExternalName gives its addresses up.
      if (before && needsClusterIP(before)) {
        delete spec.clusterIP;
        delete spec.clusterIPs;
        delete spec.ipFamilies;
        delete spec.ipFamilyPolicy;
      }
      return;
    }
    if (spec.clusterIP === headless) {
      spec.clusterIPs = [headless];
      return;
    }
    const stored = before && needsClusterIP(before) ? (before.clusterIPs ?? []) : [];
    const wanted = spec.clusterIPs ?? [];
    const addresses = (spec.ipFamilies ?? []).map((family, index) => {
      const ip = wanted[index] ?? '';
      // What replaces a stored one is refused by the service's own rules.
      if (ip !== '' && (stored.includes(ip) || stored[index] !== undefined)) return ip;
      return this.claimAddress(family, ip, wanted, name, claims);
    });
    spec.clusterIPs = addresses;
    spec.clusterIP = addresses[0] ?? '';
  }

  private claimAddress(family: IPFamily, ip: string, wanted: readonly string[], name: string, claims: Claims): string {
    const range = this.ranges.get(family);
    assert(range, `no service range of ${family}`);
    if (ip === '') {
      const next = range.claimNext(claims);
      if (next === undefined)
        throw newInternalError(`failed to allocate a serviceIP for Service "${name}": range is full`);
      claims.ips.push(next);
      return next;
    }
    const claimed = range.claim(ip, claims);
    if (claimed !== 'claimed')
      refuse(name, [invalid('spec.clusterIPs', wanted, `failed to allocate IP ${ip}: ${claimed}`)]);
    claims.ips.push(ip);
    return ip;
  }

  private claimPorts(spec: ServiceSpecView, before: ServiceSpecView | undefined, name: string, claims: Claims): void {
    const own = new Set(nodePortsOf(before));
    const mine = new Set<number>();
    const take = (port: number, field: string): void => {
      if (own.has(port) || mine.has(port)) return;
      const { first, last } = this.config.nodePorts;
      if (!this.ports.contains(port - first)) {
        const detail = `provided port is not in the valid range. The range of valid ports is ${first}-${last}`;
        refuse(name, [invalid(field, port, detail)]);
      }
      if (!this.ports.claim(port - first, claims))
        refuse(name, [invalid(field, port, 'provided port is already allocated')]);
      claims.ports.push(port);
      mine.add(port);
    };
    const next = (what: string): number => {
      const offset = this.ports.claimNext(claims);
      if (offset === undefined) throw newInternalError(`failed to allocate a ${what}: range is full`);
      const port = offset + this.config.nodePorts.first;
      claims.ports.push(port);
      mine.add(port);
      return port;
    };
    if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') this.claimNodePorts(spec, take, next);
    else if (before && (before.type === 'NodePort' || before.type === 'LoadBalancer')) dropNodePorts(spec, before);
    if (needsHealthCheckPort(spec)) {
      if (spec.healthCheckNodePort) take(spec.healthCheckNodePort, 'spec.healthCheckNodePort');
      else spec.healthCheckNodePort = next('HealthCheck NodePort');
    } else if (before && needsHealthCheckPort(before)) delete spec.healthCheckNodePort;
  }

  private claimNodePorts(
    spec: ServiceSpecView,
    take: (port: number, field: string) => void,
    next: (what: string) => number,
  ): void {
    const ports = spec.ports ?? [];
    // One port number over several protocols gets one node port.
    const byPort = new Map<number, number>();
    for (const [index, port] of ports.entries()) {
      if (port.nodePort) {
        take(port.nodePort, `spec.ports[${index}].nodePort`);
        if (!byPort.has(port.port)) byPort.set(port.port, port.nodePort);
      }
    }
    if (!needsNodePort(spec)) return;
    for (const port of ports) {
      if (port.nodePort) continue;
      port.nodePort = byPort.get(port.port) ?? next('nodePort');
      byPort.set(port.port, port.nodePort);
    }
  }
}

function isPort(number: string): boolean {
  return /^\d+$/.test(number);
}

function refuse(name: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw newInvalid(serviceKind, name, errors);
}

/** What an update leaves out stays as it was allocated, so that clients can PUT what they once created. */
function keepAllocated(spec: ServiceSpecView, before: ServiceSpecView): void {
  if (needsClusterIP(before) && needsClusterIP(spec)) {
    if (!spec.clusterIP && before.clusterIP) spec.clusterIP = before.clusterIP;
    if (!spec.clusterIPs?.length && before.clusterIPs?.length) spec.clusterIPs = [...before.clusterIPs];
  }
  const wasOpen = before.type === 'NodePort' || before.type === 'LoadBalancer';
  if (wasOpen && needsNodePort(spec)) {
    const kept = new Set(nodePortsOf(spec));
    const byName = new Map((before.ports ?? []).map((port) => [port.name ?? '', port.nodePort]));
    for (const port of spec.ports ?? []) {
      const known = byName.get(port.name ?? '');
      if (!port.nodePort && known && !kept.has(known)) port.nodePort = known;
    }
  }
  if (needsHealthCheckPort(before) && needsHealthCheckPort(spec))
    spec.healthCheckNodePort ||= before.healthCheckNodePort;
}

/** Old clients know only clusterIP; what they write there counts for clusterIPs (KEP-563). */
function normalizeClusterIPs(spec: ServiceSpecView, before: ServiceSpecView | undefined): void {
  const { clusterIP = '' } = spec;
  if (!before) {
    if (clusterIP !== '' && !spec.clusterIPs?.length) spec.clusterIPs = [clusterIP];
    return;
  }
  const sameList = (before.clusterIPs ?? []).join() === (spec.clusterIPs ?? []).join();
  if (clusterIP === (before.clusterIP ?? '')) return;
  if (clusterIP === '') {
    if (sameList) delete spec.clusterIPs;
  } else if (sameList || !spec.clusterIPs?.length) spec.clusterIPs = [clusterIP];
}

/** A service that is no longer open outside loses the node ports that it had been given. */
function dropNodePorts(spec: ServiceSpecView, before: ServiceSpecView): void {
  const had = new Set((before.ports ?? []).map(({ nodePort }: ServicePortView) => nodePort));
  for (const port of spec.ports ?? []) if (port.nodePort && had.has(port.nodePort)) delete port.nodePort;
}
