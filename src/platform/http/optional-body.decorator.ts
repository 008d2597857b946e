import { Body } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';

/** A body that may be absent. */
export function OptionalBody(): ParameterDecorator {
  return (target, name, index) => {
    const types = Reflect.getMetadata('design:paramtypes', target, name!) as (new () => object)[];
    Body()(target, name, index);
    const descriptor = Object.getOwnPropertyDescriptor(target, name!)!;
    ApiBody({ type: types[index]!, required: false })(target, name!, descriptor);
  };
}
