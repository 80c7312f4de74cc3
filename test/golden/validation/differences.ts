/** Golden answers that ours differ from, by 'folder/kind: case', with the reason. */

export const differences: Readonly<Record<string, string>> = {
  'core/pod: apparmor annotation without field':
    'the annotation becomes the field before warnings are asked for, so there is none about it',
  'authentication/token-review: token of spaces':
    'upstream takes it for no token at all, and finds the anonymous user; ours finds nobody who has it',
  'authorization/subject-access-review: about a node':
    'every node may get every pod, where upstream looks for the node of the pod',
  ...Object.fromEntries(
    ['no target', 'empty target', 'target without name', 'target of another kind', 'older: no target', 'older: empty']
      .concat('target of a kind that had another name')
      .map((name) => [
        `core/binding: ${name}`,
        "upstream answers 500 with the text of the fault, which is the client's: 422",
      ]),
  ),
  'rbac/escalation: rolebindings: to an odd kind': "upstream's 500 is the client's fault: 422",
  'requests/verbs: create with a version': '400: what a client got wrong is no failure of the server, upstream 500',
  'requests/verbs: update a version that is no number':
    '400: what a client got wrong is no failure of the server, upstream 500',
  'core/secret: data that is no base64': 'the codec words it as for unrecognized objects',
  'batch/job: selector is immutable': 'one fault that both halves of the validation of an update find is told once',
  'autoscaling/horizontal-pod-autoscaler: behavior without policies':
    'an empty list that omitempty leaves out is as absent, so the default fills it',
  ...Object.fromEntries(
    [
      'mutating-admission-policy: condition with a syntax error',
      'validating-admission-policy: condition with a syntax error',
      'mutating-webhook-configuration: condition that is broken',
      'validating-webhook-configuration: condition that is broken',
    ].map((name) => [`admissionregistration/${name}`, 'parsing an expression ends at its first syntax error']),
  ),
  'admissionregistration/mutating-admission-policy: json: patch with an unknown field':
    "upstream's type JSONPatch has every field, without a type",
  'custom-resources/lifecycle: unknown version':
    'what nobody serves is answered with a Status, where upstream has a page without one',
  'custom-resources/lifecycle: unknown resource':
    'what nobody serves is answered with a Status, where upstream has a page without one',
  'custom-resources/lifecycle: not served any more':
    'what nobody serves is answered with a Status, where upstream has a page without one',
  'custom-resources/lifecycle: no status subresource':
    'a subresource that there is not is answered as for built-in kinds',
  'custom-resources/lifecycle: finalizers off':
    'objects are deleted with their definition, upstream waits a little first',
};
