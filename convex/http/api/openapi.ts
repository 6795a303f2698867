/** The OpenAPI 3.1 document of /api/v1, generated from the schemas that check the requests (docs/rules.md P1). */
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { z } from 'zod';
import { basePath, type Operation, operations } from './operations';
import { zHealth, zProblem } from '../../shared/agents/agentApi';

const zIdempotencyKey = z.object({
  'Idempotency-Key': z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe(
      'The same key and body give the same answer for 48 hours; the same key with another body is refused.',
    ),
});

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: zProblem } },
});

const faultsOf = (operation: Operation) => ({
  '400': problem('The request is not valid'),
  '401': problem('No valid key'),
  '429': problem('The key has used up its calls; Retry-After says when there are more'),
  ...(operation.params === undefined ? {} : { '404': problem('Not there, or not yours') }),
  ...(operation.method === 'GET'
    ? {}
    : {
        '413': problem('The body is too large'),
        '415': problem('The body is not declared as JSON'),
        '422': problem('The Idempotency-Key was used with another body'),
      }),
});

function describe(operation: Operation): ZodOpenApiOperationObject {
  const { id, summary, description, params, responses } = operation;
  const isGet = operation.method === 'GET';
  return {
    operationId: id,
    summary,
    ...(description === undefined ? {} : { description }),
    security: [{ agentKey: [] }],
    requestParams: {
      ...(params === undefined ? {} : { path: params }),
      ...(isGet && operation.query !== undefined ? { query: operation.query } : {}),
      ...(isGet ? {} : { header: zIdempotencyKey }),
    },
    ...(isGet
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: operation.body } } } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(responses).map(([status, response]) => [
          status,
          response.schema === undefined
            ? { description: response.description }
            : {
                description: response.description,
                content: { 'application/json': { schema: response.schema } },
              },
        ]),
      ),
      ...faultsOf(operation),
    },
  } as ZodOpenApiOperationObject;
}

function pathsOf(): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {
    '/health': {
      get: {
        operationId: 'getHealth',
        summary: 'Whether the API answers',
        security: [],
        responses: {
          '200': { description: 'It does', content: { 'application/json': { schema: zHealth } } },
        },
      },
    },
  };
  for (const operation of operations) {
    const path = (paths[operation.path] ??= {});
    path[operation.method === 'GET' ? 'get' : 'post'] = describe(operation);
  }
  return paths;
}

export function openApiDocument(siteUrl: string) {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Baton for agents',
      version: '1',
      description: 'How an AI agent keeps its conversations in Baton and hands over to people.',
    },
    servers: [{ url: `${siteUrl}${basePath}` }],
    components: {
      securitySchemes: {
        agentKey: { type: 'http', scheme: 'bearer', description: 'An agent key, baton_live_…' },
      },
    },
    paths: pathsOf(),
  });
}
