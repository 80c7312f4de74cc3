/**
 * From a DNS message to its answer: the cluster's zone by itself, everything else by forwarding. Malformed messages get
 * FORMERR where they have an ID, and silence otherwise.
 */

import {
  type Answer,
  type DecodedPacket,
  decode,
  encode,
  type Packet,
  type Question,
  RECURSION_DESIRED,
} from 'dns-packet';
import { type DnsRecord, lookUp, type RecordType, type ZoneAnswer, type ZoneSource } from './zone.ts';

export interface ResolverConfig {
  readonly source: ZoneSource;
  /** Cluster domain without dots at its ends: 'cluster.local'. */
  readonly zone: string;
  /** Asks a server outside; rejects when none answers. Absent: names outside the zone are refused. */
  readonly forward?: (query: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>;
}

export type Transport = 'udp' | 'tcp';

/** Seconds; CoreDNS's default for the cluster's zone. */
const ttl = 30;
const negativeTtl = 5;
/** Bytes of a UDP answer without EDNS (RFC 1035) and at most with it (DNS flag day 2020). */
const plainUdpBytes = 512;
const largestUdpBytes = 1232;
/** A CNAME chain that is longer ends there. */
const cnameDepth = 4;

const AUTHORITATIVE = 1 << 10;
const TRUNCATED = 1 << 9;
const RECURSION_AVAILABLE = 1 << 7;
const rcodes = { noError: 0, formatError: 1, serverFailure: 2, nameError: 3, notImplemented: 4, refused: 5 } as const;

export function createResolver(config: ResolverConfig) {
  return async (message: Uint8Array, transport: Transport, signal: AbortSignal): Promise<Uint8Array | undefined> => {
    if (message.length < 12) return undefined;
    let query: DecodedPacket;
    try {
      query = decode(asBuffer(message));
    } catch {
      return failure(message, rcodes.formatError);
    }
    if (query.type !== 'query') return undefined;
    if ((((query.flags ?? 0) >> 11) & 0xf) !== 0) return failure(message, rcodes.notImplemented);
    const question = query.questions?.[0];
    if (!question || query.questions?.length !== 1) return failure(message, rcodes.formatError);
    const name = question.name.toLowerCase();
    const found = lookUp(config.source, config.zone, name, question.type as RecordType);
    if (found.status === 'foreign') {
      if (!config.forward) return failure(message, rcodes.refused);
      return config.forward(message, signal).catch(() => failure(message, rcodes.serverFailure));
    }
    const answer = await followAliases(config, found, question.type as RecordType, signal);
    return encodeAnswer(query, question, answer, config.zone, transport);
  };
}

/** Adds what the target of a CNAME (an ExternalName Service) stands for. */
async function followAliases(
  config: ResolverConfig,
  found: ZoneAnswer,
  type: RecordType,
  signal: AbortSignal,
): Promise<ZoneAnswer> {
  let answers: readonly (DnsRecord | Answer)[] = found.answers;
  let last = found.answers[0];
  for (let depth = 0; last?.type === 'CNAME' && type !== 'CNAME' && depth < cnameDepth; depth++) {
    const target = last.data;
    const next = lookUp(config.source, config.zone, target, type);
    if (next.status === 'foreign') {
      answers = [...answers, ...(await forwardedAnswers(config, target, type, signal))];
      break;
    }
    answers = [...answers, ...next.answers];
    last = next.answers[0];
  }
  return { ...found, answers: answers as readonly DnsRecord[] };
}

async function forwardedAnswers(
  config: ResolverConfig,
  name: string,
  type: RecordType,
  signal: AbortSignal,
): Promise<Answer[]> {
  if (!config.forward) return [];
  const questions = [{ type, name, class: 'IN' }] as Question[];
  try {
    const reply = await config.forward(encode({ type: 'query', id: 1, flags: RECURSION_DESIRED, questions }), signal);
    return decode(asBuffer(reply)).answers ?? [];
  } catch {
    // The alias itself is a good answer; what it stands for is not known now.
    return [];
  }
}

function encodeAnswer(
  query: DecodedPacket,
  question: Question,
  answer: ZoneAnswer,
  zone: string,
  transport: Transport,
): Uint8Array {
  const exists = answer.status === 'known';
  const edns = query.additionals?.find((record) => record.type === 'OPT');
  const flags = AUTHORITATIVE | RECURSION_AVAILABLE | ((query.flags ?? 0) & RECURSION_DESIRED);
  const packet: Packet = {
    type: 'response',
    id: query.id ?? 0,
    flags: flags | (exists ? rcodes.noError : rcodes.nameError),
    questions: [question],
    // The owner keeps the case of the question: resolvers compare it (draft-vixie-dnsext-dns0x20).
    answers: answer.answers.map((record) => withTtl(record, question.name)),
    additionals: [
      ...answer.additionals.map((record) => withTtl(record, undefined)),
      ...(edns
        ? [{ type: 'OPT', name: '.', udpPayloadSize: largestUdpBytes, flags: 0, options: [] } as unknown as Answer]
        : []),
    ],
    authorities: answer.answers.length === 0 ? [startOfAuthority(zone)] : [],
  };
  const encoded = encode(packet);
  const offered = edns && 'udpPayloadSize' in edns ? edns.udpPayloadSize : plainUdpBytes;
  const limit = transport === 'tcp' ? 65_535 : Math.min(largestUdpBytes, Math.max(plainUdpBytes, offered));
  if (encoded.length <= limit) return encoded;
  return encode({ ...packet, flags: (packet.flags ?? 0) | TRUNCATED, answers: [], additionals: [], authorities: [] });
}

function withTtl(record: DnsRecord, owner: string | undefined): Answer {
  const same = owner !== undefined && record.name === owner.toLowerCase();
  return { ...record, ...(same ? { name: owner } : {}), ttl, class: 'IN' } as Answer;
}

function startOfAuthority(zone: string): Answer {
  return {
    type: 'SOA',
    name: zone,
    ttl: negativeTtl,
    class: 'IN',
    data: {
      mname: `ns.dns.${zone}`,
      rname: `hostmaster.${zone}`,
      serial: 1,
      refresh: 7200,
      retry: 1800,
      expire: 86_400,
      minimum: negativeTtl,
    },
  };
}

/** The head as it came, with a code and without any section: works for messages that cannot be decoded. */
function failure(message: Uint8Array, code: number): Uint8Array {
  const reply = new Uint8Array(12);
  reply.set(message.subarray(0, 2));
  reply[2] = ((message[2] ?? 0) & 0x79) | 0x80;
  reply[3] = 0x80 | code;
  return reply;
}

/** dns-packet wants Node's Buffer methods; a view costs nothing. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
