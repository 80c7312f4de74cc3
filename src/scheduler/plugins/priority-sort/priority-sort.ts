/** PrioritySort: more important pods first, then those that have waited longer. */

import type { Plugin } from '../../framework/plugin.ts';

export function prioritySort(): Plugin {
  return {
    name: 'PrioritySort',
    less(a, b) {
      if (a.info.priority !== b.info.priority) return a.info.priority > b.info.priority;
      return a.timestampMs < b.timestampMs;
    },
  };
}
