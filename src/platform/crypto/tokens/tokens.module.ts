import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { JwksController } from '../../../auth/tokens/jwks.controller.js';
import { TokenKeys } from './token-keys.js';
import { TokensService } from './tokens.service.js';

/** JWTs, one purpose each. */
@Module({
  imports: [JwtModule.register({})],
  controllers: [JwksController],
  providers: [TokenKeys, TokensService],
  exports: [TokensService],
})
export class TokensModule {}
