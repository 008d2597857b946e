import { Injectable, type ArgumentMetadata, type PipeTransform, type Type } from '@nestjs/common';
import { DomainError, type FieldProblem } from '../problems/domain-error.js';
import { fieldsOf, type Problem, type RequestField } from './field.js';

/** Never named back to the client in full: a field name is input too. */
const MAX_FIELD_NAME = 64;
const MAX_PROBLEMS = 20;

/**
 * Turns a body or query into its request class, or says what is wrong with every field. Fields nobody declared are
 * refused, so that nothing is assigned by accident (IV-03). Our requests are flat, but for fields that say otherwise: what
 * nests is cut off before anything walks it, so depth costs nothing (IV-01).
 */
@Injectable()
export class RequestValidationPipe implements PipeTransform {
  /** @throws DomainError `validation_failed` */
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if ((type !== 'body' && type !== 'query') || !metatype || metatype === Object) return value;
    // No body at all leaves every field out; a body of null is one, and no object.
    const input = value === undefined ? {} : value;
    if (typeof input !== 'object' || input === null || Array.isArray(input))
      throw refuse([{ field: '', code: 'not_an_object' }]);

    const fields = declaredFields(metatype);
    const unknown = Object.keys(input).filter((name) => !fields.has(name));
    if (unknown.length > 0) throw refuse(unknown.map((name) => ({ field: printable(name), code: 'unknown_field' })));

    const request = new metatype() as Record<string, unknown>;
    const problems: FieldProblem[] = [];
    for (const [name, field] of fields) {
      const given = read(field, (input as Record<string, unknown>)[name]);
      const problem = problemOf(field, given);
      if (problem) problems.push({ field: name, ...problem });
      else if (given !== undefined) request[name] = given;
    }
    if (problems.length > 0) throw refuse(problems);
    return request;
  }
}

const fieldsByClass = new WeakMap<object, ReadonlyMap<string, RequestField>>();

function declaredFields(metatype: Type<unknown>): ReadonlyMap<string, RequestField> {
  let fields = fieldsByClass.get(metatype);
  if (!fields) {
    fields = fieldsOf(metatype);
    fieldsByClass.set(metatype, fields);
  }
  return fields;
}

/** A string in its normal form; of what nests where nothing may, no more than that it does. */
function read({ isNested, normalise }: RequestField, value: unknown): unknown {
  if (typeof value === 'string') return normalise(value);
  if (isNested || typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? [] : {};
}

/** Absent is fine where optional; null is a value, and judged. */
function problemOf({ rule, isOptional }: RequestField, value: unknown): Problem | null {
  if (value !== undefined) return rule(value);
  return isOptional ? null : { code: 'required' };
}

/** What an unknown field is called in the answer. A name that is none may be anything, such as a password in the wrong place. */
function printable(name: string): string {
  return name.length <= MAX_FIELD_NAME && /^[\p{L}_$][\p{L}\p{N}_.$[\]-]*$/u.test(name) ? name : '?';
}

function refuse(fields: FieldProblem[]): DomainError {
  return new DomainError('validation_failed', { fields: fields.slice(0, MAX_PROBLEMS) });
}
