// A guard and decorators for Nest, on Express or Fastify.
import {
  createParamDecorator,
  HttpException,
  SetMetadata,
  type CanActivate,
  type CustomDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Verifier } from './verifier.js';
import { checkFactor, checkRecentLogin, checkRoles, type Principal } from './principal.js';
import { Refusal } from './refusal.js';
import type { VerifiableRequest } from './request.js';

const [PUBLIC, MAX_AGE, FACTOR, ROLES] = ['public', 'max-age', 'factor', 'roles'].map((key) => `munjigi:${key}`) as [
  string,
  string,
  string,
  string,
];

type GuardedRequest = VerifiableRequest & { member?: Principal };

/** The part of a reply that Express and Fastify share. */
interface Reply {
  header(name: string, value: string): unknown;
}

/** Opens a route to requests without a token. Has no effect beside RequireRecentLogin, RequireFactor or Roles. */
export const Public = (): CustomDecorator => SetMetadata(PUBLIC, true);

/** Admits members who proved a password or a factor within this many seconds. */
export const RequireRecentLogin = (seconds: number): CustomDecorator => SetMetadata(MAX_AGE, seconds);

/** Admits members who authenticated with two factors, or with a passkey. */
export const RequireFactor = (): CustomDecorator => SetMetadata(FACTOR, true);

/** Admits members with one of the roles: those of the attribute `roles`, and the server's. */
export const Roles = (...roles: string[]): CustomDecorator => SetMetadata(ROLES, roles);

/** The member of the request; undefined on a public route, where no token is read. */
export const Member = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<GuardedRequest>().member,
);

/**
 * Admits requests with a valid access token that satisfy the decorators of their route.
 * Provide it as `{ provide: APP_GUARD, useValue: new MemberGuard(verifier) }`.
 */
export class MemberGuard implements CanActivate {
  private readonly reflector = new Reflector();

  constructor(private readonly verifier: Verifier) {}

  /** @throws HttpException with the status of the refusal */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.isOpen(context)) return true;
    const http = context.switchToHttp();
    try {
      const request = http.getRequest<GuardedRequest>();
      request.member = await this.verifier.verify(request);
      this.checkRoute(request.member, context);
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      for (const [name, value] of Object.entries(error.headers)) http.getResponse<Reply>().header(name, value);
      throw new HttpException(error.body, error.status);
    }
  }

  /** A class that is public opens no method that has a check of its own. */
  private isOpen(context: ExecutionContext): boolean {
    const hasCheck = [MAX_AGE, FACTOR, ROLES].some((key) => this.read(key, context) !== undefined);
    return this.read(PUBLIC, context) === true && !hasCheck;
  }

  private checkRoute(member: Principal, context: ExecutionContext): void {
    const maxAge = this.read<number>(MAX_AGE, context);
    const roles = this.read<string[]>(ROLES, context);
    if (roles !== undefined) checkRoles(member, ...roles);
    if (this.read(FACTOR, context)) checkFactor(member);
    if (maxAge !== undefined) checkRecentLogin(member, maxAge);
  }

  /** A value of the method replaces that of its class. */
  private read<T = true>(key: string, context: ExecutionContext): T | undefined {
    return this.reflector.getAllAndOverride<T | undefined>(key, [context.getHandler(), context.getClass()]);
  }
}
