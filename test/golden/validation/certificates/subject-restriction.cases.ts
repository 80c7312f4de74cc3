import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

/** Of O=team, O=system:masters, CN=golden; nobody has the key. */
const masters =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIek1JR2JBZ0VBTURreERUQUxCZ05WQkFvTUJIUmxZVzB4RnpBVkJnTlZCQW9NRG5ONWMzUmxiVHB0WVhOMApaWEp6TVE4d0RRWURWUVFEREFabmIyeGtaVzR3V1RBVEJnY3Foa2pPUFFJQkJnZ3Foa2pPUFFNQkJ3TkNBQVFJCjdDamRrVGpFend6NkFKQm1iSzJBaHQrOVUyU3IyWUVKZTF0eVhudXJBZ2p6WURWNm0rcjExMFQ1c09wUzk4TWUKRnYzZTF0NVFHeFFiYUk4NXVrM3lvQUF3Q2dZSUtvWkl6ajBFQXdJRFJ3QXdSQUlnSm1RRjZ1OXlaWHo4VXFQagpSVWpzdTNwU3BlaDNVR0c1SDdqVkd4T3A1MGNDSUUrVjdWcTArejhLUHFhbUVFaUFHb1ZnVHVqZ0UwVTVhdTgxCmdkdDNvZVRuCi0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=';
/** Of O=team, CN=golden. */
const team =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIYk1JR0NBZ0VBTUNBeERUQUxCZ05WQkFvTUJIUmxZVzB4RHpBTkJnTlZCQU1NQm1kdmJHUmxiakJaTUJNRwpCeXFHU000OUFnRUdDQ3FHU000OUF3RUhBMElBQkFqc0tOMlJPTVRQRFBvQWtHWnNyWUNHMzcxVFpLdlpnUWw3ClczSmVlNnNDQ1BOZ05YcWI2dlhYUlBtdzZsTDN3eDRXL2Q3VzNsQWJGQnRvanptNlRmS2dBREFLQmdncWhrak8KUFFRREFnTklBREJGQWlFQXNhcVluNHVHMkxhU3BNYkJqcmlrbXUvRitJTnlYMkhnVm1vMDVhcmY3eVlDSUhYLwpDbHBsdEwwMXZTUHZ2M3kzS3FIcUhDTDBnUzdMMGcxZDhobHR5UmFiCi0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=';
const signerName = 'kubernetes.io/kube-apiserver-client';
const { spec } = caseBuilders('certificates.k8s.io/v1/certificatesigningrequests', {
  metadata: { name: 'golden-subject' },
  spec: { request: team, signerName, usages: ['client auth'] },
});

export const cases: readonly GoldenCase[] = [
  spec('of a team', {}),
  spec('of the masters', { request: masters }),
  spec('of the masters for another signer', { request: masters, signerName: 'golden.example.com/signer' }),
];
