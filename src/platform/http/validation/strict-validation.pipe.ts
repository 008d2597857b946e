import { Injectable, ValidationPipe, type ArgumentMetadata, type PipeTransform, type Type } from '@nestjs/common';
import { validateSync, type ValidationError, type ValidatorOptions } from 'class-validator';
import { hasForbiddenKey } from '../../attributes/attribute-declarations.js';
import { DomainError, type FieldProblem } from '../problems/domain-error.js';
import type { RuleProblem } from './rule.js';
import { acceptFlat, compile } from './compiled-request.js';
import { cacheRules } from './rule-cache.js';

/** Names of unknown fields come from the client, so the answer does not repeat longer ones. */
const MAX_FIELD_NAME = 64;
const MAX_PROBLEMS = 20;
/**
 * Deeper levels of a body are cut off. The deepest field that the service reads, a passkey
 * credential, has five.
 */
const MAX_DEPTH = 8;

/** Parameters of these types have no rules. */
const PLAIN_TYPES: ReadonlySet<Type> = new Set<Type>([Object, String, Boolean, Number, Array]);

/** All our rules are synchronous: class-validator's promises would double what a request costs. */
class SynchronousValidationPipe extends ValidationPipe {
  protected override validate(request: object, options?: ValidatorOptions): ValidationError[] {
    return validateSync(request, options);
  }
}

/**
 * Turns a body or query into its request class, or refuses it with a code for each field.
 *
 * Two checks come before class-transformer. Unknown fields are refused first, because class-transformer
 * drops names such as `__proto__` and `toString` in silence (IV-03). Deep nesting is cut off, because
 * class-transformer recurses and 9,000 levels overflow the stack (IV-01).
 */
@Injectable()
export class StrictValidationPipe implements PipeTransform {
  private readonly validation = new SynchronousValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => refusalOf(errors.map(problemOf)),
  });

  constructor() {
    cacheRules();
  }

  /**
   * Returns without a promise where there is nothing to validate, because the pipe runs for each
   * parameter of each route.
   * @throws DomainError `validation_failed`
   */
  transform(value: unknown, metadata: ArgumentMetadata): unknown {
    const { type, metatype } = metadata;
    if ((type !== 'body' && type !== 'query') || !metatype || PLAIN_TYPES.has(metatype)) return value;
    // An absent body counts as an object without fields. A body of null is refused.
    const input = value === undefined ? {} : value;
    if (typeof input !== 'object' || input === null || Array.isArray(input))
      throw refusalOf([{ field: '', code: 'not_an_object' }]);
    refuseUnknownFields(metatype, input);
    return acceptFlat(metatype, input) ?? this.validation.transform(withoutSurprises(input), metadata);
  }
}

function refuseUnknownFields(requestClass: Type, input: object): void {
  const { names } = compile(requestClass);
  const unknown = Object.keys(input).filter((name) => !names.has(name));
  if (unknown.length > 0) throw refusalOf(unknown.map((name) => ({ field: printable(name), code: 'unknown_field' })));
}

/**
 * Cuts off deep nesting. Refuses forbidden keys of nested objects, such as `__proto__`, because the
 * ValidationPipe would drop them in silence (IV-03).
 */
function withoutSurprises(input: object): unknown {
  const cut = cutDepth(input, MAX_DEPTH) as object;
  const field = Object.entries(cut).find(([, value]) => hasForbiddenKey(value))?.[0];
  if (field !== undefined) throw refusalOf([{ field, code: 'unknown_field' }]);
  return cut;
}

function cutDepth(value: unknown, levels: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  // Nearly every body is flat, and needs no copy.
  if (levels > 0 && !Object.values(value).some((item) => typeof item === 'object' && item !== null)) return value;
  if (Array.isArray(value)) return levels === 0 ? [] : value.map((item) => cutDepth(item, levels - 1));
  const entries = levels === 0 ? [] : Object.entries(value);
  return Object.fromEntries(entries.map(([name, item]) => [name, cutDepth(item, levels - 1)]));
}

/** An error without a context comes from the whitelist: the field is unknown. */
function problemOf({ property, contexts = {} }: ValidationError): FieldProblem {
  const [problem = { code: 'unknown_field' }] = Object.values(contexts) as RuleProblem[];
  return { field: property, ...problem };
}

/**
 * A client may send anything as a field name, even a password. The answer repeats only what looks
 * like a name.
 */
function printable(name: string): string {
  return name.length <= MAX_FIELD_NAME && /^[\p{L}_$][\p{L}\p{N}_.$[\]-]*$/u.test(name) ? name : '?';
}

function refusalOf(fields: FieldProblem[]): DomainError {
  return new DomainError('validation_failed', { fields: fields.slice(0, MAX_PROBLEMS) });
}
