/** Score normalisation shared by plugins (plugins/helper DefaultNormalizeScore). */

import { maxNodeScore } from './plugin.ts';

/** Scales scores of 0 and more so that the highest becomes 100; reversed, the lowest are the best. In place, integers. */
export function normalizeToMax(scores: Float64Array, reversed: boolean): void {
  let highest = 0;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] as number;
    if (score > highest) highest = score;
  }
  if (highest === 0) {
    if (reversed) scores.fill(maxNodeScore);
    return;
  }
  for (let i = 0; i < scores.length; i++) {
    const score = Math.trunc((maxNodeScore * (scores[i] as number)) / highest);
    scores[i] = reversed ? maxNodeScore - score : score;
  }
}
