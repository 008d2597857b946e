import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsOneOf, IsVisibleText } from '../platform/http/validation/field-decorators.js';
import { Normalise } from '../platform/http/validation/rule.js';

/** The name that the member gives the device. */
export function IsDeviceName(): PropertyDecorator {
  return applyDecorators(
    Normalise((name) => name.trim()),
    IsVisibleText({ max: 64 }),
    ApiProperty({ description: 'Shown in the list of sessions', example: "Ada's phone" }),
  );
}

/** How the client receives the refresh token and the device token. */
export function IsTokenTransport(): PropertyDecorator {
  return IsOneOf(['body', 'cookie'], {
    enumName: 'TokenTransport',
    default: 'body',
    description: 'cookie: refresh and device token travel in HttpOnly cookies; needs an Origin on the allow-list',
  });
}

/** What the key of the header `DPoP` binds. */
export function IsSessionBinding(): PropertyDecorator {
  return IsOneOf(['refresh', 'full'], {
    enumName: 'SessionBinding',
    default: 'refresh',
    description:
      'With a proof in the header DPoP (RFC 9449). refresh: refreshes need a proof by that key; full: calls with the access token as well',
  });
}
