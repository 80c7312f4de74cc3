import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApiV2Protobuf } from './v2-protobuf.ts';

const document = {
  swagger: '2.0',
  info: {
    title: 'Kubernetes',
    version: 'v1',
  },
  paths: {
    '/x/{name}': {
      put: {
        tags: ['t'],
        operationId: 'putX',
        schemes: ['https'],
        consumes: ['*/*'],
        produces: ['application/json'],
        parameters: [
          {
            name: 'body',
            in: 'body',
            required: true,
            schema: {
              $ref: '#/definitions/X',
            },
          },
          {
            name: 'dryRun',
            in: 'query',
            type: 'string',
            uniqueItems: true,
          },
        ],
        responses: {
          '200': {
            description: 'OK',
            schema: {
              $ref: '#/definitions/X',
            },
          },
          '401': {
            description: 'Unauthorized',
          },
        },
        'x-kubernetes-action': 'put',
      },
      parameters: [
        {
          name: 'name',
          in: 'path',
          required: true,
          type: 'string',
          uniqueItems: true,
        },
      ],
    },
  },
  definitions: {
    X: {
      type: 'object',
      required: ['a'],
      properties: {
        a: {
          type: 'string',
          enum: ['p', 'q'],
        },
        b: {
          type: 'array',
          items: {
            type: 'integer',
            format: 'int32',
          },
          'x-kubernetes-list-type': 'atomic',
        },
        c: {
          type: 'object',
          additionalProperties: {
            type: 'string',
          },
        },
        d: {
          type: 'number',
          minimum: 1.5,
          maxLength: 7,
        },
      },
      'x-kubernetes-group-version-kind': [
        {
          group: 'g',
          kind: 'X',
          version: 'v1',
        },
      ],
    },
  },
  securityDefinitions: {
    BearerToken: {
      description: 'Bearer Token authentication',
      type: 'apiKey',
      name: 'authorization',
      in: 'header',
    },
  },
  security: [
    {
      BearerToken: [],
    },
  ],
};

/** What gnostic makes of the document (openapiv2.ParseDocument, proto.Marshal). */
const gnostic = [
  'CgMyLjASEAoKS3ViZXJuZXRlcxICdjFCgwISgAIKCS94L3tuYW1lfRLyARrOAQoBdCoEcHV0WDIQYXBwbGljYXRpb24vanNvbjoD',
  'Ki8qQiUKIwohEgRib2R5GgRib2R5IAEqEQoPIy9kZWZpbml0aW9ucy9YQiAKHhIcGhoSBXF1ZXJ5IgZkcnlSdW4yBnN0cmluZ6AB',
  'AUo9CiIKAzIwMBIbChkKAk9LEhMKEQoPIy9kZWZpbml0aW9ucy9YChcKAzQwMRIQCg4KDFVuYXV0aG9yaXplZFIFaHR0cHNqHQoT',
  'eC1rdWJlcm5ldGVzLWFjdGlvbhIGEgRwdXQKSh8KHRIbIhkIARIEcGF0aCIEbmFtZSoGc3RyaW5nmAEBSpUCCpICCgFYEowCmgEB',
  'YbIBCAoGb2JqZWN0ygGuAQoeCgFhEhmiAQQSAnAKogEEEgJxCrIBCAoGc3RyaW5nCk0KAWISSLIBBwoFYXJyYXm6ARUKExIFaW50',
  'MzKyAQkKB2ludGVnZXL6ASMKFngta3ViZXJuZXRlcy1saXN0LXR5cGUSCRIHYXRvbWljCgogCgFjEhuqAQ0KC7IBCAoGc3RyaW5n',
  'sgEICgZvYmplY3QKGwoBZBIWSQAAAAAAAPg/WAeyAQgKBm51bWJlcvoBSAofeC1rdWJlcm5ldGVzLWdyb3VwLXZlcnNpb24ta2lu',
  'ZBIlEiMtIGdyb3VwOiBnCiAga2luZDogWAogIHZlcnNpb246IHYxCmIRCg8KC0JlYXJlclRva2VuEgBqTwpNCgtCZWFyZXJUb2tl',
  'bhI+EjwKBmFwaUtleRINYXV0aG9yaXphdGlvbhoGaGVhZGVyIhtCZWFyZXIgVG9rZW4gYXV0aGVudGljYXRpb24=',
].join('');

test('openApiV2Protobuf writes what gnostic writes', () => {
  assert.equal(Buffer.from(openApiV2Protobuf(document)).toString('base64'), gnostic);
});
