/**
 * Services as nftables data. Pure: from frontends to the elements of a few maps and sets, and from two states to the commands
 * that lead from one to the other.
 *
 * Problem: a chain per service and endpoint makes the kernel validate every jump at each commit: 10,000 services take 36 s to
 * load and 140 ms to change one. Idea: one rule per *number of endpoints*, `numgen random mod N` being part of the key of
 * the map `endpoints-N`, so that services are elements only: 0.27 s and 4 ms (measured; docs/proxy.md).
 *
 *   dispatch:  address . protocol . port . (random mod N)  -> endpoint address . endpoint port
 *
 * Only services with session affinity need chains, since the choice has to be written down per client.
 *
 * Invariants
 * 1. The state is a function of the frontends; `changeScript(a, b)` applied to `a` gives exactly `fullScript(b)`.
 * 2. A script is one transaction: the kernel takes all of it or nothing.
 * 3. A service that has endpoints before and after a change has some at every moment of it, for packets on their way through the rules too
 *    (`changeSteps`): a packet reads the rules of one generation, but each lookup in a map reads the map of its own moment.
 */

import { type Frontend, familyOf, type ServiceMap } from '../service-map.ts';

export interface TableConfig {
  readonly table: string;
  /** Pods of this node and of all nodes, CIDR: sources inside are known to route back. */
  readonly clusterCIDR: string;
  /** Serve node ports on 127.0.0.1 too. */
  readonly localhostNodePorts: boolean;
  /** The bit of the packet mark that asks for masquerading; 0x4000 as upstream's default. */
  readonly masqueradeMark: number;
}

export interface Desired {
  readonly elements: Map<string, Map<string, string>>;
  /** Chains of services with session affinity: name -> rules. Their sets of clients are named like them. */
  readonly chains: Map<string, readonly string[]>;
  /** Sets of clients that affinity chains use: name -> timeout in seconds. */
  readonly clientSets: Map<string, number>;
}

const addressMap = (count: number) => `endpoints-${count}`;
const nodePortMap = (count: number) => `node-port-endpoints-${count}`;

/** Names and types of the sets and maps that are always there. */
const fixedSets: readonly (readonly [name: string, declaration: string])[] = [
  ['cluster-ips', 'set cluster-ips { type ipv4_addr; }'],
  ['masquerade-always', 'set masquerade-always { type ipv4_addr . inet_proto . inet_service; }'],
  ['masquerade-off-cluster', 'set masquerade-off-cluster { type ipv4_addr . inet_proto . inet_service; }'],
  ['masquerade-node-ports', 'set masquerade-node-ports { type inet_proto . inet_service; }'],
  ['empty', 'map empty { type ipv4_addr . inet_proto . inet_service : verdict; }'],
  ['empty-node-ports', 'map empty-node-ports { type inet_proto . inet_service : verdict; }'],
  ['hairpin', 'set hairpin { type ipv4_addr . ipv4_addr; }'],
  ['affinity', 'map affinity { type ipv4_addr . inet_proto . inet_service : verdict; }'],
  ['affinity-node-ports', 'map affinity-node-ports { type inet_proto . inet_service : verdict; }'],
];

export function desiredState(services: ServiceMap): Desired {
  const elements = new Map<string, Map<string, string>>(fixedSets.map(([name]) => [name, new Map()]));
  const chains = new Map<string, readonly string[]>();
  const clientSets = new Map<string, number>();
  const put = (set: string, key: string, value = '') => {
    const found = elements.get(set);
    if (found) found.set(key, value);
    else elements.set(set, new Map([[key, value]]));
  };
  for (const ip of services.clusterIPs) put('cluster-ips', ip);
  for (const frontend of services.frontends.values()) {
    const { match, protocol, backends } = frontend;
    const onNode = match.type === 'node-port';
    if (match.type === 'address' && familyOf(match.ip) !== 'IPv4') continue;
    const key = onNode ? `${protocol} . ${match.port}` : `${match.ip} . ${protocol} . ${match.port}`;
    if (backends.length === 0) {
      const verdict = frontend.whenEmpty === 'drop' ? 'drop' : 'goto refuse';
      put(onNode ? 'empty-node-ports' : 'empty', key, verdict);
      continue;
    }
    if (frontend.masquerade === 'always') put(onNode ? 'masquerade-node-ports' : 'masquerade-always', key);
    if (frontend.masquerade === 'off-cluster') put('masquerade-off-cluster', key);
    for (const { ip } of backends) put('hairpin', `${ip} . ${ip}`);
    if (frontend.affinitySeconds > 0) {
      const chain = affinityChain(frontend, chains, clientSets);
      put(onNode ? 'affinity-node-ports' : 'affinity', key, `goto ${chain}`);
      continue;
    }
    const map = onNode ? nodePortMap(backends.length) : addressMap(backends.length);
    backends.forEach(({ ip, port }, index) => {
      put(map, `${key} . ${index}`, `${ip} . ${port}`);
    });
  }
  return { elements, chains, clientSets };
}

