import { answered, type GoldenCase, goldenNamespace } from '../golden-case.ts';

type Tree = Readonly<Record<string, unknown>>;

const apps = `/apis/apps/v1/namespaces/${goldenNamespace}`;
const template = { metadata: { labels: { app: 'golden', b: 'c' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const selector = {
  matchLabels: { app: 'golden' },
  matchExpressions: [{ key: 'b', operator: 'In', values: ['d', 'c'] }],
};
const workloads: Readonly<Record<string, { readonly path: string; readonly spec: Tree }>> = {
  Deployment: { path: `${apps}/deployments`, spec: { replicas: 2, selector, template } },
  ReplicaSet: { path: `${apps}/replicasets`, spec: { replicas: 2, selector, template } },
  StatefulSet: { path: `${apps}/statefulsets`, spec: { replicas: 2, selector, template, serviceName: 's' } },
  ReplicationController: {
    path: 'replicationcontrollers',
    spec: { replicas: 2, selector: { app: 'golden', b: 'c' }, template },
  },
};
const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale' };

function casesOf(kind: string, path: string, spec: Tree): readonly GoldenCase[] {
  const object = `${path}/golden-scaled`;
  const put = (name: string, fields: Tree, query = ''): GoldenCase => ({
    name: `${kind}: ${name}`,
    method: 'PUT',
    path: `${object}/scale${query}`,
    body: { ...scale, metadata: { name: 'golden-scaled', namespace: goldenNamespace }, ...fields },
  });
  const patch = (name: string, body: unknown, contentType?: string, query = ''): GoldenCase => ({
    name: `${kind}: ${name}`,
    method: 'PATCH',
    path: `${object}/scale${query}`,
    body,
    ...(contentType === undefined ? {} : { contentType }),
  });
  const created = `${kind}: created`;
  return [
    { name: created, method: 'POST', path, body: { metadata: { name: 'golden-scaled' }, spec } },
    { name: `${kind}: get`, method: 'GET', path: `${object}/scale` },
    put('dry run', { spec: { replicas: 9 } }, '?dryRun=All'),
    put('minimal', { spec: { replicas: 3 } }),
    { name: `${kind}: the object`, method: 'GET', path: object },
    put('no spec', {}),
    put('negative', { spec: { replicas: -1 } }),
    put('replicas that are text', { spec: { replicas: 'x' } }),
    put('replicas that are half', { spec: { replicas: 1.5 } }),
    put('more than an integer has', { spec: { replicas: 2147483648 } }),
    put('other name', { metadata: { name: 'other' }, spec: { replicas: 1 } }),
    put('other namespace', { metadata: { name: 'golden-scaled', namespace: 'kube-system' }, spec: { replicas: 1 } }),
    put('other uid', { metadata: { name: 'golden-scaled', uid: 'other' }, spec: { replicas: 1 } }),
    put('right uid', { metadata: { name: 'golden-scaled', uid: answered(created, 'uid') }, spec: { replicas: 4 } }),
    put('older version', { metadata: { name: 'golden-scaled', resourceVersion: '1' }, spec: { replicas: 1 } }),
    put('status is not written', { spec: { replicas: 5 }, status: { replicas: 7, selector: 'x=y' } }),
    put('labels are not written', { metadata: { name: 'golden-scaled', labels: { a: 'b' } }, spec: { replicas: 5 } }),
    put('other kind', { apiVersion: 'apps/v1', kind, spec }),
    put('other group', { apiVersion: 'extensions/v1beta1', spec: { replicas: 1 } }),
    put('unknown field', { odd: 1, spec: { replicas: 1 } }, '?fieldValidation=Strict'),
    put('no kind', { apiVersion: undefined, kind: undefined, spec: { replicas: 6 } }),
    patch('merge', { spec: { replicas: 7 } }),
    patch('merge of nothing', { spec: null }, undefined, '?dryRun=All'),
    patch('merge below zero', { spec: { replicas: -7 } }),
    patch('strategic', { spec: { replicas: 8 } }, 'application/strategic-merge-patch+json'),
    patch('json', [{ op: 'replace', path: '/spec/replicas', value: 9 }], 'application/json-patch+json'),
    patch('json test that fails', [{ op: 'test', path: '/spec/replicas', value: 1 }], 'application/json-patch+json'),
    patch('json path that is not there', [{ op: 'remove', path: '/spec/odd' }], 'application/json-patch+json'),
    patch(
      'apply',
      { ...scale, spec: { replicas: 9 } },
      'application/apply-patch+yaml',
      '?fieldManager=golden&force=true',
    ),
    patch('apply without manager', { ...scale, spec: { replicas: 9 } }, 'application/apply-patch+yaml'),
    { name: `${kind}: create`, method: 'POST', path: `${object}/scale`, body: { ...scale, spec: { replicas: 1 } } },
    { name: `${kind}: delete`, method: 'DELETE', path: `${object}/scale` },
    { name: `${kind}: get of nobody`, method: 'GET', path: `${path}/nobody/scale` },
    {
      name: `${kind}: update of nobody`,
      method: 'PUT',
      path: `${path}/nobody/scale`,
      body: { ...scale, metadata: { name: 'nobody' }, spec: { replicas: 1 } },
    },
  ];
}

export const cases: readonly GoldenCase[] = Object.entries(workloads).flatMap(([kind, { path, spec }]) =>
  casesOf(kind, path, spec),
);
