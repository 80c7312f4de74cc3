/** What --admission-control-config-file brings about. Messages are those of kube-apiserver 1.36.3 under the same file. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isStatusError } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import { AdmissionMetrics } from '#apiserver/admission-metrics.ts';
import type { AdmissionContext, AdmissionOperation } from '#apiserver/admission-plugin.ts';
import type { LiveObjects } from '#apiserver/live-objects.ts';
import { webhookCredentialsOf } from '#apiserver/webhook/kubeconfig.ts';
import { type Draft, mutableCopy } from '#base/edit.ts';
import { MetricsRegistry } from '#base/metrics.ts';
import type { ResourceQuota } from '#kinds/generated/core-v1.ts';
import { decodeAdmissionConfiguration } from './configuration.ts';
import { podSecurity } from './pod-security/plugin.ts';
import { chargedQuotas } from './resource-quota.ts';

const file = `
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: PodSecurity
  configuration:
    apiVersion: pod-security.admission.config.k8s.io/v1
    kind: PodSecurityConfiguration
    defaults: {enforce: baseline, audit: restricted, warn: restricted, warn-version: v1.30}
    exemptions: {usernames: [exempt-user], namespaces: [exempt-ns], runtimeClasses: [exempt-class]}
- name: ResourceQuota
  path: quota.yaml
- name: ImagePolicyWebhook
  path: nobody-reads-this.yaml
- name: ValidatingAdmissionWebhook
  configuration: {apiVersion: apiserver.config.k8s.io/v1, kind: WebhookAdmissionConfiguration, kubeConfigFile: /who.kubeconfig}
`;
const quotaFile = `
apiVersion: apiserver.config.k8s.io/v1
kind: ResourceQuotaConfiguration
limitedResources:
- resource: pods
  matchScopes: [{scopeName: PriorityClass, operator: In, values: [system-cluster-critical]}]
- resource: persistentvolumeclaims
  matchContains: [requests.storage]
- apiGroup: apps
  resource: deployments
  matchContains: [count]
`;
const read = (path: string): string => {
  assert.equal(path, 'quota.yaml');
  return quotaFile;
};
const configuration = decodeAdmissionConfiguration(file, read);

test('plugins are configured inline and by files; what takes no configuration is passed over', () => {
  assert.deepEqual(configuration.podSecurity, {
    defaults: {
      enforce: { level: 'baseline', minor: Number.POSITIVE_INFINITY },
      audit: { level: 'restricted', minor: Number.POSITIVE_INFINITY },
      warn: { level: 'restricted', minor: 30 },
    },
    exemptions: { usernames: ['exempt-user'], namespaces: ['exempt-ns'], runtimeClasses: ['exempt-class'] },
  });
  assert.equal(configuration.limitedResources.length, 3);
  assert.equal(configuration.validatingWebhookKubeconfig, '/who.kubeconfig');
  assert.equal(configuration.mutatingWebhookKubeconfig, undefined);
});

test('a faulty configuration is refused', () => {
  const table: Readonly<Record<string, RegExp>> = {
    'enforce: baseline':
      /couldn't init admission plugin "PodSecurity": defaults.enforce: Invalid value: "x": must be one of privileged, baseline, restricted/,
    'warn-version: v1.30': /defaults.warn-version: Invalid value: "x": must be "latest" or "v1.x"/,
    'namespaces: [exempt-ns]': /exemptions.namespaces\[1\]: Duplicate value: "exempt-ns"/,
    'usernames: [exempt-user]': /exemptions.usernames\[0\]: Invalid value: "": username must not be empty/,
    '- name: ImagePolicyWebhook': /strict decoding error: unknown field "plugins\[2\].who"/,
    'kind: PodSecurityConfiguration':
      /no kind "Pods" is registered for version "pod-security.admission.config.k8s.io\/v1"/,
  };
  const broken: Readonly<Record<string, string>> = {
    'enforce: baseline': 'enforce: x',
    'warn-version: v1.30': 'warn-version: x',
    'namespaces: [exempt-ns]': 'namespaces: [exempt-ns, exempt-ns]',
    'usernames: [exempt-user]': 'usernames: [""]',
    '- name: ImagePolicyWebhook': '- who: me',
    'kind: PodSecurityConfiguration': 'kind: Pods',
  };
  for (const [text, expected] of Object.entries(table)) {
    const changed = file.replace(text, broken[text] ?? '');
    assert.throws(() => decodeAdmissionConfiguration(changed, read), expected, text);
  }
});

interface Outcome {
  readonly refusal?: string;
  readonly warnings: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
}

const registry = new MetricsRegistry();
const security = podSecurity(namespaceOnly(), new AdmissionMetrics(registry), configuration.podSecurity);

function namespaceOnly(): LiveObjects {
  const namespace: KubeObject = { metadata: { name: 'ps' } };
  return {
    load: () => undefined,
    get: () => namespace,
    list: () => [],
    version: () => 1,
    follow: () => {},
    getFresh: () => Promise.resolve(namespace),
  };
}

test('PodSecurity asks again for a namespace that it does not know, and lets nothing into none', async () => {
  const labels = { 'pod-security.kubernetes.io/enforce': 'baseline' };
  const unknown = (fresh: KubeObject | undefined): LiveObjects => ({
    ...namespaceOnly(),
    get: () => undefined,
    getFresh: async () => fresh,
  });
  const create = async (fresh: KubeObject | undefined) => {
    const plugin = podSecurity(unknown(fresh), new AdmissionMetrics(new MetricsRegistry()));
    await plugin.validate?.(contextOf({ spec: { hostPID: true, containers: [] } }));
  };
  await assert.rejects(create({ metadata: { name: 'ps', labels } }), /violates PodSecurity "baseline:latest"/);
  await assert.rejects(create(undefined), {
    code: 500,
    message: 'Internal error occurred: failed to lookup namespace "ps"',
  });
});

function contextOf(object: object): AdmissionContext {
  return {
    operation: 'CREATE',
    kind: { group: '', version: 'v1', kind: 'Pod' },
    resource: { group: '', version: 'v1', resource: 'pods' },
    verb: 'create',
    subresource: '',
    namespace: 'ps',
    name: 'a',
    object: mutableCopy(object) as Draft<KubeObject>,
    oldObject: undefined,
    options: {},
    user: { username: 'u', groups: [] },
    dryRun: false,
    warn: () => {},
    annotate: () => {},
    waited: () => {},
    signal: new AbortController().signal,
  };
}

async function judged(
  object: object,
  { username = 'u', namespace = 'ps', resource = 'pods', oldObject = undefined as object | undefined } = {},
): Promise<Outcome> {
  const warnings: string[] = [];
  const annotations: Record<string, string> = {};
  const operation: AdmissionOperation = oldObject ? 'UPDATE' : 'CREATE';
  const context: AdmissionContext = {
    ...contextOf(object),
    operation,
    resource: { group: resource === 'deployments' ? 'apps' : '', version: 'v1', resource },
    namespace,
    oldObject: oldObject as KubeObject | undefined,
    user: { username, groups: [] },
    warn: (text) => void warnings.push(text),
    annotate: (key, value) => {
      annotations[key.replace('pod-security.kubernetes.io/', '')] = value;
    },
  };
  try {
    await security.validate?.(context);
  } catch (error) {
    if (!isStatusError(error)) throw error;
    return { refusal: error.message, warnings, annotations };
  }
  return { warnings, annotations };
}

const pod = (spec: object) => ({ metadata: { name: 'a' }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } });

test('defaults count where the namespace says nothing', async () => {
  const refused = await judged(pod({ hostNetwork: true }));
  assert.equal(
    refused.refusal,
    'pods "a" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
  );
  assert.equal(refused.annotations['enforce-policy'], 'baseline:latest');
  assert.match(
    refused.annotations['audit-violations'] ?? '',
    /^would violate PodSecurity "restricted:latest": host namespaces/,
  );
  const allowed = await judged(pod({}));
  assert.equal(allowed.refusal, undefined);
  assert.match(
    allowed.warnings[0] ?? '',
    /^would violate PodSecurity "restricted:v1.30": allowPrivilegeEscalation != false/,
  );
  const template = await judged({ spec: { template: pod({}) } }, { resource: 'deployments' });
  assert.equal(template.warnings.length, 1);
  assert.deepEqual(Object.keys(template.annotations), ['audit-violations']);
});

test('users, namespaces and runtime classes are exempt', async () => {
  const spec = pod({ hostNetwork: true });
  assert.deepEqual(await judged(spec, { username: 'exempt-user' }), { warnings: [], annotations: { exempt: 'user' } });
  assert.deepEqual(await judged(spec, { namespace: 'exempt-ns' }), {
    warnings: [],
    annotations: { exempt: 'namespace' },
  });
  const ofClass = pod({ hostNetwork: true, runtimeClassName: 'exempt-class' });
  assert.deepEqual(await judged(ofClass), { warnings: [], annotations: { exempt: 'runtimeClass' } });
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  const namespace = await judged(
    { metadata: { name: 'exempt-ns', labels } },
    { resource: 'namespaces', oldObject: { metadata: { name: 'exempt-ns' } } },
  );
  assert.deepEqual(namespace.warnings, [
    'namespace "exempt-ns" is exempt from Pod Security, and the policy (enforce=restricted:latest) will be ignored',
  ]);
});

test('what came to be is counted', () => {
  const lines = registry.expose().split('\n');
  const create = 'request_operation="create",resource="pod",subresource=""';
  for (const line of [
    `pod_security_exemptions_total{${create}} 3`,
    `pod_security_evaluations_total{decision="deny",mode="enforce",policy_level="baseline",policy_version="latest",${create}} 1`,
    `pod_security_evaluations_total{decision="deny",mode="warn",policy_level="restricted",policy_version="v1.30",${create}} 1`,
  ]) {
    assert(lines.includes(line), line);
  }
});

function charged(
  group: string,
  resource: string,
  object: object,
  quotas: readonly ResourceQuota[] = [],
): string | undefined {
  const context = {
    resource: { group, version: 'v1', resource },
    oldObject: undefined,
    namespace: 'ps',
    name: 'p',
    object,
  } as unknown as AdmissionContext;
  try {
    chargedQuotas(quotas, context, 0, configuration.limitedResources);
    return undefined;
  } catch (error) {
    if (!isStatusError(error)) throw error;
    return `${error.code} ${error.message}`;
  }
}

test('limited resources need a quota that covers them', () => {
  const claim = { metadata: { name: 'p' }, spec: { resources: { requests: { storage: '1Gi' } } } };
  assert.equal(
    charged('', 'persistentvolumeclaims', claim),
    '403 persistentvolumeclaims "p" is forbidden: insufficient quota to consume: requests.storage',
  );
  const of = (hard: Readonly<Record<string, string>>, scoped = false): ResourceQuota => ({
    metadata: { name: 'q' },
    spec: {
      hard,
      ...(scoped
        ? {
            scopeSelector: {
              matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['system-cluster-critical'] }],
            },
          }
        : {}),
    },
    status: { hard, used: Object.fromEntries(Object.keys(hard).map((name) => [name, '0'])) },
  });
  assert.equal(charged('', 'persistentvolumeclaims', claim, [of({ 'requests.storage': '10Gi' })]), undefined);
  assert.equal(
    charged('apps', 'deployments', { metadata: { name: 'dep' } }),
    '403 deployments.apps "dep" is forbidden: insufficient quota to consume: count/deployments.apps',
  );
  const critical = pod({ priorityClassName: 'system-cluster-critical' });
  assert.equal(
    charged('', 'pods', critical),
    '500 insufficient quota to match these scopes: [{PriorityClass In [system-cluster-critical]}]',
  );
  assert.equal(charged('', 'pods', critical, [of({ pods: '5' }, true)]), undefined);
  assert.equal(charged('', 'pods', pod({})), undefined);
});

test('who the API server is to a webhook goes by host and port', () => {
  const user = (name: string) => `{name: "${name}", user: {token: "for ${name}"}}`;
  const names = ['hook.example.com:8443', '*.example.com', '*.ns.svc', 'plain.org', '*'];
  const credentials = webhookCredentialsOf(`users: [${names.map(user).join(', ')}]`, () => '');
  const table = {
    'hook.example.com:8443': 'hook.example.com:8443',
    'hook.example.com:443': '*.example.com',
    'a.ns.svc:443': '*.ns.svc',
    'plain.org:443': 'plain.org',
    'plain.org:444': '*',
    'other:443': '*',
  };
  for (const [target, name] of Object.entries(table)) {
    assert.equal(credentials(target).authorization, `Bearer for ${name}`, target);
  }
  assert.deepEqual(webhookCredentialsOf('{}', () => '')('a:443'), {});
});
