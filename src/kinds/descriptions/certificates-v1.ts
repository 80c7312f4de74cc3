/** What the types and fields of certificates/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */
import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const certificatesV1: PackageDescriptions = {
  package: 'k8s.io/api/certificates/v1',
  text: `
CertificateSigningRequest: Asks a signer for an X.509 certificate, which it gives after someone has approved. Removed some time after it was dealt with.
  spec: What is asked for, and by whom. Cannot be changed.
  status: Whether it was approved, and the certificate.
CertificateSigningRequestSpec: What is asked for, and by whom. The server fills in user, UID, groups and extra.
  request: A PKCS#10 request in a PEM block CERTIFICATE REQUEST.
  signerName: Who should sign, such as kubernetes.io/kube-apiserver-client; a domain with a path. The signer decides what it accepts.
  expirationSeconds: How long the certificate should be valid, at least 600 seconds. A wish: the signer may choose otherwise.
  usages: What the key is for, such as digital signature or client auth. Signers require certain ones.
  username: Name of the user who asks. Set by the server.
  uid: UID of the user who asks. Set by the server.
  groups: Groups of the user who asks. Set by the server.
  extra: What authentication said besides of the user who asks. Set by the server.
CertificateSigningRequestStatus: What became of a request.
  conditions: Approved, Denied and Failed; none can be taken back, and the first two exclude one another.
  certificate: The certificate and those that lead to its root, as PEM blocks. Set by the signer once approved; cannot be changed then.
CertificateSigningRequestCondition: One decision on a request.
  type: Approved, Denied (both set through the subresource approval), Failed (the signer could not sign), or one of someone's own.
  status: True for Approved, Denied and Failed; others may be False or Unknown.
  reason: Why, as one CamelCase word for programs.
  message: Why, for people.
  lastUpdateTime: When the condition was written last. Now, unless given.
  lastTransitionTime: When the status changed last. Set by the server unless given.
`,
};
