import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ValidateBy, ValidateIf, type ValidationOptions } from 'class-validator';
import type { FieldProblem } from '../problems/domain-error.js';

/** The part of a field problem that a rule knows: its code and what the message needs. */
export type RuleProblem = Omit<FieldProblem, 'field'>;

/** For the decorators of class-validator: the code that the answer carries when the rule is broken. */
export function withCode(code: RuleProblem['code'], params?: RuleProblem['params']): ValidationOptions {
  const context: RuleProblem = { code, params };
  return { context };
}

/** A rule of our own. A field may have several; the answer names the first one that is broken. */
export function Rule(
  code: RuleProblem['code'],
  isMet: (value: unknown) => boolean,
  params?: RuleProblem['params'],
): PropertyDecorator {
  const validator = { validate: isMet, defaultMessage: () => code };
  return ValidateBy({ name: code, validator }, withCode(code, params));
}

/** The field must be there; an empty text counts as a value. */
export const IsPresent = (): PropertyDecorator => Rule('required', (value) => value !== undefined);

/** The field must be there and must not be an empty text. */
export const IsFilled = (): PropertyDecorator => Rule('required', (value) => value !== undefined && value !== '');

/** The field may be absent. Unlike `IsOptional` of class-validator, null is a value and has to pass the other rules. */
export function MayBeAbsent(): PropertyDecorator {
  return applyDecorators(
    ValidateIf((_, value) => value !== undefined),
    ApiProperty({ required: false }),
  );
}

/** The field may be null, which means "none". */
export function MayBeNull(): PropertyDecorator {
  return applyDecorators(
    ValidateIf((_, value) => value !== null),
    ApiProperty({ nullable: true }),
  );
}

/** Brings a text into the form it is compared and stored in, before the rules see it. */
export function Normalise(normalise: (text: string) => string): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? normalise(value) : value));
}
