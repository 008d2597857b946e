import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import type { ExecutionContext } from '@nestjs/common';
import Fastify from 'fastify';
import { checkFactor, checkRecentLogin, checkRoles, type Principal, type Verifier } from '../src/index.js';
import * as express from '../src/express.js';
import * as fastify from '../src/fastify.js';
import { MemberGuard, Public, RequireFactor, RequireRecentLogin, Roles } from '../src/nest.js';
import { principalOf } from '../src/principal.js';
import { FakeIssuer, secondsNow } from './fake-issuer.js';
import { bearer, closeVerifiers, givenVerifier } from './verifying.js';

let issuer: FakeIssuer;
let verifier: Verifier;
beforeAll(async () => {
  issuer = await FakeIssuer.start();
  verifier = givenVerifier(issuer);
});
afterAll(async () => {
  await closeVerifiers(issuer);
  issuer.stop();
});

const given = (claims: Record<string, unknown>): Principal =>
  principalOf({ iss: 'i', sub: 'm', sid: 's', role: 'member', iat: 0, exp: 1, ...claims }, 1000);

describe('checks of a member', () => {
  it.each([
    [700, true],
    [699, false],
    [0, false],
    [undefined, false],
  ])('RS-34 a login at %p counts as recent within 300 seconds: %p', (auth_time, isRecent) => {
    const check = () => checkRecentLogin(given({ auth_time }), 300);
    const challenge = 'Bearer error="insufficient_user_authentication", max_age="300"';
    if (isRecent) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ status: 401, headers: { 'www-authenticate': challenge } }));
  });

  it('RS-34 challenges the owner of a bound token with the scheme DPoP', () => {
    const check = () => checkRecentLogin(given({ cnf: { jkt: 'a' } }), 300);
    const headers = { 'www-authenticate': expect.stringMatching(/^DPoP error="insufficient/) };
    expect(check).toThrow(expect.objectContaining({ headers }));
  });

  it('RS-34 counts `mfa` as a second factor, but not a password or a federated login alone', () => {
    expect(() => checkFactor(given({ amr: ['pwd', 'otp', 'mfa'] }))).not.toThrow();
    for (const amr of [undefined, ['pwd'], ['fed']])
      expect(() => checkFactor(given({ amr }))).toThrow('insufficient_user_authentication');
  });

  it('RS-34 roles are those of the attribute, and the role at the server', () => {
    const editor = given({ attributes: { roles: ['editor', 7] } });
    expect(editor.roles).toEqual(['member', 'editor']);
    expect(given({ attributes: { roles: 'editor' } }).roles).toEqual(['member', 'editor']);
    expect(() => checkRoles(editor, 'author', 'editor')).not.toThrow();
    expect(() => checkRoles(editor, 'author')).toThrow(expect.objectContaining({ status: 403, headers: {} }));
    expect(() => checkRoles(given({ role: 'admin' }), 'admin')).not.toThrow();
  });

  it('RS-34 an attribute makes no member an administrator', () => {
    expect(() => checkRoles(given({ attributes: { roles: ['admin'] } }), 'admin')).toThrow('forbidden');
  });
});

/** The answer of an adapter: the status, and WWW-Authenticate where the answer has it. */
type Outcome = [status: number, challenge?: string];

class Reply {
  status_ = 200;
  readonly headers_: Record<string, string> = {};
  status(status: number): this {
    this.status_ = status;
    return this;
  }
  set(headers: Record<string, string>): this {
    Object.assign(this.headers_, headers);
    return this;
  }
  header(name: string, value: string): this {
    return this.set({ [name]: value });
  }
  json = (): unknown => this.done?.();
  done: (() => void) | undefined;
}

const outcomeOf = ({ status_, headers_ }: Reply): Outcome => {
  const challenge = headers_['www-authenticate'];
  return challenge === undefined ? [status_] : [status_, challenge];
};

async function runExpress(request: any): Promise<Outcome> {
  const reply = new Reply();
  const steps = [express.requireMember(verifier), express.requireRecentLogin(300), express.requireFactor()];
  for (const step of [...steps, express.requireRoles('editor')]) {
    const isDone = await new Promise<boolean>((resolve, reject) => {
      reply.done = () => resolve(true);
      step(request, reply, (error) => (error instanceof Error ? reject(error) : resolve(false)));
    });
    if (isDone) break;
  }
  return outcomeOf(reply);
}

