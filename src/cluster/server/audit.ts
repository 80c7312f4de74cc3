/** The audit of the cluster's API server, put together from its options. */

import { Audit, type AuditSink } from '#apiserver/audit/audit.ts';
import { type BatchOptions, BatchSink, webhookBatches } from '#apiserver/audit/batch.ts';
import { compileAuditPolicy, parseAuditPolicy } from '#apiserver/audit/policy.ts';
import { defaultMaxBatchBytes, defaultMaxEventBytes, TruncatingSink } from '#apiserver/audit/truncate.ts';
import type { WebhookClient, WebhookTarget } from '#apiserver/webhook/webhook-client.ts';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import { createAuditLog } from '#platform/node/audit-log.ts';
import { Failure } from '../failure.ts';
import { booleanFlag, durationFlag, flagText, numberFlag, type ServerFlags } from '../server-options.ts';
import { webhookTargetFrom, withFile } from './identity/files.ts';

interface AuditParts {
  readonly env: Env;
  readonly flags: ServerFlags;
  readonly webhooks: WebhookClient;
}

const webhookTimeoutMs = 30_000;

/** Undefined when nothing is to be recorded. Throws Failure for options or files that are wrong. */
export function assembleAudit({ env, flags, webhooks }: AuditParts): Audit | undefined {
  const policyFile = flagText(flags, 'audit-policy-file');
  const logPath = flagText(flags, 'audit-log-path');
  const webhookFile = flagText(flags, 'audit-webhook-config-file');
  if (policyFile === undefined) {
    const idle =
      logPath === undefined ? (webhookFile === undefined ? undefined : 'audit-webhook-config-file') : 'audit-log-path';
    if (idle === undefined) return undefined;
    throw new Failure(`--${idle}: without a policy nothing is recorded`, 'give --audit-policy-file too');
  }
  const policy = withFile('audit-policy-file', policyFile, parseAuditPolicy);
  const sinks: AuditSink[] = [];
  if (logPath !== undefined) sinks.push(truncating(env, flags, 'log', openLog(env, flags, logPath)));
  if (webhookFile !== undefined) {
    const target = webhookTargetFrom('audit-webhook-config-file', webhookFile);
    const sink = new BatchSink('webhook', env, batchOptions(flags), (events) => post(env, webhooks, target, events));
    sinks.push(truncating(env, flags, 'webhook', sink));
  }
  if (sinks.length === 0) {
    throw new Failure(
      '--audit-policy-file: the policy has nowhere to record to',
      'give --audit-log-path or --audit-webhook-config-file too',
    );
  }
  return new Audit({ env, policy: compileAuditPolicy(policy), sinks });
}

/** Throws Failure for sizes that make no sense, in upstream's words. */
function truncating(env: Env, flags: ServerFlags, name: 'log' | 'webhook', sink: AuditSink): AuditSink {
  if (!booleanFlag(flags, `audit-${name}-truncate-enabled`, false)) return sink;
  const maxEventBytes = numberFlag(flags, `audit-${name}-truncate-max-event-size`, defaultMaxEventBytes);
  const maxBatchBytes = numberFlag(flags, `audit-${name}-truncate-max-batch-size`, defaultMaxBatchBytes);
  if (maxEventBytes <= 0) {
    throw new Failure(`invalid audit truncate ${name} max event size ${maxEventBytes}, must be a positive number`);
  }
  if (maxBatchBytes < maxEventBytes) {
    throw new Failure(
      `invalid audit truncate ${name} max batch size ${maxBatchBytes}, must be greater than max event size (${maxEventBytes})`,
    );
  }
  return new TruncatingSink(env, sink, maxEventBytes);
}

function openLog(env: Env, flags: ServerFlags, path: string): AuditSink {
  const options = {
    path,
    maxSizeMegabytes: numberFlag(flags, 'audit-log-maxsize', 0),
    maxBackups: numberFlag(flags, 'audit-log-maxbackup', 0),
    maxAgeDays: numberFlag(flags, 'audit-log-maxage', 0),
  };
  try {
    return createAuditLog(env, options);
  } catch (cause) {
    throw new Failure(`--audit-log-path ${path}: ${messageOf(cause)}`, 'name a file in a directory that exists', {
      cause,
    });
  }
}

function batchOptions(flags: ServerFlags): BatchOptions {
  return {
    ...webhookBatches,
    bufferSize: numberFlag(flags, 'audit-webhook-batch-buffer-size', webhookBatches.bufferSize),
    maxBatchSize: numberFlag(flags, 'audit-webhook-batch-max-size', webhookBatches.maxBatchSize),
    maxWaitMs: durationFlag(flags, 'audit-webhook-batch-max-wait', webhookBatches.maxWaitMs),
    initialBackoffMs: durationFlag(flags, 'audit-webhook-initial-backoff', webhookBatches.initialBackoffMs),
  };
}

async function post(
  env: Env,
  webhooks: WebhookClient,
  target: WebhookTarget,
  events: readonly string[],
): Promise<void> {
  const body = `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${events.join(',')}]}`;
  const late = new AbortController();
  const timer = env.clock.after(webhookTimeoutMs, () => late.abort());
  try {
    const answer = await webhooks.post({ ...target, body: new TextEncoder().encode(body), signal: late.signal });
    if (answer.status < 200 || answer.status > 299)
      throw new Error(`the webhook answered with status ${answer.status}`);
  } finally {
    timer.cancel();
  }
}
