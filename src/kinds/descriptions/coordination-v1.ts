/** What the types and fields of coordination/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */
import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const coordinationV1: PackageDescriptions = {
  package: 'k8s.io/api/coordination/v1',
  text: `
Lease: Says who holds something and until when: for electing a leader, or as a heartbeat of a node.
  spec: Who holds it, and since when.
LeaseSpec: Who holds a lease, and since when.
  holderIdentity: Who holds it; nobody when empty. Under coordinated election, the one elected.
  leaseDurationSeconds: Seconds from renewTime after which others may take it; above 0.
  acquireTime: When the present holder got it.
  renewTime: When its holder last confirmed it.
  leaseTransitions: How often it went from one holder to another.
  strategy: How a coordinated election picks the holder, such as OldestEmulationVersion; without it candidates race. Alpha.
  preferredHolder: Who should get it, as a hint to the present holder to let go. Only with strategy. Alpha.
`,
};
