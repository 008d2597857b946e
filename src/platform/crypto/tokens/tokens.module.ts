import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { TokenKeys } from './token-keys.js';
import { TokensService } from './tokens.service.js';

/** Signing and verification of JWTs, each for one purpose. */
@Module({
  imports: [JwtModule.register({})],
  providers: [TokenKeys, TokensService],
  exports: [TokenKeys, TokensService],
})
export class TokensModule {}
