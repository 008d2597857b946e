import type { OpenAPIObject } from '@nestjs/swagger';
import type { AttributeDeclaration } from '../../platform/attributes/attribute-declarations.js';

type Declarations = ReadonlyMap<string, AttributeDeclaration>;
type Schema = Readonly<Record<string, unknown>>;
type Schemas = Record<string, { properties?: Record<string, Schema>; required?: string[] }>;

interface Selection {
  /** Which attributes the schema has. */
  readonly has: (declaration: AttributeDeclaration) => boolean;
  /** Which of them a request needs. */
  readonly needs?: (declaration: AttributeDeclaration) => boolean;
  /** Which of them null removes. */
  readonly removes?: (declaration: AttributeDeclaration) => boolean;
}

const isOfSignUp = ({ atSignUp }: AttributeDeclaration): boolean => atSignUp !== undefined;
const isRequired = ({ atSignUp }: AttributeDeclaration): boolean => atSignUp === 'required';
const isVisible = ({ member }: AttributeDeclaration): boolean => member !== 'hidden';
const isAny = (): boolean => true;

const SELECTIONS: Readonly<Record<string, Selection>> = {
  SignUpRequest: { has: isOfSignUp, needs: isRequired },
  SocialSignUpRequest: { has: isOfSignUp, needs: isRequired },
  // Needs none: the inviter may have set those that are required.
  AcceptInvitationRequest: { has: isOfSignUp },
  InspectedInvitationResponse: { has: isVisible },
  UpdateProfileRequest: {
    has: ({ member }) => member === 'write',
    removes: (declaration) => !isRequired(declaration),
  },
  ProfileResponse: { has: isVisible },
  InviteRequest: { has: isAny },
  InvitationResponse: { has: isAny },
  ChangeMemberRequest: { has: isAny, removes: isAny },
  MemberDetailsResponse: { has: isAny },
  EventMember: { has: isAny },
  IntrospectionResponse: { has: ({ inToken }) => inToken },
};

/**
 * Describes the declared attributes in the document of this server. Hidden ones are in the schemas
 * of administrators, events and tokens: the document shows that they exist, never a value.
 */
export function withAttributes(document: OpenAPIObject, declarations: Declarations): OpenAPIObject {
  if (declarations.size === 0) return document;
  const schemas = document.components?.schemas as Schemas;
  for (const [name, { has, needs, removes }] of Object.entries(SELECTIONS)) {
    const schema = schemas[name];
    if (schema?.properties === undefined) continue;
    const selected = [...declarations].filter(([, declaration]) => has(declaration));
    const needed = selected.filter(([, declaration]) => needs?.(declaration));
    const { example: _, ...documented } = schema.properties['attributes'] ?? {};
    schema.properties['attributes'] = {
      ...documented,
      properties: Object.fromEntries(
        selected.map(([attribute, declaration]) => [
          attribute,
          removes?.(declaration) ? orNull(declaration.schema) : declaration.schema,
        ]),
      ),
      ...(needed.length > 0 && {
        required: needed.map(([attribute]) => attribute),
        example: Object.fromEntries(
          needed.map(([attribute, declaration]) => [attribute, exampleOf(declaration.schema)]),
        ),
      }),
      additionalProperties: false,
    };
    if (needed.length > 0) schema.required = [...(schema.required ?? []), 'attributes'];
  }
  return document;
}

/** A schema of its own for null: `nullable` has no effect beside `enum`, `const` or several types. */
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { enum: [null] }] });

/** A value that the schema names; otherwise one of its type, which may break rules such as `pattern`. */
function exampleOf({ examples, default: standard, const: only, enum: values, type, minimum }: Schema): unknown {
  const named = [(examples as unknown[] | undefined)?.[0], standard, only, (values as unknown[] | undefined)?.[0]];
  const byType: Schema = { string: 'text', integer: minimum ?? 1, number: minimum ?? 1, boolean: true, array: [] };
  const [first] = [type].flat() as string[];
  return named.find((value) => value !== undefined) ?? byType[first ?? ''] ?? {};
}
