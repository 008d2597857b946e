import type { Type } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import type { FieldProblem } from '../problems/domain-error.js';

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

/** What the pipe does with a field. */
export type RequestField = Required<Pick<FieldOptions, 'rule' | 'isOptional' | 'isNested' | 'normalise'>>;

/** By request class: its own fields, without those it inherits. */
const declared = new WeakMap<object, Map<string, RequestField>>();

/** One property of a request: its rule, its normal form and its place in the OpenAPI document, said once. */
export function Field({
  rule,
  api,
  isOptional = false,
  isNested = false,
  normalise = (value) => value,
}: FieldOptions): PropertyDecorator {
  const document = ApiProperty({ ...api, required: !isOptional } as ApiPropertyOptions);
  return (prototype, name) => {
    document(prototype, name);
    const fields = declared.get(prototype) ?? new Map<string, RequestField>();
    declared.set(prototype, fields.set(String(name), { rule, isOptional, isNested, normalise }));
  };
}

/** The fields of a request class, those it inherits first. */
export function fieldsOf({ prototype }: Type<unknown>): ReadonlyMap<string, RequestField> {
  const fields: [string, RequestField][] = [];
  for (let at = prototype as object | null; at !== null; at = Object.getPrototypeOf(at) as object | null)
    fields.unshift(...(declared.get(at) ?? []));
  return new Map(fields);
}
