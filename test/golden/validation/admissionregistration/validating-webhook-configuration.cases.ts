import { webhookCases } from './webhook-cases.ts';

export const cases = webhookCases('validatingwebhookconfigurations');
