/** AdmissionChain: runs the plugins in their order; a write without plugins for its operation costs nothing. */

import type { AdmissionContext, AdmissionOperation, AdmissionPlugin } from './admission-plugin.ts';

export class AdmissionChain {
  private readonly mutating: Readonly<Record<AdmissionOperation, readonly AdmissionPlugin[]>>;
  private readonly validating: Readonly<Record<AdmissionOperation, readonly AdmissionPlugin[]>>;

  constructor(plugins: readonly AdmissionPlugin[]) {
    const of = (phase: 'admit' | 'validate', operation: AdmissionOperation): readonly AdmissionPlugin[] =>
      plugins.filter((plugin) => plugin[phase] && (plugin.handles?.(operation) ?? true));
    const byOperation = (phase: 'admit' | 'validate') => ({
      CREATE: of(phase, 'CREATE'),
      UPDATE: of(phase, 'UPDATE'),
      DELETE: of(phase, 'DELETE'),
      CONNECT: of(phase, 'CONNECT'),
    });
    this.mutating = byOperation('admit');
    this.validating = byOperation('validate');
  }

  /** Undefined when no plugin had to be waited for. */
  admit(context: AdmissionContext): Promise<void> | undefined {
    const first = run(this.mutating[context.operation], 'admit', context);
    return first ? first.then(() => this.admitAgain(context)) : this.admitAgain(context);
  }

  private admitAgain(context: AdmissionContext): Promise<void> | undefined {
    const { reinvocation } = context;
    if (!reinvocation?.requested) return undefined;
    reinvocation.again = true;
    return run(this.mutating[context.operation], 'admit', context);
  }

  validate(context: AdmissionContext): Promise<void> | undefined {
    return run(this.validating[context.operation], 'validate', context);
  }
}

function run(
  plugins: readonly AdmissionPlugin[],
  phase: 'admit' | 'validate',
  context: AdmissionContext,
  from = 0,
): Promise<void> | undefined {
  for (let at = from; at < plugins.length; at++) {
    const pending = plugins[at]?.[phase]?.(context);
    if (pending) return pending.then(() => run(plugins, phase, context, at + 1));
  }
  return undefined;
}
