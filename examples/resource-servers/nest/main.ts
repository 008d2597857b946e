// An API of your own.
import {
  Controller,
  createParamDecorator,
  Get,
  HttpException,
  Module,
  SetMetadata,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_GUARD, NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createVerifier, Refusal } from '../express/munjigi.js';

const { ISSUER, AUDIENCE, API_KEY, API_URL, MAX_SILENCE_SECONDS, PORT = '8000' } = process.env;

/** The claims that this API reads. */
interface Claims {
  sub: string;
  role: 'member' | 'admin';
}

type GuardedRequest = FastifyRequest & { claims: Claims };

/** Asks for a login, or a password check, of the last seconds. */
const RequireRecentLogin = (seconds: number) => SetMetadata('maxAge', seconds);

/** The claims of the request's access token. */
const Member = createParamDecorator((_: unknown, context: ExecutionContext) => {
  return context.switchToHttp().getRequest<GuardedRequest>().claims;
});

/** Admits requests with a valid access token. */
class MemberGuard implements CanActivate {
  private readonly reflector = new Reflector();
  private readonly verifier = createVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    apiKey: API_KEY,
    apiUrl: API_URL,
    ...(MAX_SILENCE_SECONDS && { maxSilenceSeconds: Number(MAX_SILENCE_SECONDS) }),
  });

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    const maxAge = this.reflector.get<number | undefined>('maxAge', context.getHandler());
    const { method, headers, url } = request;
    try {
      const claims: unknown = await this.verifier.verify({ method, headers, url });
      if (maxAge !== undefined) this.verifier.checkRecent(claims, maxAge);
      request.claims = claims as Claims;
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, headers: answerHeaders } = error as { status: number; headers: Record<string, string> };
      void context.switchToHttp().getResponse<FastifyReply>().headers(answerHeaders);
      throw new HttpException({ error: error.message }, status);
    }
  }
}

@Controller()
class MeController {
  @Get('me')
  me(@Member() { sub, role }: Claims): Claims {
    return { sub, role };
  }

  @Get('payments')
  @RequireRecentLogin(300)
  payments(@Member() { sub, role }: Claims): Claims {
    return { sub, role };
  }
}

@Module({ controllers: [MeController], providers: [{ provide: APP_GUARD, useClass: MemberGuard }] })
class AppModule {}

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: ['error', 'warn'] });
await app.listen(Number(PORT), '127.0.0.1');