/** Adds the chains of a frontend with affinity and returns the name of the first. */
function affinityChain(
  frontend: Frontend,
  chains: Map<string, readonly string[]>,
  clientSets: Map<string, number>,
): string {
  const { match, protocol, backends, affinitySeconds } = frontend;
  const name = `affinity-${match.type === 'address' ? match.ip : 'node-port'}-${protocol}-${match.port}`;
  const rules: string[] = [];
  const choices: string[] = [];
  backends.forEach(({ ip, port }, index) => {
    const endpoint = `${name}-${ip}-${port}`;
    const clients = `${endpoint}-clients`;
    clientSets.set(clients, affinitySeconds);
    rules.push(`ip saddr @${clients} goto ${endpoint}`);
    choices.push(`${index} : goto ${endpoint}`);
    chains.set(endpoint, [`update @${clients} { ip saddr }`, `meta l4proto ${protocol} dnat to ${ip}:${port}`]);
  });
  rules.push(`numgen random mod ${backends.length} vmap { ${choices.join(', ')} }`);
  chains.set(name, rules);
  return name;
}

/** Replaces the whole table in one transaction. */
export function fullScript(desired: Desired, config: TableConfig): string {
  const lines = [`table ip ${config.table}`, `delete table ip ${config.table}`, `table ip ${config.table} {`];
  for (const [, declaration] of fixedSets) lines.push(`  ${declaration}`);
  for (const name of dispatchMaps(desired)) lines.push(`  ${dispatchDeclaration(name)}`);
  for (const [name, seconds] of desired.clientSets) lines.push(`  ${clientSetDeclaration(name, seconds)}`);
  lines.push('  chain refuse { meta l4proto tcp reject with tcp reset; reject with icmp port-unreachable; }');
  // Chains may name each other in any order: all are declared empty before the first rule.
  for (const name of desired.chains.keys()) lines.push(`  chain ${name} { }`);
  lines.push(...baseChains(config), '}');
  lines.push(...chainRules(desired.chains, config), ...dispatchRules(dispatchMaps(desired), config));
  for (const [set, elements] of desired.elements)
    lines.push(...elementCommands('add', config.table, set, [...elements]));
  return `${lines.join('\n')}\n`;
}

/**
 * The transactions that lead from one state to the other, in order; none when they are equal. What is new comes before what is old goes: with
 * both in one, a packet that has passed the rule of the new map and comes to that of the old one as the kernel commits would find its service
 * in neither, and its connection would be refused.
 */
export function changeSteps(from: Desired, to: Desired, config: TableConfig): string[] {
  const both: Desired = {
    elements: new Map(
      [...new Set([...from.elements.keys(), ...to.elements.keys()])].map((set) => [
        set,
        new Map([...(from.elements.get(set) ?? []), ...(to.elements.get(set) ?? [])]),
      ]),
    ),
    chains: new Map([...from.chains, ...to.chains]),
    clientSets: new Map([...from.clientSets, ...to.clientSets]),
  };
  return [changeScript(from, both, config), changeScript(both, to, config)].filter((script) => script !== '');
}

