/** Actions that need nothing but the server itself; the composition root adds those that need keys, nodes or authorizers. */

import type { Actions } from './action.ts';
import { bindPod } from './binding.ts';
import { evictPod } from './eviction.ts';

export const builtinActions: Actions = {
  '/bindings': bindPod,
  '/pods/binding': bindPod,
  '/pods/eviction': evictPod,
};
