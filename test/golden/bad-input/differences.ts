/** Answers that ours differ from, with the reason. */

const clientFault = 'what a client got wrong is no failure of the server: 400 where upstream answers 500';
const status = 'whoever is refused gets a Status, where upstream has a page or nothing';
const yaml = 'the words of the YAML library';
const protobuf = 'faults of protobuf name fields by their number';
const checked = 'directives are checked before the fields that they are about';

const byReason: readonly (readonly [reason: string, names: readonly string[] | RegExp])[] = [
  [clientFault, /^(get|watch from|watch list from|update|patch) at|^watch (list )?from/],
  [
    clientFault,
    [
      'list ?watch=foo&timeoutSeconds=1&resourceVersion=x',
      'get /api/v1/namespaces/%2e%2e/configmaps',
      'get /api/v1/namespaces/%2e%2e/configmaps/one',
      'apply: a resource version',
      'strategic directives: an order that is no list',
    ],
  ],
  ['422 with the field, where upstream answers 500', ['bind with no type']],
  ['upstream panics and hangs up', ['strategic directives: an order of texts']],
  ['upstream panics and hangs up', ['strategic directives: an order without the element']],
  [
    'a directive for a list that is none of scalars is ignored: upstream 500',
    ['strategic directives: deletes from a list of objects'],
  ],
  [status, /^openapi as|^get \/(api\/v1\/(%|watch)|nothing|apis\/none)/],
  ['a name of bytes that are no UTF-8 has no text: 400, upstream looks for it', ['get configmaps/%ff']],
  [yaml, /^create with a body of YAML: (a tab|a key that is a list)/],
  [protobuf, /^create with a body of protobuf: (wire type 6|a group that ends|field number zero)/],
  ['a byte that is no UTF-8 has become U+FFFD when it is named', ['create with a body of JSON: UTF-16']],
  [
    'a number beyond what JSON.parse reads is named by what it became',
    ['create with a body of JSON: a number too large'],
  ],
  ['NUL is no end of a selector', ['list labelSelector=%00']],
  ['the kind that a patch makes of it is judged before its content', /^(JSON|merge) patch: the kind changed/],
  [checked, /^strategic directives: (kept keys without|deletes that are no list|an unknown dollar)/],
];

export const reasons: readonly string[] = byReason.map(([reason]) => reason);

/** Why the answer may be another; undefined when it must be the same. */
export function reasonOf(name: string): string | undefined {
  return byReason.find(([, names]) => (names instanceof RegExp ? names.test(name) : names.includes(name)))?.[0];
}