async function runFastify(request: any): Promise<Outcome> {
  const server = Fastify();
  server.addHook('onRequest', fastify.requireMember(verifier));
  const preHandler = [fastify.requireRecentLogin(300), fastify.requireFactor(), fastify.requireRoles('editor')];
  server.get('/', { preHandler }, async ({ member }) => member);
  try {
    const address = await server.listen({ host: '127.0.0.1', port: 0 });
    const answer = await fetch(address, { headers: request.headers });
    if (answer.ok) request.member = await answer.json();
    const challenge = answer.headers.get('www-authenticate');
    return challenge === null ? [answer.status] : [answer.status, challenge];
  } finally {
    await server.close();
  }
}

class Routes {
  @RequireRecentLogin(300)
  @RequireFactor()
  @Roles('editor')
  guarded(): void {}

  @Public()
  open(): void {}

  @Public()
  @Roles('editor')
  contradictory(): void {}
}

async function runNest(request: any, handler = Routes.prototype.guarded): Promise<Outcome> {
  const reply = new Reply();
  const http = { getRequest: () => request, getResponse: () => reply };
  const context = { getHandler: () => handler, getClass: () => Routes, switchToHttp: () => http };
  try {
    await new MemberGuard(verifier).canActivate(context as unknown as ExecutionContext);
  } catch (error) {
    reply.status((error as { getStatus(): number }).getStatus());
  }
  return outcomeOf(reply);
}

describe.each([
  ['express', runExpress],
  ['fastify', runFastify],
  ['nest', runNest],
])('the adapter for %s', (_, run) => {
  const right = { amr: ['otp', 'mfa'], attributes: { roles: ['editor'] } };
  const requestOf = async (claims: Record<string, unknown>) => bearer(await issuer.token({ claims }));

  it('RS-34 admits a member who satisfies every check, and hands the member on', async () => {
    const request = await requestOf(right);
    expect(await run(request)).toEqual([200]);
    expect(request).toMatchObject({ member: { memberId: issuer.memberId } });
  });

  it('RS-34 answers each refusal with its status and challenge', async () => {
    const stepUp = 'Bearer error="insufficient_user_authentication", ';
    expect(await run({ method: 'GET', url: '/', headers: {} })).toEqual([401, 'Bearer']);
    expect(await run(bearer('a.b.c'))).toEqual([401, 'Bearer error="invalid_token"']);
    const old = await requestOf({ ...right, auth_time: secondsNow() - 400 });
    expect(await run(old)).toEqual([401, `${stepUp}max_age="300"`]);
    const password = await requestOf({ ...right, amr: ['pwd'] });
    expect(await run(password)).toEqual([401, `${stepUp}error_description="A second factor is required"`]);
    expect(await run(await requestOf({ ...right, attributes: {} }))).toEqual([403]);
  });
});

describe('the guard for Nest', () => {
  it('RS-34 lets requests without a token to public routes only', async () => {
    const request = { method: 'GET', url: '/', headers: {} };
    expect(await runNest(request, Routes.prototype.open)).toEqual([200]);
    expect(await runNest(request)).toEqual([401, 'Bearer']);
    expect(await runNest(request, Routes.prototype.contradictory)).toEqual([401, 'Bearer']);
  });
});

describe('the hooks for Fastify', () => {
  async function askWith(hookVerifier: Verifier): Promise<{ status: number; body: string; isRouteRun: boolean }> {
    const server = Fastify();
    let isRouteRun = false;
    server.addHook('onRequest', fastify.requireMember(hookVerifier));
    server.get('/', async () => (isRouteRun = true));
    try {
      const answer = await fetch(await server.listen({ host: '127.0.0.1', port: 0 }));
      return { status: answer.status, body: await answer.text(), isRouteRun };
    } finally {
      await server.close();
    }
  }

  it('RS-34 end a refused request before its route, with the code as JSON', async () => {
    expect(await askWith(verifier)).toEqual({ status: 401, body: '{"code":"token_missing"}', isRouteRun: false });
  });

  it('RS-34 leave an error that is no refusal to Fastify, and admit nothing', async () => {
    const broken = { verify: () => Promise.reject(new Error('broken')) } as unknown as Verifier;
    expect(await askWith(broken)).toMatchObject({ status: 500, isRouteRun: false });
  });
});
