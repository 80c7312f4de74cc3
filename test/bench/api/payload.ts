/** The objects that the load is made of: config maps of a given size, and pods that no scheduler takes. */

/** Carries when a write was sent: microseconds of the driver's clock, always of this many digits. */
const sentAnnotation = 'bench/sent';
const sentDigits = 16;
/** Stands before those digits in JSON; names of managed fields look different. */
const sentMark = Buffer.from(`"${sentAnnotation}":"`);

export const configMapName = (index: number) => `bench-cm-${String(index).padStart(7, '0')}`;
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

export function configMap(index: number, bytes: number, sent = sentNow()): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: configMapName(index), ...labels(index), annotations: { [sentAnnotation]: sent } },
    data: { key: filler(bytes - 220) },
  });
}

export function pod(index: number, bytes: number): string {
  const env = Array.from({ length: Math.max(0, Math.floor((bytes - 1500) / 100)) }, (_, i) => ({
    name: `SETTING_${String(i).padStart(2, '0')}`,
    value: filler(66),
  }));
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podName(index), ...labels(index), annotations: { [sentAnnotation]: sentNow() } },
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
function labels(index: number): { readonly labels: Readonly<Record<string, string>> } {
  return { labels: { app: 'bench', group: index % 100 === 0 ? 'selected' : 'other' } };
}

export interface Patch {
  readonly query: string;
  readonly contentType: string;
  readonly body: (index: number, sent: string) => string;
}

const annotated = (_: number, sent: string) =>
  JSON.stringify({ metadata: { annotations: { [sentAnnotation]: sent } } });

/** One annotation changed in each way that there is. */
export const patches: Readonly<Record<string, Patch>> = {
  'patch-json': {
    query: '',
    contentType: 'application/json-patch+json',
    body: (_, sent) => JSON.stringify([{ op: 'replace', path: '/metadata/annotations/bench~1sent', value: sent }]),
  },
  'patch-merge': { query: '', contentType: 'application/merge-patch+json', body: annotated },
  'patch-strategic': { query: '', contentType: 'application/strategic-merge-patch+json', body: annotated },
  'patch-apply': {
    query: '?fieldManager=bench-apply&force=true',
    contentType: 'application/apply-patch+yaml',
    body: (index, sent) =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: configMapName(index), annotations: { [sentAnnotation]: sent } },
      }),
  },
};

function filler(length: number): string {
  return 'the quick brown fox jumps over the lazy dog. '.repeat(Math.ceil(Math.max(1, length) / 45)).slice(0, length);
}
