import { createParamDecorator, Injectable, type ExecutionContext, type PipeTransform } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { TokenCookies, type BrowserContext } from './token-cookies.js';

/** Reads the {@link BrowserContext} from the request. */
@Injectable()
export class BrowserPipe implements PipeTransform<FastifyRequest, BrowserContext> {
  constructor(private readonly cookies: TokenCookies) {}

  transform(request: FastifyRequest): BrowserContext {
    return this.cookies.browserOf(request);
  }
}

const IncomingRequest = createParamDecorator((_: unknown, context: ExecutionContext) => {
  return context.switchToHttp().getRequest<FastifyRequest>();
});

/** What a browser sends by itself, beside the body: its origin and the device cookie. */
export const Browser = (): ParameterDecorator => IncomingRequest(BrowserPipe);
