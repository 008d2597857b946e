// An API of your own.
import { Controller, Get, Module } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { createVerifier, type Principal } from 'munjigi-verifier';
import { Member, MemberGuard, RequireRecentLogin } from 'munjigi-verifier/nest';

const {
  ISSUER = 'http://localhost:3000',
  AUDIENCE,
  API_KEY,
  API_URL,
  MAX_SILENCE_SECONDS = '15',
  PORT = '8000',
} = process.env;

const verifier = createVerifier({
  issuer: ISSUER,
  audience: AUDIENCE,
  apiKey: API_KEY,
  apiUrl: API_URL,
  maxSilenceSeconds: Number(MAX_SILENCE_SECONDS),
});

@Controller()
class MeController {
  @Get('me')
  me(@Member() member: Principal): Principal {
    return member;
  }

  @Get('payments')
  @RequireRecentLogin(300)
  payments(): object {
    return { payments: [] };
  }
}

@Module({
  controllers: [MeController],
  providers: [{ provide: APP_GUARD, useValue: new MemberGuard(verifier) }],
})
class AppModule {}

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: ['error', 'warn'] });
await app.listen(Number(PORT), '127.0.0.1');
