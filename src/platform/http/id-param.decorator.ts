import { Param } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { UuidParamPipe } from './validation/uuid-param.pipe.js';

/** The `:id` of a path, or another part of it that is an id. Text that is no UUID is answered with `not_found`. */
export function IdParam(part = 'id'): ParameterDecorator {
  return (target, name, index) => {
    Param(part, UuidParamPipe)(target, name, index);
    const descriptor = Object.getOwnPropertyDescriptor(target, name!)!;
    const description = 'The id that a list or another response has';
    ApiParam({ name: part, type: String, format: 'uuid', description })(target, name!, descriptor);
  };
}
