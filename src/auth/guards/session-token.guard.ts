import { Injectable, type ExecutionContext } from '@nestjs/common';
import { TokenCookies } from '../tokens/token-cookies.js';
import { TokenGuard } from './token-guard.js';

/** Admits logouts: an access or a refresh token names the session, which may already have ended. */
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
