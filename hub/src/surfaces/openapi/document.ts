// The OpenAPI 3.1 document of this hub, made from the same schemas that check every request and answer.
import { z } from 'zod';
import { type Access, type Route } from '../route/route.ts';

type Schema = Record<string, unknown>;

const SECURITY: Readonly<Record<Access, readonly Schema[]>> = {
  open: [],
  link: [],
  anyone: [{}, { token: [] }],
  user: [{ token: [] }],
  xet: [{ xetToken: [] }],
  page: [],
  client: [],
  operator: [],
};

const FAULT: Schema = {
  type: 'object',
  properties: { error: { type: 'string', description: 'What happened, why, and what to do.' } },
  required: ['error'],
};

/** The document for these routes. */
export function describeApi(routes: readonly Route[], version: string): Schema {
  const paths: Record<string, Record<string, Schema>> = {};
  for (const route of routes) {
    const path = documentPath(route.path);
    const operations = (paths[path] ??= {});
    operations[route.method.toLowerCase()] = describeRoute(route, path);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Holdfast', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An access token, hf_…' },
        xetToken: { type: 'http', scheme: 'bearer', description: 'What the routes xet-…-token give.' },
      },
      responses: {
        Fault: {
          description: 'A refusal; its code is in X-Error-Code and its words in X-Error-Message.',
          headers: {
            'X-Error-Code': { schema: { type: 'string' } },
            'X-Error-Message': { schema: { type: 'string' } },
            'X-Request-Id': { schema: { type: 'string' } },
          },
          content: { 'application/json': { schema: FAULT } },
        },
      },
    },
  };
}

function describeRoute(route: Route, path: string): Schema {
  return {
    operationId: route.operation,
    summary: route.summary,
    security: SECURITY[route.access],
    parameters: [...pathParameters(path), ...queryParameters(route.query)],
    ...requestBody(route),
    responses: {
      [String(route.status ?? 200)]: describeSuccess(route),
      default: { $ref: '#/components/responses/Fault' },
    },
  };
}

function describeSuccess(route: Route): Schema {
  if (route.output === 'stream') return { description: 'Success' };
  return {
    description: 'Success',
    content: { 'application/json': { schema: jsonSchema(route.output, 'output') } },
  };
}

function requestBody(route: Route): Schema {
  if (route.bodyKind === 'none') return {};
  if (route.bodyKind === 'stream')
    return {
      requestBody: {
        content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
      },
    };
  return {
    requestBody: {
      required: true,
      content: { 'application/json': { schema: jsonSchema(route.body, 'input') } },
    },
  };
}

function pathParameters(path: string): Schema[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema:
      name === 'type'
        ? { type: 'string', enum: ['models', 'datasets', 'spaces'] }
        : { type: 'string', minLength: 1 },
  }));
}

function queryParameters(query: z.ZodType): Schema[] {
  const schema = jsonSchema(query, 'input') as { properties?: Record<string, Schema>; required?: string[] };
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    in: 'query',
    required: schema.required?.includes(name) ?? false,
    schema: property,
  }));
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Schema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

// File URLs of models have no prefix, those of datasets and spaces do; the document shows the models' form.
function documentPath(path: string): string {
  return path.replace('{prefix}', '').replace(/\*$/, '{path}');
}
