import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

/** The claims of the token that the guard of the route accepted. */
export const CurrentToken = createParamDecorator((_: unknown, context: ExecutionContext): unknown => {
  return context.switchToHttp().getRequest<{ user: unknown }>().user;
});
