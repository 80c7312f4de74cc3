/** What the types and fields of batch/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */
import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const batchV1: PackageDescriptions = {
  package: 'k8s.io/api/batch/v1',
  text: `
Job: Runs pods until a given number of them has succeeded, replacing those that fail.
  spec: What is to be run, how often, and when to give up.
  status: How far the Job has come; written by its controller.
PodFailurePolicyOnExitCodesRequirement: Matches a failed pod by the exit codes of its containers.
  containerName: Looks at this container or init container only; at all of them when absent.
  operator: In matches when an exit code is one of values, NotIn when an exit code other than 0 is none of them.
  values: Exit codes, 1 to 255 of them, in ascending order and without repeats; 0 is not allowed with In.
PodFailurePolicyOnPodConditionsPattern: Matches a failed pod by one of its conditions.
  type: Type of the condition, such as DisruptionTarget.
  status: Status that the condition must have; True when absent.
PodFailurePolicyRule: What to do with pods that failed in a certain way. Exactly one of onExitCodes and onPodConditions is given.
  action: FailJob fails the whole Job, FailIndex the pod's index (needs backoffLimitPerIndex), Ignore does not count the failure, Count counts it as usual.
  onExitCodes: Matches by exit codes of containers.
  onPodConditions: Matches when the pod has one of these conditions; at most 20.
PodFailurePolicy: How failed pods are treated, other than by counting them all towards backoffLimit.
  rules: Looked through in order; the first that matches decides, and a pod that none matches is counted. At most 20.
SuccessPolicy: When an Indexed Job counts as succeeded before all of its indexes are.
  rules: Looked through in order; the Job succeeds as soon as one is met, and its remaining pods are ended. 1 to 20 of them.
SuccessPolicyRule: What must have succeeded; with both fields, that many of those indexes.
  succeededIndexes: Indexes that must succeed, as numbers and ranges such as 1,3-5,7. All of them, when succeededCount is absent.
  succeededCount: How many indexes must succeed: of succeededIndexes where given, else of all.
JobSpec: What a Job runs, how often, and when it gives up.
  parallelism: Pods that may run at a time; default 1. With 0 no pod runs until it is raised.
  completions: Pods that must succeed. When absent, the success of any pod ends the Job once all pods have ended.
  activeDeadlineSeconds: Seconds from startTime until the Job is failed and its pods are ended. Does not run while the Job is suspended.
  podFailurePolicy: Treats certain failures of pods specially. Needs restartPolicy Never in the template; cannot be changed.
  successPolicy: Lets the Job succeed with only some of its indexes. Needs completionMode Indexed; cannot be changed.
  backoffLimit: Failures after which the Job is failed; default 6, or practically no limit where backoffLimitPerIndex is given.
  backoffLimitPerIndex: Failures of one index after which that index is failed while others go on. Needs completionMode Indexed and restartPolicy Never.
  maxFailedIndexes: Failed indexes beyond which the whole Job is failed; not more than completions. Needs backoffLimitPerIndex.
  selector: Selects the pods of the Job. Made by the server; only to be given with manualSelector.
  manualSelector: With true, the given selector is taken as it is and labels of the template are left alone. Mistakes affect pods of others.
  template: From this the pods are made. Its restartPolicy must be Never or OnFailure; mostly fixed once the Job has started.
  ttlSecondsAfterFinished: Seconds after its end when the Job and its pods are deleted, 0 meaning at once. Kept for good when absent.
  completionMode: NonIndexed (the default) takes all pods as equal; Indexed gives each an index from 0 to completions - 1, each of which must succeed once.
  suspend: While true no pods are made; turning it true ends running pods and clears startTime. Default false.
  podReplacementPolicy: TerminatingOrFailed replaces a pod as soon as it starts to end, Failed (the default, and the only choice, with podFailurePolicy) when it has ended.
  managedBy: Name of the controller in charge. Absent or kubernetes.io/job-controller means the built-in one; others leave it alone. Cannot be changed.
JobStatus: How far a Job has come.
  conditions: Observations of its state: Suspended, SuccessCriteriaMet, FailureTarget, and in the end Complete or Failed.
  startTime: When the controller first worked on the Job, or on its resumption. Absent while suspended.
  completionTime: When the Job succeeded; absent for one that failed.
  active: Pods that are pending or running and not being deleted.
  succeeded: Pods that ended with success.
  failed: Pods that ended with failure.
  terminating: Pods that are being deleted but have not ended yet.
  completedIndexes: Indexes that succeeded, as numbers and ranges such as 1,3-5,7. Only with completionMode Indexed.
  failedIndexes: Indexes that failed for good, in the form of completedIndexes. Only with backoffLimitPerIndex.
  uncountedTerminatedPods: Pods that have ended and are not yet part of succeeded and failed.
  ready: Active pods whose Ready condition is true.
UncountedTerminatedPods: Ended pods that keep the Job's finalizer until they are counted, so that none is counted twice.
  succeeded: UIDs of pods that succeeded.
  failed: UIDs of pods that failed.
JobCondition: One observation of a Job's state.
  type: Suspended, SuccessCriteriaMet (success is decided), FailureTarget (failure is decided), Complete or Failed (all pods have ended).
  status: Whether it holds: True, False or Unknown.
  lastProbeTime: When the condition was looked at last.
  lastTransitionTime: When the status changed last.
  reason: The cause of the last change, as one CamelCase word for programs, such as BackoffLimitExceeded.
  message: The last change explained for people.
JobTemplateSpec: From this a CronJob makes its Jobs.
  metadata: Labels and annotations that every Job made gets.
  spec: Copied into every Job made.
CronJob: Makes a Job at the times of a schedule.
  spec: When to make a Job, which, and how many may exist.
  status: Which Jobs run and when the last ones did.
CronJobSpec: When to make a Job, which, and how many may exist.
  schedule: Cron expression of five fields: minute, hour, day of month, month, day of week. Names such as @hourly are understood.
  timeZone: IANA name of the time zone of the schedule, such as Europe/Berlin; that of kube-controller-manager when absent.
  startingDeadlineSeconds: How late, in seconds, a missed Job may still be made; later ones are skipped. No limit when absent.
  concurrencyPolicy: When the previous Job still runs: Allow (the default) starts another beside it, Forbid skips the time, Replace ends the running one.
  suspend: While true no Jobs are made; those that run are left alone. Default false.
  jobTemplate: From this the Jobs are made.
  successfulJobsHistoryLimit: Succeeded Jobs to keep; default 3.
  failedJobsHistoryLimit: Failed Jobs to keep; default 1.
CronJobStatus: Which Jobs of a CronJob run and when the last ones did.
  active: The Jobs that have not ended yet.
  lastScheduleTime: The time of the schedule for which a Job was made last.
  lastSuccessfulTime: When a Job last ended with success.
`,
};
