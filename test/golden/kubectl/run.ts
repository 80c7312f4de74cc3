/**
 * What real kubectl prints against upstream, and against us: the same objects, the same commands, the same words and exit status.
 *
 *     node test/golden/kubectl/run.ts --kubectl PROGRAM --kubeconfig FILE [--record]
 *
 * Compares with outputs-VERSION.txt of kubectl's version, which --record makes from the real kube-apiserver 1.36.3. Times, UIDs, versions and addresses are replaced
 * by words first. The objects are ones that controllers leave alone, since the server that is recorded has none. Exit status 1 when
 * anything differs. Makes and deletes the namespace kubectl-golden.
 */

import { join } from 'node:path';
import { createNamespace, kubectl, recordOrCompare, runOfArguments, withoutWidths } from './support.ts';

const run = runOfArguments('run.ts');
const directory = import.meta.dirname;
const namespace = 'kubectl-golden';
const objects = join(directory, 'objects.yaml');

/** Kind and name of objects whose every output is compared. */
const shown = [
  'configmap cm',
  'secret sec',
  'service svc',
  'service np',
  'service hl',
  'service ext',
  'serviceaccount sa',
  'role r',
  'rolebinding rb',
  'networkpolicy np',
  'ingress ing',
  'limitrange lr',
  'lease l',
  'podtemplate pt',
  'pod pod',
  'cronjob cj',
  'storageclass gold-sc',
  'priorityclass gold-pc',
];

/** Outputs that say a time of their own, or what the slices of a controller say. */
const notDescribed = [
  'networkpolicy np',
  'lease l',
  'podtemplate pt',
  'service svc',
  'service np',
  'service hl',
  'ingress ing',
];

const commands = [
  `create -f ${objects}`,
  ...shown.flatMap((object) => [
    `get ${object}`,
    `get ${object} -o wide`,
    `get ${object} -o yaml`,
    ...(notDescribed.includes(object) ? [] : [`describe ${object}`]),
  ]),
  'get pod pod -o json',
  'get pod pod -o name',
  'get pod pod -o jsonpath={.spec.containers[*].name}',
  'get pods -o custom-columns=N:.metadata.name,S:.status.phase',
  'get pods --show-labels',
  'get pods -l app=x',
  'get pods --field-selector status.phase=Pending',
  'get pod pod -o yaml --show-managed-fields',
  'get nope',
  'get pod nope',
  'delete pod nope',
  `create -f ${objects}`,
  `apply -f ${objects}`,
  'label pod pod z=1',
  'label pod pod z=2',
  'annotate cm cm x=y',
  'patch cm cm -p {"data":{"k":"w"}}',
  'patch pod pod -p {"spec":{"nodeSelector":{"a":"b"}}}',
  'scale deployment nope --replicas=2',
  'expose pod pod --port=80 --name=e',
  'auth can-i create pods',
  'api-versions',
  `replace -f ${objects}`,
  `diff -f ${objects}`,
  'create configmap x --from-literal=a=b -o yaml --dry-run=server',
  'create -f /dev/null',
  'set image pod/pod web=x',
  'taint node nope a=b:NoSchedule',
  'cordon nope',
  'logs nope',
  'exec nope -- ls',
  'rollout status deployment/nope',
  'rollout history deployment/nope',
  `delete -f ${objects} --wait=false --grace-period=0 --force`,
];

createNamespace(run, namespace);
const outputs = commands.map((command) => {
  const { stdout, stderr, status } = kubectl(run, namespace, command.split(' '));
  return `$ kubectl ${command.replaceAll(objects, 'objects.yaml')}\n${normal(stdout)}${normal(stderr)}exit ${status}\n`;
});
kubectl(run, namespace, ['delete', 'namespace', namespace, '--wait=false']);

recordOrCompare(run, 'outputs', outputs);

function normal(text: string): string {
  return withoutWidths(
    text
      .replaceAll(objects, 'objects.yaml')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID')
      .replaceAll(/20\d\d-\d\d-\d\dT[\d:]+Z/g, 'TIME')
      .replaceAll(/(resourceVersion"?: )"\d+"/g, '$1RV')
      .replaceAll(/\b10\.\d+\.\d+\.\d+\b/g, 'IP')
      .replaceAll(/\/tmp\/(LIVE|MERGED)-\d+/g, '/tmp/$1')
      .replaceAll(/ +\d+(s|m|m\d+s)( |$)/gm, ' AGE$2')
      .replaceAll(/(Mon|Tue|Wed|Thu|Fri|Sat|Sun), .*$/gm, 'DATE')
      .replaceAll(/^(---|\+\+\+) .*$/gm, '$1 FILE'),
  );
}
