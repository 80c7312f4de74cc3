import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HpackDecoder } from './hpack-decoder.ts';
import { encodeHead } from './hpack-encoder.ts';
import { decodeHuffman } from './huffman.ts';
import { ConnectionError, ErrorCode } from './protocol.ts';

function decode(decoder: HpackDecoder, hex: string): string[] {
  const fields: string[] = [];
  decoder.decode(Buffer.from(hex.replaceAll(' ', ''), 'hex'), (name, value) => fields.push(`${name}: ${value}`));
  return fields;
}

const request = (path: string): string[] => [':method: GET', ':scheme: http', path, ':authority: www.example.com'];

test('requests of RFC 7541, C.3 and C.4: the table grows with the connection, with and without Huffman', () => {
  const examples = [
    [
      '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
      '8286 84be 5808 6e6f 2d63 6163 6865',
      '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
    ],
    [
      '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
      '8286 84be 5886 a8eb 1064 9cbf',
      '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
    ],
  ];
  for (const blocks of examples) {
    const decoder = new HpackDecoder();
    assert.deepEqual(decode(decoder, blocks[0] ?? ''), request(':path: /'));
    assert.deepEqual(decode(decoder, blocks[1] ?? ''), [...request(':path: /'), 'cache-control: no-cache']);
    assert.deepEqual(decode(decoder, blocks[2] ?? ''), [
      ':method: GET',
      ':scheme: https',
      ':path: /index.html',
      ':authority: www.example.com',
      'custom-key: custom-value',
    ]);
  }
});

test('entries are evicted when the table is full, or made smaller', () => {
  const decoder = new HpackDecoder();
  const long = Buffer.alloc(60, 'v').toString('hex');
  for (let n = 0; n < 200; n++)
    decode(decoder, `40 02 ${Buffer.from([0x61 + (n % 26), 0x61]).toString('hex')} 3c ${long}`);
  // 4096 bytes hold 43 entries of 94: the newest has index 62.
  assert.equal(decode(decoder, 'be').length, 1);
  assert.equal(decode(decoder, 'e8').length, 1);
  assert.throws(() => decode(decoder, 'e9'), ConnectionError);
  assert.deepEqual(decode(decoder, '20'), []);
  assert.throws(() => decode(decoder, 'be'), ConnectionError);
});

test('what is no header block is a compression error', () => {
  const blocks = {
    'index 0': '80',
    'an index beyond the tables': 'be',
    'a number without end': 'ff ff ff ff ff ff ff ff',
    'a number that is cut off': 'ff 80',
    'a string that is cut off': '00 05 61',
    'no string': '40',
    'a table larger than allowed': '3f e2 1f',
    'a table size after a field': '82 20',
    'Huffman with the end of string in it': '00 84 ff ff ff ff 00',
    'Huffman padding with zeros': '00 81 00 00',
    'Huffman padding of a whole byte': '00 82 1f ff 00',
  };
  for (const [what, hex] of Object.entries(blocks)) {
    assert.throws(
      () => decode(new HpackDecoder(), hex),
      (error) => error instanceof ConnectionError && error.code === ErrorCode.compressionError,
      what,
    );
  }
});

test('every byte has a Huffman code', () => {
  // RFC 7541, C.6.1
  const date = Buffer.from('d07abe941054d444a8200595040b8166e082a62d1bff', 'hex');
  assert.equal(decodeHuffman(date, 0, date.length), 'Mon, 21 Oct 2013 20:13:21 GMT');
});

test('answers decode to what was said; what would end a line is taken out', () => {
  const headers = {
    'content-type': 'application/json',
    'x-long': 'v'.repeat(5000),
    'set-cookie': ['a=1', 'b=2'],
    'transfer-encoding': 'chunked',
    'x-split': 'a\r\nb: c\u010ad',
    date: 'Mon, 21 Oct 2013 20:13:21 GMT',
  };
  const decoder = new HpackDecoder();
  for (const status of [200, 409]) {
    assert.deepEqual(decode(decoder, Buffer.from(encodeHead(status, headers, 7)).toString('hex')), [
      `:status: ${status}`,
      'content-type: application/json',
      `x-long: ${'v'.repeat(5000)}`,
      'set-cookie: a=1',
      'set-cookie: b=2',
      'x-split: a  b: c d',
      'date: Mon, 21 Oct 2013 20:13:21 GMT',
      'content-length: 7',
    ]);
  }
});
