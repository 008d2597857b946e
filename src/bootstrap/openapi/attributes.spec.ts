import { describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { AttributeDeclaration } from '../../platform/attributes/attribute-declarations.js';
import { withAttributes } from './attributes.js';

/** What the document shows of one declared attribute in the body of a sign-up. */
function signUpWith(declaration: AttributeDeclaration): Record<string, unknown> {
  const schema = { type: 'object', properties: { attributes: { type: 'object', example: {} } } };
  const document = { openapi: '3.0.0', paths: {}, components: { schemas: { SignUpRequest: schema } } };
  withAttributes(document as unknown as OpenAPIObject, new Map([['plan', declaration]]));
  return schema.properties.attributes;
}

describe('attributes in the OpenAPI document', () => {
  it.each([
    [{ type: 'string', examples: ['pro', 'free'], default: 'free' }, 'pro'],
    [{ type: 'string', default: 'free', enum: ['pro', 'free'] }, 'free'],
    [{ const: false }, false],
    [{ enum: ['pro', 'free'] }, 'pro'],
    [{ type: 'string' }, 'text'],
    [{ type: 'integer', minimum: 18 }, 18],
    [{ type: ['number', 'string'] }, 1],
    [{ type: 'boolean' }, true],
    [{ type: 'array' }, []],
    [{ type: 'object' }, {}],
  ])('one of the schema %j that a sign-up needs has the example %j', (schema, example) => {
    expect(signUpWith({ schema, member: 'write', inToken: false, atSignUp: 'required' })['example']).toEqual({
      plan: example,
    });
  });

  it('one that a sign-up does not need has no example, so that a first try leaves it out', () => {
    expect(signUpWith({ schema: { type: 'string' }, member: 'write', inToken: false, atSignUp: 'optional' })).toEqual({
      type: 'object',
      properties: { plan: { type: 'string' } },
      additionalProperties: false,
    });
  });
});
