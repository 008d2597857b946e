import type { OpenAPIObject } from '@nestjs/swagger';
import type { AttributeDeclaration } from '../../platform/attributes/attribute-declarations.js';

type Declarations = ReadonlyMap<string, AttributeDeclaration>;
type Schemas = Record<string, { properties?: Record<string, unknown>; required?: string[] }>;

/** Which attributes each schema has. */
const SELECTIONS: Readonly<Record<string, (declaration: AttributeDeclaration) => boolean>> = {
  SignUpRequest: ({ atSignUp }) => atSignUp !== undefined,
  UpdateProfileRequest: ({ member }) => member === 'write',
  ProfileResponse: ({ member }) => member !== 'hidden',
  ChangeMemberRequest: () => true,
  MemberDetailsResponse: () => true,
  EventMember: () => true,
};

/**
 * Describes the declared attributes in the document of this server. Hidden ones are in the schemas
 * of administrators and events: the document shows that they exist, never a value.
 */
export function withAttributes(document: OpenAPIObject, declarations: Declarations): OpenAPIObject {
  if (declarations.size === 0) return document;
  const schemas = document.components?.schemas as Schemas;
  for (const [name, isSelected] of Object.entries(SELECTIONS)) {
    const schema = schemas[name];
    if (schema?.properties === undefined) continue;
    const selected = [...declarations].filter(([, declaration]) => isSelected(declaration));
    const required = selected.filter(([, { atSignUp }]) => name === 'SignUpRequest' && atSignUp === 'required');
    schema.properties['attributes'] = {
      type: 'object',
      properties: Object.fromEntries(selected.map(([attribute, declaration]) => [attribute, declaration.schema])),
      ...(required.length > 0 && { required: required.map(([attribute]) => attribute) }),
      additionalProperties: false,
    };
    if (required.length > 0) schema.required = [...(schema.required ?? []), 'attributes'];
  }
  return document;
}
