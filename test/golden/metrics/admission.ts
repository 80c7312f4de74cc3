/** Objects that make upstream show its metrics of policies, match conditions and webhooks; they match only our namespace. */

import { metricsNamespace } from './requests.ts';

const group = '/apis/admissionregistration.k8s.io/v1';
const apiVersion = 'admissionregistration.k8s.io/v1';
const name = metricsNamespace;
const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': metricsNamespace } };
const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['podtemplates'] };
const conditions = [
  { name: 'broken', expression: 'object.nothing == 1' },
  { name: 'not-here', expression: "request.name != 'excluded'" },
];

const bindingSpec = { policyName: name, validationActions: ['Warn'] };

/** What all of them have. */
interface Configured {
  readonly [field: string]: unknown;
  readonly metadata: { readonly name: string };
}

function webhook(kind: string): Configured {
  const common = {
    // Nobody listens there.
    clientConfig: { url: 'https://127.0.0.1:9/' },
    rules: [rule],
    namespaceSelector,
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    timeoutSeconds: 1,
  };
  return {
    apiVersion,
    kind,
    metadata: { name },
    webhooks: [
      {
        ...common,
        name: 'open.golden.kubets.dev',
        failurePolicy: 'Ignore',
        matchConditions: [conditions[1]],
      },
      {
        ...common,
        name: 'closed.golden.kubets.dev',
        failurePolicy: 'Fail',
        matchConditions: [{ name: 'refused', expression: "request.name == 'refused'" }],
      },
    ],
  };
}

/** Collection and object. */
export const admissionObjects: readonly (readonly [collection: string, object: Configured])[] = [
  [
    `${group}/validatingadmissionpolicies`,
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Ignore',
        matchConstraints: { namespaceSelector, resourceRules: [rule] },
        matchConditions: [conditions[1]],
        validations: [{ expression: 'false' }],
      },
    },
  ],
  [
    `${group}/validatingadmissionpolicybindings`,
    { apiVersion, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name }, spec: bindingSpec },
  ],
  [
    `${group}/mutatingadmissionpolicies`,
    {
      apiVersion,
      kind: 'MutatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Ignore',
        reinvocationPolicy: 'Never',
        matchConstraints: { namespaceSelector, resourceRules: [rule] },
        mutations: [
          {
            patchType: 'ApplyConfiguration',
            applyConfiguration: { expression: 'Object{metadata: Object.metadata{labels: {"mutated": "yes"}}}' },
          },
        ],
      },
    },
  ],
  [
    `${group}/mutatingadmissionpolicybindings`,
    { apiVersion, kind: 'MutatingAdmissionPolicyBinding', metadata: { name }, spec: { policyName: name } },
  ],
  [
    `${group}/validatingadmissionpolicies`,
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: `${name}-broken` },
      spec: {
        failurePolicy: 'Ignore',
        matchConstraints: { namespaceSelector, resourceRules: [rule] },
        matchConditions: [conditions[0]],
        validations: [{ expression: 'true' }],
      },
    },
  ],
  [
    `${group}/validatingadmissionpolicybindings`,
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: `${name}-broken` },
      spec: { ...bindingSpec, policyName: `${name}-broken` },
    },
  ],
  [`${group}/mutatingwebhookconfigurations`, webhook('MutatingWebhookConfiguration')],
  [`${group}/validatingwebhookconfigurations`, webhook('ValidatingWebhookConfiguration')],
];

/** Names of pod templates to create under them: one that only warns, one that match conditions exclude, one that is refused. */
export const admittedNames = ['warned', 'excluded', 'refused'] as const;
