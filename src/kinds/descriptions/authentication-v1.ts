/** What the types and fields of authentication/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */
import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const authenticationV1: PackageDescriptions = {
  package: 'k8s.io/api/authentication/v1',
  text: `
TokenReview: Asks whose token something is. Answered at once in the status; nothing is stored.
  spec: The token.
  status: To whom it belongs. Filled in by the server.
TokenReviewSpec: A token to check.
  token: The bearer token, as text. Required.
  audiences: Who the asker is: the token must be meant for one of these. The API server itself when empty.
TokenReviewStatus: To whom a token belongs.
  authenticated: Whether the token is known and valid.
  user: The user behind the token.
  audiences: For which of the audiences asked for it is meant. When absent though some were asked for, the authenticator knows no audiences.
  error: Why the token could not be checked.
UserInfo: A user as authentication sees one.
  username: Name that tells the user from all others that are active.
  uid: Tells the user apart over time, also from later ones of the same name.
  groups: Groups that the user is in.
  extra: What the authenticator says besides.
TokenRequest: Asks for a token of a service account; posted to the subresource token.
  spec: What kind of token.
  status: The token. Filled in by the server.
TokenRequestSpec: What kind of token is wanted.
  audiences: Who will accept the token: a recipient that is not named here must refuse it. The API server when empty.
  expirationSeconds: How long it should be valid, at least 600 s; default 3600. The server may give another time.
  boundObjectRef: Makes the token valid only as long as this object exists, which must be of a kind that tokens can be bound to.
TokenRequestStatus: The token made.
  token: The token, as text.
  expirationTimestamp: When it ends.
BoundObjectReference: The object whose life limits that of a token.
  kind: Pod, Secret or Node.
  apiVersion: API version of the kind.
  name: Name of the object.
  uid: UID of the object; checked when given.
SelfSubjectReview: Asks who the one who asks is. Answered at once in the status; nothing is stored.
  status: The user. Filled in by the server.
SelfSubjectReviewStatus: Who asked.
  userInfo: The user, as the server sees it after authentication and impersonation.
`,
};
