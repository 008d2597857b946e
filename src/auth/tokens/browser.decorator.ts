import { Injectable, type PipeTransform } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { IncomingRequest } from './incoming-request.decorator.js';
import { TokenCookies, type BrowserContext } from './token-cookies.js';

/** Reads the {@link BrowserContext} from the request. */
@Injectable()
export class BrowserPipe implements PipeTransform<FastifyRequest, BrowserContext> {
  constructor(private readonly cookies: TokenCookies) {}

  transform(request: FastifyRequest): BrowserContext {
    return this.cookies.browserOf(request);
  }
}

/** What a browser sends by itself, beside the body: its origin and the device cookie. */
export const Browser = (): ParameterDecorator => IncomingRequest(BrowserPipe);
