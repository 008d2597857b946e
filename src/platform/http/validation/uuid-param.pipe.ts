import { Injectable, type PipeTransform } from '@nestjs/common';
import { DomainError } from '../problems/domain-error.js';
import { isUuid } from './field-decorators.js';

/** Accepts UUIDs in paths. Any other text is the id of no row, so it is refused without a query. */
@Injectable()
export class UuidParamPipe implements PipeTransform<string, string> {
  /** @throws DomainError `not_found` */
  transform(value: string): string {
    if (!isUuid(value)) throw new DomainError('not_found', { detail: 'the id is not a UUID' });
    return value.toLowerCase();
  }
}
