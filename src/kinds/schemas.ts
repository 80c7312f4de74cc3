/** Schema tables of every built-in group version: what a SchemaRegistry of the built-in kinds is made of. */

import type { SchemaTable } from '#api/schema/table.ts';
import { table as admissionregistrationV1 } from './generated/admissionregistration-v1.schema.ts';
import { table as admissionregistrationV1beta1 } from './generated/admissionregistration-v1beta1.schema.ts';
import { table as apiextensionsV1 } from './generated/apiextensions-v1.schema.ts';
import { table as apiregistrationV1 } from './generated/apiregistration-v1.schema.ts';
import { table as appsV1 } from './generated/apps-v1.schema.ts';
import { table as authorizationV1 } from './generated/authorization-v1.schema.ts';
import { table as autoscalingV1 } from './generated/autoscaling-v1.schema.ts';
import { table as autoscalingV2 } from './generated/autoscaling-v2.schema.ts';
import { table as batchV1 } from './generated/batch-v1.schema.ts';
import { table as certificatesV1 } from './generated/certificates-v1.schema.ts';
import { table as certificatesV1beta1 } from './generated/certificates-v1beta1.schema.ts';
import { table as coordinationV1 } from './generated/coordination-v1.schema.ts';
import { table as coordinationV1beta1 } from './generated/coordination-v1beta1.schema.ts';
import { table as coreV1 } from './generated/core-v1.schema.ts';
import { table as discoveryV1 } from './generated/discovery-v1.schema.ts';
import { table as eventsV1 } from './generated/events-v1.schema.ts';
import { table as flowcontrolV1 } from './generated/flowcontrol-v1.schema.ts';
import { table as metricsV1beta1 } from './generated/metrics-v1beta1.schema.ts';
import { table as networkingV1 } from './generated/networking-v1.schema.ts';
import { table as networkingV1beta1 } from './generated/networking-v1beta1.schema.ts';
import { table as nodeV1 } from './generated/node-v1.schema.ts';
import { table as policyV1 } from './generated/policy-v1.schema.ts';
import { table as rbacV1 } from './generated/rbac-v1.schema.ts';
import { table as resourceV1 } from './generated/resource-v1.schema.ts';
import { table as resourceV1beta1 } from './generated/resource-v1beta1.schema.ts';
import { table as resourceV1beta2 } from './generated/resource-v1beta2.schema.ts';
import { table as schedulingV1 } from './generated/scheduling-v1.schema.ts';
import { table as storageV1 } from './generated/storage-v1.schema.ts';
import { table as storageV1beta1 } from './generated/storage-v1beta1.schema.ts';
import { table as storagemigrationV1beta1 } from './generated/storagemigration-v1beta1.schema.ts';

export const builtinTables: readonly SchemaTable[] = [
  admissionregistrationV1,
  admissionregistrationV1beta1,
  apiextensionsV1,
  apiregistrationV1,
  appsV1,
  authorizationV1,
  autoscalingV1,
  autoscalingV2,
  batchV1,
  certificatesV1,
  certificatesV1beta1,
  coordinationV1,
  coordinationV1beta1,
  coreV1,
  discoveryV1,
  eventsV1,
  flowcontrolV1,
  metricsV1beta1,
  networkingV1,
  networkingV1beta1,
  nodeV1,
  policyV1,
  rbacV1,
  resourceV1,
  resourceV1beta1,
  resourceV1beta2,
  schedulingV1,
  storageV1,
  storageV1beta1,
  storagemigrationV1beta1,
];
