import { Injectable, type PipeTransform } from '@nestjs/common';
import { DomainError } from '../problems/domain-error.js';
import { uuid } from './rules.js';

/** Lets well-formed ids through to the database; any other text names nothing. */
@Injectable()
export class UuidParamPipe implements PipeTransform<string, string> {
  /** @throws DomainError `not_found` */
  transform(value: string): string {
    if (uuid(value) !== null) throw new DomainError('not_found', { detail: 'not an id' });
    return value.toLowerCase();
  }
}
