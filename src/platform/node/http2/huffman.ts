/**
 * Huffman decoding of header strings (RFC 7541, 5.2 and appendix B).
 *
 * The code is canonical: the lengths say all of it. Decoding is a walk over an automaton that takes four bits a step; the shortest
 * code has five, so a step emits one symbol at most.
 */

/** Bits of the code of each byte, and of the end-of-string symbol (256). */
const codeLengths = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6,
  5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23,
  22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
  23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26,
  20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
  27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
  27, 27, 27, 26, 30,
];
const endOfString = 256;

/** Bits of a step: the next state below, then the symbol, then whether there is one. */
const symbolShift = 8;
const emits = 1 << 16;
const invalid = 1 << 17;

interface Automaton {
  /** [state * 16 + nibble] */
  readonly steps: Uint32Array;
  /** States in which a string may end: at most seven bits since the last symbol, all ones. */
  readonly mayEnd: Uint8Array;
}

type Node = { readonly children: [Node | number | undefined, Node | number | undefined]; readonly state: number };

function buildAutomaton(): Automaton {
  const nodes: Node[] = [];
  const newNode = (): Node => {
    const node: Node = { children: [undefined, undefined], state: nodes.length };
    nodes.push(node);
    return node;
  };
  const root = newNode();
  const bySize = codeLengths.map((bits, symbol) => ({ bits, symbol })).sort((a, b) => a.bits - b.bits);
  let code = 0;
  let size = 0;
  for (const { bits, symbol } of bySize) {
    code <<= bits - size;
    size = bits;
    place(root, code, bits, symbol, newNode);
    code++;
  }
  const steps = new Uint32Array(nodes.length * 16);
  for (const node of nodes)
    for (let nibble = 0; nibble < 16; nibble++) steps[node.state * 16 + nibble] = step(node, nibble, root);
  const mayEnd = new Uint8Array(nodes.length);
  let ones: Node | number | undefined = root;
  for (let bits = 0; bits < 8 && typeof ones === 'object'; bits++) {
    mayEnd[ones.state] = 1;
    ones = ones.children[1];
  }
  return { steps, mayEnd };
}

function place(root: Node, code: number, bits: number, symbol: number, newNode: () => Node): void {
  let node = root;
  for (let bit = bits - 1; bit > 0; bit--) {
    const side = ((code >>> bit) & 1) as 0 | 1;
    const next = node.children[side] ?? newNode();
    node.children[side] = next;
    node = next as Node;
  }
  node.children[(code & 1) as 0 | 1] = symbol;
}

function step(from: Node, nibble: number, root: Node): number {
  let node = from;
  let emitted = 0;
  for (let bit = 3; bit >= 0; bit--) {
    const next = node.children[((nibble >>> bit) & 1) as 0 | 1];
    if (next === undefined || next === endOfString) return invalid;
    if (typeof next === 'number') {
      emitted = emits | (next << symbolShift);
      node = root;
    } else {
      node = next;
    }
  }
  return emitted | node.state;
}

let automaton: Automaton | undefined;
let scratch = Buffer.allocUnsafeSlow(1024);

/** The text, one character a byte; undefined when the bits are no string of the code. */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): string | undefined {
  automaton ??= buildAutomaton();
  const { steps, mayEnd } = automaton;
  const room = Math.ceil(((end - start) * 8) / 5);
  if (scratch.length < room) scratch = Buffer.allocUnsafeSlow(room);
  let length = 0;
  let state = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    const high = steps[state * 16 + (byte >>> 4)] as number;
    if (high & emits) scratch[length++] = high >>> symbolShift;
    const low = steps[(high & 0xff) * 16 + (byte & 15)] as number;
    if (low & emits) scratch[length++] = low >>> symbolShift;
    if ((high | low) & invalid) return undefined;
    state = low & 0xff;
  }
  return mayEnd[state] === 1 ? scratch.toString('latin1', 0, length) : undefined;
}
