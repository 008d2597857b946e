import { Injectable, type ExecutionContext } from '@nestjs/common';
import { TokenCookies } from '../tokens/token-cookies.js';
import { TokenGuard } from './token-guard.js';

/** Lets a genuine refresh token in. One that came by cookie must come from a page we know. */
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
