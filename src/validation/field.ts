import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ValidateBy, ValidateIf } from 'class-validator';
import type { FieldProblem } from '../errors/domain-error.js';

export type Problem = Omit<FieldProblem, 'field'>;

/** What is wrong with a value, or null. */
export type Rule = (value: unknown) => Problem | null;

interface FieldOptions {
  readonly rule: Rule;
  readonly api: ApiPropertyOptions;
  readonly isOptional?: boolean;
  /** The value is an object, handed to the rule as it came. The rule looks at the parts it knows and walks nothing. */
  readonly isNested?: boolean;
  /** Brings a string into the form it is compared and stored in, before the rule sees it. */
  readonly normalise?: (value: string) => string;
}

/** What the pipe has to know of a field. */
export interface FieldContext {
  readonly isNested: boolean;
}

/** Under this name class-validator reports the outcome; its text is the problem as JSON, read back by the pipe. */
export const FIELD_RULE = 'fieldRule';

/** One property of a request: its rule, its normal form and its place in the OpenAPI document, said once. */
export function Field({ rule, api, isOptional = false, isNested = false, normalise }: FieldOptions): PropertyDecorator {
  const decorators: PropertyDecorator[] = [
    ApiProperty({ ...api, required: !isOptional } as ApiPropertyOptions),
    ValidateBy(
      {
        name: FIELD_RULE,
        validator: {
          validate: (value) => problemOf(rule, value) === null,
          defaultMessage: (args) => JSON.stringify(problemOf(rule, args?.value)),
        },
      },
      { context: { isNested } satisfies FieldContext },
    ),
  ];
  // Absent is fine where optional; null is a value, and judged.
  if (isOptional) decorators.push(ValidateIf((_, value) => value !== undefined));
  if (normalise)
    decorators.push(
      Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? normalise(value) : value)),
    );
  return applyDecorators(...decorators);
}

function problemOf(rule: Rule, value: unknown): Problem | null {
  return value === undefined ? { code: 'required' } : rule(value);
}
