import { Injectable, type ExecutionContext } from '@nestjs/common';
import { TokenCookies } from '../tokens/token-cookies.js';
import { TokenGuard } from './token-guard.js';

/**
 * Admits requests with an authentic refresh token, expired or not: {@link RefreshService} checks the expiry.
 * A token in a cookie must come from an allowed origin.
 */
@Injectable()
export class RefreshTokenGuard extends TokenGuard('refresh-token') {
  constructor(private readonly cookies: TokenCookies) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    this.cookies.checkOrigin(context.switchToHttp().getRequest());
    return (await super.canActivate(context)) as boolean;
  }
}
