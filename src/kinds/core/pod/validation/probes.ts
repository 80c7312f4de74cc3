/** Rules of probes, lifecycle hooks and the actions that both are made of. */

import { child, type FieldError, forbidden, invalid, notSupported, required } from '#api/field-error.ts';
import { checkNonNegative } from '#api/field-rules.ts';
import type { IntOrString } from '#api/generated/meta-v1.ts';
import { isHTTPHeaderName, isValidPortName, isValidPortNum } from '#api/name-format.ts';
import type { HTTPGetAction, Lifecycle, LifecycleHandler, Probe } from '#kinds/generated/core-v1.ts';
import type { AnyContainer, SpecContext } from './rules.ts';

type Handler = Probe & Pick<LifecycleHandler, 'sleep'>;

export function checkProbes(container: AnyContainer, { spec, errors }: SpecContext, path: string): void {
  const { livenessProbe, readinessProbe, startupProbe } = container;
  const graceSeconds = spec.terminationGracePeriodSeconds;
  for (const [field, probe] of [
    ['livenessProbe', livenessProbe],
    ['readinessProbe', readinessProbe],
    ['startupProbe', startupProbe],
  ] as const) {
    if (!probe) continue;
    const at = child(path, field);
    checkProbe(probe, graceSeconds, at, errors);
    if (field !== 'readinessProbe') {
      const { successThreshold = 0 } = probe;
      if (successThreshold !== 1) errors.push(invalid(child(at, 'successThreshold'), successThreshold, 'must be 1'));
    } else if (probe.terminationGracePeriodSeconds !== undefined) {
      const gracePath = child(at, 'terminationGracePeriodSeconds');
      errors.push(invalid(gracePath, probe.terminationGracePeriodSeconds, 'must not be set for readinessProbes'));
    }
  }
}

export function checkLifecycle(lifecycle: Lifecycle | undefined, { spec, errors }: SpecContext, path: string): void {
  if (!lifecycle) return;
  const { postStart, preStop, stopSignal } = lifecycle;
  const graceSeconds = spec.terminationGracePeriodSeconds;
  if (postStart) checkHandler(postStart, graceSeconds, child(path, 'postStart'), errors);
  if (preStop) checkHandler(preStop, graceSeconds, child(path, 'preStop'), errors);
  if (stopSignal !== undefined) checkStopSignal(stopSignal, spec.os?.name, child(path, 'stopSignal'), errors);
}

function checkProbe(probe: Probe, graceSeconds: number | undefined, path: string, errors: FieldError[]): void {
  checkHandler(probe, graceSeconds, path, errors);
  for (const field of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const) {
    checkNonNegative(probe[field], child(path, field), errors);
  }
  const own = probe.terminationGracePeriodSeconds;
  if (own !== undefined && own <= 0) {
    errors.push(invalid(child(path, 'terminationGracePeriodSeconds'), own, 'must be greater than 0'));
  }
}

function checkHandler(
  { exec, httpGet, tcpSocket, grpc, sleep }: Handler,
  graceSeconds: number | undefined,
  path: string,
  errors: FieldError[],
): void {
  let count = 0;
  /** True for the first action; further ones are refused without a look. */
  const isFirst = (field: string): boolean => {
    if (count++ === 0) return true;
    errors.push(forbidden(child(path, field), 'may not specify more than 1 handler type'));
    return false;
  };
  if (exec && isFirst('exec') && (exec.command ?? []).length === 0) {
    errors.push(required(child(path, 'exec', 'command')));
  }
  if (httpGet && isFirst('httpGet')) checkHttpGet(httpGet, child(path, 'httpGet'), errors);
  if (tcpSocket && isFirst('tcpSocket')) checkPort(tcpSocket.port, child(path, 'tcpSocket', 'port'), errors);
  if (grpc && isFirst('grpc')) checkPort(grpc.port, child(path, 'grpc', 'port'), errors);
  if (sleep && isFirst('sleep') && graceSeconds !== undefined) {
    const seconds = sleep.seconds ?? 0;
    if (seconds < 0 || seconds > graceSeconds) {
      const detail = `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`;
      errors.push(invalid(child(path, 'sleep'), seconds, detail));
    }
  }
  if (count === 0) errors.push(required(path, 'must specify a handler type'));
}

function checkHttpGet(
  { path: url, port, scheme, httpHeaders }: HTTPGetAction,
  path: string,
  errors: FieldError[],
): void {
  if (!url) errors.push(required(child(path, 'path')));
  checkPort(port, child(path, 'port'), errors);
  if (scheme !== 'HTTP' && scheme !== 'HTTPS') {
    errors.push(notSupported(child(path, 'scheme'), scheme ?? '', ['HTTP', 'HTTPS']));
  }
  for (const { name = '' } of httpHeaders ?? []) {
    for (const message of isHTTPHeaderName(name)) errors.push(invalid(child(path, 'httpHeaders'), name, message));
  }
}

/** A number, or the name of a port. */
export function checkPort(port: IntOrString | undefined, path: string, errors: FieldError[]): void {
  const messages = typeof port === 'string' ? isValidPortName(port) : isValidPortNum(port ?? 0);
  for (const message of messages) errors.push(invalid(path, port ?? 0, message));
}

const commonSignals = ['SIGKILL', 'SIGTERM'];
const linuxSignals: readonly string[] = [
  ...'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT RTMAX'.split(' '),
  ...Array.from({ length: 14 }, (_, index) => `RTMAX-${index + 1}`),
  'RTMIN',
  ...Array.from({ length: 15 }, (_, index) => `RTMIN+${index + 1}`),
  ...'SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ'.split(' '),
]
  .map((name) => `SIG${name}`)
  .sort();

function checkStopSignal(signal: string, os: string | undefined, path: string, errors: FieldError[]): void {
  if (os === undefined) {
    errors.push(forbidden(path, 'may not be set for containers with empty `spec.os.name`'));
    return;
  }
  const supported = os === 'windows' ? commonSignals : linuxSignals;
  if ((os === 'windows' || os === 'linux') && !supported.includes(signal)) {
    errors.push(notSupported(path, signal, supported));
  }
}
