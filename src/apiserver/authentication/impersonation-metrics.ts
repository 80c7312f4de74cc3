/** Metrics of impersonation, under upstream's names (apiserver endpoints/filters/impersonation/metrics). */

import type { Clock } from '#base/env.ts';
import type { MetricsRegistry } from '#base/metrics.ts';
import type { Authorizer, Decision } from '../authorizer.ts';
import type { ImpersonationMode } from './impersonation.ts';

const buckets = Array.from({ length: 15 }, (_, exponent) => 0.001 * 2 ** exponent);
const labels = ['decision', 'mode'];

export class ImpersonationMetrics {
  private readonly clock: Pick<Clock, 'monotonic'>;
  private readonly attempts;
  private readonly attemptSeconds;
  private readonly checks;
  private readonly checkSeconds;

  constructor(registry: MetricsRegistry, clock: Pick<Clock, 'monotonic'>) {
    const name = (rest: string): string => `apiserver_impersonation_${rest}`;
    this.clock = clock;
    this.attempts = registry.counter(name('attempts_total'), 'Requests as somebody else.', labels);
    this.attemptSeconds = registry.histogram(
      name('attempts_duration_seconds'),
      'Seconds until it was known whether a request may be made as somebody else.',
      labels,
      buckets,
    );
    this.checks = registry.counter(name('authorization_attempts_total'), 'Single rights that were asked for.', labels);
    this.checkSeconds = registry.histogram(
      name('authorization_attempts_duration_seconds'),
      'Seconds that asking for a single right took.',
      labels,
      buckets,
    );
  }

  /** `mode` is '' where none allowed it. */
  attempted(mode: ImpersonationMode | '', ms: number): void {
    const decision = mode === '' ? 'denied' : 'allowed';
    this.attempts.add(1, decision, mode);
    this.attemptSeconds.observe(ms / 1000, decision, mode);
  }

  measuring(authorize: Authorizer): Authorizer {
    const { clock } = this;
    return async (attributes): Promise<Decision> => {
      const startedMs = clock.monotonic();
      const verdict = await authorize(attributes);
      const decision = verdict.decision === 'allow' ? 'allowed' : 'denied';
      const mode = modeOf(attributes.verb);
      this.checks.add(1, decision, mode);
      this.checkSeconds.observe((clock.monotonic() - startedMs) / 1000, decision, mode);
      return verdict;
    };
  }
}

/** 'impersonate', 'impersonate:MODE', 'impersonate-on:MODE:VERB' */
function modeOf(verb: string): string {
  return verb === 'impersonate' ? 'legacy' : (verb.split(':')[1] ?? 'unknown');
}
