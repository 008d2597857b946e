import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { TokenKeys } from './token-keys.js';
import { TokensService } from './tokens.service.js';

/** JWTs, one purpose each. */
@Module({
  imports: [JwtModule.register({})],
  providers: [TokenKeys, TokensService],
  exports: [TokenKeys, TokensService],
})
export class TokensModule {}
