/** The definition, the webhooks and the certificate that the operator in go/operator is installed with. */

import { readFileSync } from 'node:fs';
import { certificateFile, ensurePki } from '#cluster/pki/authority.ts';

const group = 'operator.kubets.test';

export interface Webhooks {
  /** 'https://127.0.0.1:4443' */
  readonly origin: string;
  /** PEM in base64. */
  readonly caBundle: string;
}

/** Makes an authority and a certificate for 127.0.0.1 in the directory; answers the authority as configurations have it. */
export async function webhookCertificate(directory: string): Promise<string> {
  const subject = { organizations: [], dnsNames: [], addresses: ['127.0.0.1'] } as const;
  const plan = { ...subject, authority: 'ca', name: 'server', commonName: 'shops', use: 'server' } as const;
  await ensurePki(directory, [plan], Date.now());
  return readFileSync(certificateFile(directory, 'ca')).toString('base64');
}

/** All that `kubectl apply` gets, as a list. */
export function installation(webhooks: Webhooks): object {
  return { apiVersion: 'v1', kind: 'List', items: [definition(webhooks), mutating(webhooks), validating(webhooks)] };
}

function definition({ origin, caBundle }: Webhooks): object {
  const text = { type: 'string' };
  const number = { type: 'integer', format: 'int32' };
  const status = {
    type: 'object',
    properties: {
      replicas: number,
      selector: text,
      reconciledBy: text,
      conditions: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['type'],
        items: {
          type: 'object',
          required: ['type'],
          'x-kubernetes-preserve-unknown-fields': true,
          properties: { type: text },
        },
      },
    },
  };
  const version = (name: string, storage: boolean, replicas: string, color: string): object => ({
    name,
    served: true,
    storage,
    schema: {
      openAPIV3Schema: {
        type: 'object',
        properties: { spec: { type: 'object', properties: { [replicas]: number, [color]: text } }, status },
      },
    },
    subresources: {
      status: {},
      scale: {
        specReplicasPath: `.spec.${replicas}`,
        statusReplicasPath: '.status.replicas',
        labelSelectorPath: '.status.selector',
      },
    },
    additionalPrinterColumns: [{ name: 'Replicas', type: 'integer', jsonPath: `.spec.${replicas}` }],
  });
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `shops.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'shops', singular: 'shop', kind: 'Shop', listKind: 'ShopList', categories: ['all'] },
      versions: [version('v1', true, 'replicas', 'color'), version('v1alpha1', false, 'size', 'colour')],
      conversion: {
        strategy: 'Webhook',
        webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: `${origin}/convert`, caBundle } },
      },
    },
  };
}

function hook({ origin, caBundle }: Webhooks, name: string, path: string, operations: readonly string[]): object {
  return {
    name,
    clientConfig: { url: `${origin}${path}`, caBundle },
    rules: [{ apiGroups: [group], apiVersions: ['v1'], operations, resources: ['shops'] }],
    // A shop of another version is shown to the webhook as v1.
    matchPolicy: 'Equivalent',
    failurePolicy: 'Fail',
    sideEffects: 'None',
    timeoutSeconds: 5,
    admissionReviewVersions: ['v1'],
  };
}

function mutating(webhooks: Webhooks): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'shops' },
    webhooks: [hook(webhooks, `default.${group}`, '/mutate-operator-kubets-test-v1-shop', ['CREATE', 'UPDATE'])],
  };
}

function validating(webhooks: Webhooks): object {
  const operations = ['CREATE', 'UPDATE', 'DELETE'];
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'shops' },
    webhooks: [hook(webhooks, `validate.${group}`, '/validate-operator-kubets-test-v1-shop', operations)],
  };
}
