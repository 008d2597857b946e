import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsOneOf, IsVisibleText } from '../platform/http/validation/field-decorators.js';
import { Normalise } from '../platform/http/validation/rule.js';

/** What the member calls the device that logs in. */
export function IsDeviceName(): PropertyDecorator {
  return applyDecorators(
    Normalise((name) => name.trim()),
    IsVisibleText({ max: 64 }),
    ApiProperty({ description: 'Shown in the list of sessions', example: "Ada's phone" }),
  );
}

/** How the long-lived tokens travel. */
export function IsTokenTransport(): PropertyDecorator {
  return applyDecorators(
    IsOneOf(['body', 'cookie'], {
      enumName: 'TokenTransport',
      default: 'body',
      description: 'cookie: refresh and device token travel in HttpOnly cookies; needs an Origin on the allow-list',
    }),
  );
}
