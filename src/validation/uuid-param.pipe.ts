import { Injectable, type PipeTransform } from '@nestjs/common';
import { DomainError } from '../errors/domain-error.js';

/** Lets well-formed ids through to the database; any other text names nothing. */
@Injectable()
export class UuidParamPipe implements PipeTransform<string, string> {
  /** @throws DomainError `not_found` */
  transform(value: string): string {
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value))
      throw new DomainError('not_found', { detail: 'not an id' });
    return value.toLowerCase();
  }
}
