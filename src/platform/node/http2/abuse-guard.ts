/** How often a peer may do what costs us more than it: a burst, then a rate (as nghttp2's limits on resets and glitches). */

import { ConnectionError, ErrorCode } from './protocol.ts';

const burst = 1000;
const perSecond = 33;

export class AbuseGuard {
  private left = burst;
  private sinceMs = 0;

  /** Throws ConnectionError (enhanceYourCalm) when it was too often. */
  count(what: string, nowMs: number): void {
    this.left = Math.min(burst, this.left + ((nowMs - this.sinceMs) / 1000) * perSecond);
    this.sinceMs = nowMs;
    if (this.left < 1) throw new ConnectionError(ErrorCode.enhanceYourCalm, `too many ${what}`);
    this.left--;
  }
}
