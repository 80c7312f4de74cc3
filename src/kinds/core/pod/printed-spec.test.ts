import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printedPodSpec } from './printed-spec.ts';

test('printedPodSpec: fields of the internal type, empty ones too, host namespaces in the security context', () => {
  const printed = printedPodSpec({
    containers: [{ name: 'c', livenessProbe: { httpGet: { port: 80 } } }],
    volumes: [{ name: 'v', iscsi: { targetPortal: 't', iqn: 'q', lun: 1, chapAuthSession: true } }],
    hostNetwork: true,
  }) as Readonly<Record<string, unknown>>;
  assert.deepEqual(Object.keys(printed).slice(0, 5), [
    'Volumes',
    'InitContainers',
    'Containers',
    'EphemeralContainers',
    'RestartPolicy',
  ]);
  const [container] = printed.Containers as { LivenessProbe: Record<string, unknown>; Image: unknown; TTY: unknown }[];
  assert.deepEqual([container?.Image, container?.TTY, container?.LivenessProbe.Exec], ['', false, null]);
  assert.deepEqual(container?.LivenessProbe.HTTPGet, { Path: '', Port: 80, Host: '', Scheme: '', HTTPHeaders: null });
  const [volume] = printed.Volumes as { Name: unknown; ISCSI: Record<string, unknown>; Secret: unknown }[];
  assert.deepEqual([volume?.Name, volume?.ISCSI.SessionCHAPAuth, volume?.Secret], ['v', true, null]);
  const { HostNetwork, HostPID } = printed.SecurityContext as Record<string, unknown>;
  assert.deepEqual([HostNetwork, HostPID, printed.NodeSelector], [true, false, null]);
});
