import { Injectable, type ExecutionContext } from '@nestjs/common';
import { TokenCookies } from '../tokens/token-cookies.js';
import { TokenGuard } from './token-guard.js';

/** For logging out: an access or a refresh token names the session, and whether it is still alive does not matter. */
@Injectable()
export class SessionTokenGuard extends TokenGuard('access-token', 'refresh-token') {
  constructor(private readonly cookies: TokenCookies) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    this.cookies.checkOrigin(context.switchToHttp().getRequest());
    return (await super.canActivate(context)) as boolean;
  }
}
