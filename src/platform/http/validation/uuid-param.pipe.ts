import { Injectable, type PipeTransform } from '@nestjs/common';
import { DomainError } from '../problems/domain-error.js';
import { isUuid } from './field-decorators.js';

/** Passes well-formed ids on to the database. Any other text names no row. */
@Injectable()
export class UuidParamPipe implements PipeTransform<string, string> {
  /** @throws DomainError `not_found` */
  transform(value: string): string {
    if (!isUuid(value)) throw new DomainError('not_found', { detail: 'not an id' });
    return value.toLowerCase();
  }
}
