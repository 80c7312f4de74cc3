/**
 * What this folder reads of a CustomResourceDefinition. The API server gets its kinds as a list and does not import them, so the part
 * of the wire form that gives custom resources their behaviour is declared here.
 */

import type { KubeObject } from '#api/object.ts';
import type { JsonSchema } from '#api/structural/schema.ts';
import type { WebhookLocation } from '../webhook/post.ts';

export interface ResourceNames {
  readonly plural: string;
  readonly singular?: string;
  readonly shortNames?: readonly string[];
  readonly kind: string;
  readonly listKind?: string;
  readonly categories?: readonly string[];
}

export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly jsonPath: string;
}

export interface CustomVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema?: { readonly openAPIV3Schema?: JsonSchema };
  readonly subresources?: {
    readonly status?: object;
    readonly scale?: {
      readonly specReplicasPath: string;
      readonly statusReplicasPath: string;
      readonly labelSelectorPath?: string;
    };
  };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

export interface ConversionWebhookConfig {
  readonly clientConfig?: WebhookLocation;
  readonly conversionReviewVersions: readonly string[];
}

/** A stored CustomResourceDefinition: defaulted and validated. */
export interface CustomResourceKind extends KubeObject {
  readonly spec: {
    readonly group: string;
    readonly names: ResourceNames;
    readonly scope: string;
    readonly versions: readonly CustomVersion[];
    readonly preserveUnknownFields?: boolean;
    readonly conversion?: { readonly strategy: string; readonly webhook?: ConversionWebhookConfig };
  };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly acceptedNames?: ResourceNames;
    readonly storedVersions?: readonly string[];
  };
}
