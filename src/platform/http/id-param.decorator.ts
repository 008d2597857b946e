import { Param } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { UuidParamPipe } from './validation/uuid-param.pipe.js';

/** The `:id` of a path. Text that is no UUID is answered with `not_found`. */
export function IdParam(): ParameterDecorator {
  return (target, name, index) => {
    Param('id', UuidParamPipe)(target, name, index);
    const descriptor = Object.getOwnPropertyDescriptor(target, name!)!;
    ApiParam({ name: 'id', type: String, format: 'uuid', description: 'The id that a list or another response has' })(
      target,
      name!,
      descriptor,
    );
  };
}