/** The commands that lead from one state to the other in one transaction; '' when they are equal. */
export function changeScript(from: Desired, to: Desired, config: TableConfig): string {
  const { table } = config;
  const added: string[] = [];
  const removed: string[] = [];
  const oldMaps = new Set(dispatchMaps(from));
  const newMaps = new Set(dispatchMaps(to));
  const mapsGone = [...oldMaps].some((name) => !newMaps.has(name));
  for (const name of newMaps) if (!oldMaps.has(name)) added.push(declare(table, dispatchDeclaration(name)));
  for (const [name, seconds] of to.clientSets) {
    if (!from.clientSets.has(name)) added.push(declare(table, clientSetDeclaration(name, seconds)));
  }
  const changedChains = new Map([...to.chains].filter(([name, rules]) => !sameRules(from.chains.get(name), rules)));
  for (const name of changedChains.keys())
    added.push(`add chain ip ${table} ${name}`, `flush chain ip ${table} ${name}`);
  added.push(...chainRules(changedChains, config));
  for (const set of new Set([...from.elements.keys(), ...to.elements.keys()])) {
    const before = from.elements.get(set);
    const after = to.elements.get(set);
    const gone: [string, string][] = [];
    const fresh: [string, string][] = [];
    for (const [key, value] of before ?? []) if (after?.get(key) !== value) gone.push([key, value]);
    for (const [key, value] of after ?? []) if (before?.get(key) !== value) fresh.push([key, value]);
    // Old elements go first: a key that stays with another value would be taken for a duplicate.
    removed.push(...elementCommands('delete', table, set, gone));
    added.push(...elementCommands('add', table, set, fresh));
  }
  if (mapsGone) {
    added.push(
      `flush chain ip ${table} dispatch`,
      `flush chain ip ${table} dispatch-node-ports`,
      ...dispatchRules([...newMaps], config),
    );
  } else {
    added.push(
      ...dispatchRules(
        [...newMaps].filter((name) => !oldMaps.has(name)),
        config,
      ),
    );
  }
  const cleanup: string[] = [];
  for (const name of oldMaps) if (!newMaps.has(name)) cleanup.push(`delete map ip ${table} ${name}`);
  const goneChains = [...from.chains.keys()].filter((name) => !to.chains.has(name));
  for (const name of goneChains) cleanup.push(`flush chain ip ${table} ${name}`);
  for (const name of goneChains) cleanup.push(`delete chain ip ${table} ${name}`);
  for (const name of from.clientSets.keys())
    if (!to.clientSets.has(name)) cleanup.push(`delete set ip ${table} ${name}`);
  const all = [...removed, ...added, ...cleanup];
  return all.length === 0 ? '' : `${all.join('\n')}\n`;
}

function baseChains({ clusterCIDR, localhostNodePorts, masqueradeMark }: TableConfig): string[] {
  const mark = `0x${masqueradeMark.toString(16)}`;
  const setMark = `meta mark set meta mark or ${mark}`;
  const key = 'ip daddr . meta l4proto . th dport';
  const nodePort = `fib daddr type local ${localhostNodePorts ? '' : 'ip daddr != 127.0.0.0/8 '}`;
  return [
    '  chain dispatch { }',
    '  chain dispatch-node-ports { }',
    '  chain services {',
    `    ${key} @masquerade-always ${setMark}`,
    `    ip saddr != ${clusterCIDR} ${key} @masquerade-off-cluster ${setMark}`,
    `    ${key} vmap @affinity`,
    '    jump dispatch',
    `    ${nodePort}jump node-ports`,
    '  }',
    '  chain node-ports {',
    `    meta l4proto . th dport @masquerade-node-ports ${setMark}`,
    '    meta l4proto . th dport vmap @affinity-node-ports',
    '    goto dispatch-node-ports',
    '  }',
    '  chain prerouting { type nat hook prerouting priority dstnat; policy accept; jump services; }',
    '  chain output { type nat hook output priority -100; policy accept; jump services; }',
    '  chain postrouting {',
    '    type nat hook postrouting priority srcnat; policy accept;',
    `    meta mark & ${mark} == ${mark} meta mark set meta mark xor ${mark} masquerade fully-random`,
    '    ct status dnat ip saddr . ip daddr @hairpin masquerade fully-random',
    '  }',
    // Refusals sit in filter hooks: nat chains only see a connection's first packet, and cannot reject.
    '  chain refusals {',
    `    ${key} vmap @empty`,
    '    ip daddr @cluster-ips goto refuse',
    '  }',
    '  chain refusals-node-ports { meta l4proto . th dport vmap @empty-node-ports; }',
    '  chain filter-forward { type filter hook forward priority -110; policy accept; ct state new jump refusals; }',
    '  chain filter-output {',
    // After the translation (-100), which gives the addresses of endpoints to what was for a cluster IP.
    '    type filter hook output priority -90; policy accept;',
    '    ct state new jump refusals',
    '    ct state new fib daddr type local jump refusals-node-ports',
    '  }',
    '  chain filter-input {',
    '    type filter hook input priority -110; policy accept;',
    '    ct state new jump refusals',
    '    ct state new fib daddr type local jump refusals-node-ports',
    '  }',
    // With route_localnet a neighbour could reach 127.0.0.1 (CVE-2020-8558): what comes from a wire may not.
    ...(localhostNodePorts
      ? ['  chain guard-localhost { type filter hook prerouting priority raw; iif != "lo" ip daddr 127.0.0.0/8 drop; }']
      : []),
  ];
}

