import { answered, type GoldenCase, goldenNamespace } from '../golden-case.ts';
import { reviewCases } from '../review-cases.ts';

const { ask, odd } = reviewCases('/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'golden' } });
const account = `/api/v1/namespaces/${goldenNamespace}/serviceaccounts/default`;
const issue = (name: string, spec: object): GoldenCase => ({
  name,
  method: 'POST',
  path: `${account}/token`,
  body: { spec },
});
const token = answered('token', 'token');
const foreign = answered('token for others', 'token');
/** {"alg":"RS256"} and {"iss":"https://other.example.com"}, not signed. */
const ofOtherIssuer = 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL290aGVyLmV4YW1wbGUuY29tIn0.c2ln';

export const cases: readonly GoldenCase[] = [
  { name: 'account', method: 'GET', path: account },
  ...odd(),
  ask('minimal'),
  ask('no spec', { spec: undefined }),
  ask('no token', { spec: {} }),
  ask('empty token', { spec: { token: '' } }),
  ask('token that is a number', { spec: { token: 5 } }),
  ask('token of spaces', { spec: { token: '   ' } }),
  ask('token of dots', { spec: { token: 'a.b.c' } }),
  ask('token of another issuer', { spec: { token: ofOtherIssuer } }),
  ask('bootstrap token', { spec: { token: 'abcdef.0123456789abcdef' } }),
  ask('long token', { spec: { token: 'x'.repeat(9000) } }),
  ask('audiences of a token that is none', { spec: { token: 'golden', audiences: ['a'] } }),
  ask('audiences that are text', { spec: { token: 'golden', audiences: 'a' } }),
  issue('token', {}),
  issue('token for others', { audiences: ['https://other.example.com', 'second'] }),
  ask('right token', { spec: { token } }),
  ask('right token, right audience', {
    spec: { token, audiences: ['x', 'https://kubernetes.default.svc.cluster.local'] },
  }),
  ask('right token, wrong audience', { spec: { token, audiences: ['https://other.example.com'] } }),
  ask('token for others, asked of the server', { spec: { token: foreign } }),
  ask('token for others, asked of them', { spec: { token: foreign, audiences: ['second', 'third'] } }),
  ask('token with broken signature', { spec: { token: `${token}x` } }),
  ask('status that is there', {
    spec: { token: 'a' },
    status: { authenticated: true, user: { username: 'u', groups: ['g'] }, audiences: ['a'], error: 'e' },
  }),
];
