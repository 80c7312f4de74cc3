/** What the types and fields of the built-in kinds are, in our words. */

import { Descriptions, type PackageDescriptions } from '#api/openapi/descriptions.ts';
import { metaV1 } from './meta-v1.ts';

export const describedPackages: readonly PackageDescriptions[] = [metaV1];

export const builtinDescriptions = new Descriptions(describedPackages);