/** One rule per number of endpoints that occurs. */
function dispatchRules(maps: readonly string[], { table }: TableConfig): string[] {
  return maps.map((name) => {
    const count = Number(name.slice(name.lastIndexOf('-') + 1));
    const random = `numgen random mod ${count}`;
    return name.startsWith('node-port')
      ? `add rule ip ${table} dispatch-node-ports dnat ip to meta l4proto . th dport . ${random} map @${name}`
      : `add rule ip ${table} dispatch dnat ip to ip daddr . meta l4proto . th dport . ${random} map @${name}`;
  });
}

function dispatchMaps(desired: Desired): string[] {
  const names: string[] = [];
  for (const name of desired.elements.keys()) if (name.includes('endpoints-')) names.push(name);
  return names.sort();
}

/**
 * `to` with the dispatch maps of `from` that it has no use for, empty: an empty map costs nothing, while taking it away means
 * writing the rules of the others again, which nft 1.0.6 (Debian 12) cannot: it does not understand the types of a map that
 * it reads back from the kernel ("conflicting protocols specified: ip vs. th").
 */
export function keepingMaps(from: Desired, to: Desired): Desired {
  const elements = new Map(to.elements);
  for (const name of dispatchMaps(from)) if (!elements.has(name)) elements.set(name, new Map());
  return { ...to, elements };
}

function dispatchDeclaration(name: string): string {
  const key = name.startsWith('node-port')
    ? 'meta l4proto . th dport . numgen random mod 2'
    : 'ip daddr . meta l4proto . th dport . numgen random mod 2';
  return `map ${name} { typeof ${key} : ip daddr . th dport; }`;
}

function clientSetDeclaration(name: string, seconds: number): string {
  return `set ${name} { type ipv4_addr; flags dynamic,timeout; timeout ${seconds}s; size 65536; }`;
}

/** A declaration as it stands inside a table block, as a command of its own. */
function declare(table: string, declaration: string): string {
  const [, kind = '', name = '', body = ''] = /^(\w+) (\S+) (.*)$/.exec(declaration) ?? [];
  return `add ${kind} ip ${table} ${name} ${body}`;
}

function chainRules(chains: ReadonlyMap<string, readonly string[]>, { table }: TableConfig): string[] {
  return [...chains].flatMap(([name, rules]) => rules.map((rule) => `add rule ip ${table} ${name} ${rule}`));
}

/** Elements of one command; nft's line buffer and a person's patience are both bounded. */
const elementsPerCommand = 500;

function elementCommands(
  verb: 'add' | 'delete',
  table: string,
  set: string,
  elements: readonly (readonly [string, string])[],
): string[] {
  const commands: string[] = [];
  for (let start = 0; start < elements.length; start += elementsPerCommand) {
    const part = elements.slice(start, start + elementsPerCommand);
    const text = part.map(([key, value]) => (value === '' || verb === 'delete' ? key : `${key} : ${value}`));
    commands.push(`${verb} element ip ${table} ${set} { ${text.join(', ')} }`);
  }
  return commands;
}

function sameRules(a: readonly string[] | undefined, b: readonly string[]): boolean {
  return a !== undefined && a.length === b.length && a.every((rule, index) => rule === b[index]);
}
