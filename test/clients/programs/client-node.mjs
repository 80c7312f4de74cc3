/**
 * What programs of @kubernetes/client-node do, one step a line: run beside the package with KUBECONFIG set, ends with status 0 when all of it
 * worked. The test (../client-node.test.ts) copies it to where the package is installed.
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { PassThrough, Writable } from 'node:stream';
import * as k8s from '@kubernetes/client-node';

const image = process.env.IMAGE;
const namespace = 'client-node';
const config = new k8s.KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(k8s.CoreV1Api);
const apps = config.makeApiClient(k8s.AppsV1Api);
const batch = config.makeApiClient(k8s.BatchV1Api);
const rbac = config.makeApiClient(k8s.RbacAuthorizationV1Api);
const scaling = config.makeApiClient(k8s.AutoscalingV2Api);
const extensions = config.makeApiClient(k8s.ApiextensionsV1Api);
const custom = config.makeApiClient(k8s.CustomObjectsApi);
const objects = k8s.KubernetesObjectApi.makeApiClient(config);
const done = (step) => console.log(`ok ${step}`);

async function until(what, check, limitMs = 60_000) {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`${what} did not come within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function collector() {
  const parts = [];
  const stream = new Writable({
    write(chunk, _, next) {
      parts.push(chunk);
      next();
    },
  });
  return { stream, text: () => Buffer.concat(parts).toString() };
}

const version = await config.makeApiClient(k8s.VersionApi).getCode();
assert.match(version.gitVersion, /^v1\.36/);
done('version');

await core.createNamespace({ body: { metadata: { name: namespace } } });
await until('the default service account', () =>
  core.readNamespacedServiceAccount({ name: 'default', namespace }).catch((error) => {
    if (error.code === 404) return undefined;
    throw error;
  }),
);
done('namespace');

// An informer sees everything that follows.
const seen = [];
const informer = k8s.makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, () =>
  core.listNamespacedConfigMap({ namespace }),
);
for (const verb of ['add', 'update', 'delete']) informer.on(verb, ({ metadata }) => seen.push(`${verb} ${metadata.name}`));
await informer.start();
await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'settings' }, data: { color: 'red' } } });
const settings = await core.readNamespacedConfigMap({ name: 'settings', namespace });
settings.data.color = 'blue';
await core.replaceNamespacedConfigMap({ name: 'settings', namespace, body: settings });
const stale = await core.replaceNamespacedConfigMap({ name: 'settings', namespace, body: settings }).catch((error) => error);
assert.equal(stale.code, 409);
await core.patchNamespacedConfigMap(
  { name: 'settings', namespace, body: { data: { size: 'small' } } },
  k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch),
);
await core.deleteNamespacedConfigMap({ name: 'settings', namespace });
await until('the informer', () => seen.includes('delete settings'));
assert.equal(seen.filter((line) => line === 'update settings').length, 2);
await informer.stop();
done('config maps and informer');

const missing = await core.readNamespacedPod({ name: 'nope', namespace }).catch((error) => error);
assert.deepEqual([missing.code, JSON.parse(missing.body).message], [404, 'pods "nope" not found']);
const invalid = await core
  .createNamespacedPod({ namespace, body: { metadata: { name: 'Bad_Name' }, spec: { containers: [] } } })
  .catch((error) => error);
assert.equal(invalid.code, 422);
done('errors');

const template = {
  metadata: { labels: { app: 'web' } },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: 'web',
        image,
        command: ['sh', '-c', 'echo started; mkdir /www; echo hello > /www/index.html; httpd -f -p 8080 -h /www'],
        readinessProbe: { httpGet: { path: '/index.html', port: 8080 }, periodSeconds: 1 },
        resources: { requests: { cpu: '10m' } },
      },
    ],
  },
};
await apps.createNamespacedDeployment({
  namespace,
  body: { metadata: { name: 'web' }, spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template } },
});
const available = async (count) => {
  const { status } = await apps.readNamespacedDeployment({ name: 'web', namespace });
  return status.availableReplicas === count;
};
await until('the deployment', () => available(1));
const scale = await apps.readNamespacedDeploymentScale({ name: 'web', namespace });
await apps.replaceNamespacedDeploymentScale({ name: 'web', namespace, body: { ...scale, spec: { replicas: 2 } } });
await until('two replicas', () => available(2));
done('deployment and scale');

const { items } = await core.listNamespacedPod({ namespace, labelSelector: 'app=web', limit: 1 });
const [pod] = items;
const { name } = pod.metadata;
assert.ok(pod.status.startTime instanceof Date);

const output = collector();
const errors = collector();
const status = await new Promise((resolve, reject) => {
  new k8s.Exec(config)
    .exec(
      namespace,
      name,
      'web',
      ['sh', '-c', 'cat; echo wrong >&2; exit 3'],
      output.stream,
      errors.stream,
      Object.assign(new PassThrough(), {}).end('typed in'),
      false,
      resolve,
    )
    .catch(reject);
});
assert.deepEqual([output.text(), errors.text()], ['typed in', 'wrong\n']);
assert.deepEqual([status.status, status.reason, status.details.causes[0].message], ['Failure', 'NonZeroExitCode', '3']);
done('exec');

const log = collector();
await new k8s.Log(config).log(namespace, name, 'web', log.stream, { follow: false });
await until('the log', () => log.text() === 'started\n');
done('log');

const forward = new k8s.PortForward(config);
const server = createServer((socket) => void forward.portForward(namespace, name, [8080], socket, null, socket));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const client = connect(server.address().port, '127.0.0.1');
client.write('GET /index.html HTTP/1.0\r\n\r\n');
let page = '';
client.on('data', (chunk) => {
  page += chunk;
});
await until('the page', () => page.includes('hello'));
client.destroy();
server.close();
done('port forward');

// Typed watches end when they are told to.
const events = [];
const watching = await new k8s.Watch(config).watch(
  `/apis/batch/v1/namespaces/${namespace}/jobs`,
  { allowWatchBookmarks: true, timeoutSeconds: 120 },
  (type, object) => events.push([type, object.status?.succeeded]),
  () => {},
);
await batch.createNamespacedJob({
  namespace,
  body: {
    metadata: { name: 'once' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image, command: ['true'] }] } } },
  },
});
await until('the job', () => events.some(([type, succeeded]) => type === 'MODIFIED' && succeeded === 1));
watching.abort();
done('watch and job');

// Server-side apply through the generic client, of a list of kinds.
for (const color of ['red', 'blue']) {
  const applied = await objects.patch(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied', namespace }, data: { color } },
    undefined,
    undefined,
    'client-node-test',
    true,
    k8s.PatchStrategy.ServerSideApply,
  );
  assert.equal(applied.data.color, color);
  assert.equal(applied.metadata.managedFields[0].operation, 'Apply');
}
const listed = await objects.list('v1', 'ConfigMap', namespace);
assert.ok(listed.items.some(({ metadata }) => metadata.name === 'applied'));
done('server-side apply');

await scaling.createNamespacedHorizontalPodAutoscaler({
  namespace,
  body: {
    metadata: { name: 'web' },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 3 },
  },
});
await until('a condition of the autoscaler', async () => {
  const { status: found } = await scaling.readNamespacedHorizontalPodAutoscaler({ name: 'web', namespace });
  return found?.conditions?.some(({ reason }) => reason === 'FailedGetResourceMetric');
});
done('autoscaler');

const group = 'client-node.example.com';
const definition = {
  metadata: { name: `widgets.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { size: { type: 'integer', minimum: 1 } } } },
          },
        },
      },
    ],
  },
};
await extensions.createCustomResourceDefinition({ body: definition });
try {
  const place = { group, version: 'v1', namespace, plural: 'widgets' };
  const widget = { apiVersion: `${group}/v1`, kind: 'Widget', metadata: { name: 'w' }, spec: { size: 1 } };
  await until('the custom resource', () =>
    custom.createNamespacedCustomObject({ ...place, body: widget }).catch((error) => {
      if (error.code === 404) return undefined;
      throw error;
    }),
  );
  const refused = await custom
    .createNamespacedCustomObject({ ...place, body: { ...widget, metadata: { name: 'v' }, spec: { size: 0 } } })
    .catch((error) => error);
  assert.equal(refused.code, 422);
  const { items: widgets } = await custom.listNamespacedCustomObject(place);
  assert.equal(widgets.length, 1);
} finally {
  await extensions.deleteCustomResourceDefinition({ name: definition.metadata.name });
}
done('custom resources');

// As a pod's program does: with a token, and no more rights than its role has.
await core.createNamespacedServiceAccount({ namespace, body: { metadata: { name: 'reader' } } });
const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }];
await rbac.createNamespacedRole({ namespace, body: { metadata: { name: 'reader' }, rules } });
await rbac.createNamespacedRoleBinding({
  namespace,
  body: {
    metadata: { name: 'reader' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
    subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace }],
  },
});
const { status: token } = await core.createNamespacedServiceAccountToken({
  name: 'reader',
  namespace,
  body: { spec: { audiences: [], expirationSeconds: 600 } },
});
const limited = new k8s.KubeConfig();
limited.loadFromClusterAndUser(config.getCurrentCluster(), { name: 'reader', token: token.token });
const asReader = limited.makeApiClient(k8s.CoreV1Api);
assert.ok((await asReader.listNamespacedPod({ namespace })).items.length > 0);
const forbidden = await asReader.listNamespacedSecret({ namespace }).catch((error) => error);
assert.equal(forbidden.code, 403);
done('tokens and roles');

await core.deleteNamespace({ name: namespace });
await until('the end of the namespace', () =>
  core.readNamespace({ name: namespace }).then(
    () => false,
    (error) => error.code === 404,
  ),
);
done('end');
process.exit(0);
