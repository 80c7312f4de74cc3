/** What the objects of the load have in common, and the pods, which no scheduler takes. */

/** Carries when a write was sent: microseconds of the driver's clock, always of this many digits. */
export const sentAnnotation = 'bench/sent';
const sentDigits = 16;
/** Stands before those digits in JSON; names of managed fields look different. */
const sentMark = Buffer.from(`"${sentAnnotation}":"`);

export const podName = (index: number) => `bench-pod-${String(index).padStart(7, '0')}`;

/** Now, as it is put into objects. */
export function sentNow(): string {
  return String(Math.floor(performance.now() * 1000)).padStart(sentDigits, '0');
}

/** Milliseconds since each write whose event is whole within these bytes. */
export function delaysIn(chunk: Buffer): number[] {
  const now = performance.now();
  const delays: number[] = [];
  for (let at = chunk.indexOf(sentMark); at >= 0; at = chunk.indexOf(sentMark, at + sentMark.length)) {
    const start = at + sentMark.length;
    const digits = chunk.toString('latin1', start, start + sentDigits);
    if (digits.length === sentDigits) delays.push(now - Number(digits) / 1000);
  }
  return delays;
}

export function pod(index: number, bytes: number): string {
  const env = Array.from({ length: Math.max(0, Math.floor((bytes - 1500) / 100)) }, (_, i) => ({
    name: `SETTING_${String(i).padStart(2, '0')}`,
    value: filler(66),
  }));
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podName(index), labels: labels(index), annotations: { [sentAnnotation]: sentNow() } },
    spec: {
      schedulerName: 'bench-none',
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'main',
          image: 'pause',
          ports: [{ containerPort: 80 }],
          env,
          resources: { requests: { cpu: '100m', memory: '500Mi' }, limits: { cpu: '100m', memory: '500Mi' } },
          volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
        },
      ],
      volumes: [{ name: 'scratch', emptyDir: {} }],
    },
  });
}

/** One object in a hundred is selected by `group=selected`. */
export function labels(index: number): Readonly<Record<string, string>> {
  return { app: 'bench', group: index % 100 === 0 ? 'selected' : 'other' };
}

export function filler(length: number): string {
  return 'the quick brown fox jumps over the lazy dog. '.repeat(Math.ceil(Math.max(1, length) / 45)).slice(0, length);
}
