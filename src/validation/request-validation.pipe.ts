import { Injectable, type ArgumentMetadata, type PipeTransform, type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import { DomainError, type FieldProblem } from '../errors/domain-error.js';
import { FIELD_RULE, type FieldContext, type Problem } from './field.js';

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

    const known = declaredFields(metatype);
    const unknown = Object.keys(input).filter((name) => !known.has(name));
    if (unknown.length > 0) throw refuse(unknown.map((name) => ({ field: printable(name), code: 'unknown_field' })));

    const fields = input as Record<string, unknown>;
    const instance = plainToInstance(metatype as Type<object>, flat(fields));
    for (const [name, { isNested }] of known)
      if (isNested && Object.hasOwn(fields, name)) Object.assign(instance, { [name]: fields[name] });
    // A class without fields is one that class-validator has never heard of, and refuses.
    const problems = (known.size === 0 ? [] : validateSync(instance)).map(({ property, constraints }): FieldProblem => {
      return { field: property, ...(JSON.parse(constraints![FIELD_RULE]!) as Problem) };
    });
    if (problems.length > 0) throw refuse(problems);
    return instance;
  }
}

type DeclaredFields = ReadonlyMap<string, FieldContext>;

const fieldsByClass = new WeakMap<object, DeclaredFields>();

function declaredFields(metatype: Type<unknown>): DeclaredFields {
  let fields = fieldsByClass.get(metatype);
  if (!fields) {
    const metadata = getMetadataStorage().getTargetValidationMetadatas(metatype, '', false, false);
    fields = new Map(
      metadata
        // `ValidateIf` leaves an entry as well.
        .filter(({ name }) => name === FIELD_RULE)
        .map(({ propertyName, context }) => [propertyName, context as FieldContext]),
    );
    fieldsByClass.set(metatype, fields);
  }
  return fields;
}

function flat(input: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(input).map(([name, value]) => [
    name,
    typeof value === 'object' && value !== null ? (Array.isArray(value) ? [] : {}) : value,
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function printable(name: string): string {
  return name
    .slice(0, MAX_FIELD_NAME)
    .toWellFormed()
    .replace(/[^\p{L}\p{N}_.$[\]-]/gu, '?');
}

function refuse(fields: FieldProblem[]): DomainError {
  return new DomainError('validation_failed', { fields: fields.slice(0, MAX_PROBLEMS) });
}
