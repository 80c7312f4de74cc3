/**
 * What Retry-After says (apiserver util/flowcontrol dropped_requests_tracker.go): one second at first; doubled while a priority level
 * refuses at least three requests for each second of it, up to 32; a second less when there were fewer than one.
 */

const longestSeconds = 32;

export class DroppedRequests {
  private readonly history: { readonly second: number; readonly requests: number }[] = [];
  private second = 0;
  private count = 0;
  private seconds = 1;
  private raisedAt = 0;

  get retryAfterSeconds(): number {
    return this.seconds;
  }

  record(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    if (second === this.second) {
      this.count++;
      return;
    }
    this.history.push({ second: this.second, requests: this.count });
    const kept = second - Math.min(2 * this.seconds, longestSeconds);
    while (this.history[0] && this.history[0].second < kept) this.history.shift();
    this.second = second;
    this.count = 1;
    this.adjust(second);
  }

  private adjust(second: number): void {
    const { seconds } = this;
    let dropped = 0;
    for (const past of this.history) if (second - past.second <= seconds) dropped += past.requests;
    if (second - this.raisedAt >= seconds && dropped >= 3 * seconds) {
      this.seconds = Math.min(2 * seconds, longestSeconds);
      this.raisedAt = second;
    } else if (dropped < seconds && seconds > 1) {
      this.seconds--;
    }
  }
}
