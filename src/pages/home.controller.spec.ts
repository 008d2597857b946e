import { describe, expect, it, jest } from '@jest/globals';
import type { FastifyReply } from 'fastify';
import type { AppConfig } from '../platform/config/app-config.js';
import { DomainError } from '../platform/http/problems/domain-error.js';
import { HomeController } from './home.controller.js';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

/** Where the bare address leads; undefined when it is answered as unknown. */
function targetOf(accept: string | undefined, { appUrl, loginUrl }: { appUrl?: string; loginUrl?: string }): unknown {
  const redirect = jest.fn();
  const reply = { header: () => ({ redirect }) } as unknown as FastifyReply;
  const home = new HomeController({ env: { APP_URL: appUrl }, loginUrl } as AppConfig);
  try {
    home.home(accept, reply);
    return redirect.mock.calls[0]![0];
  } catch (error) {
    expect(error).toBeInstanceOf(DomainError);
    return undefined;
  }
}

describe('the bare address', () => {
  const loginUrl = 'https://accounts.example.com/pages/login';
  const appUrl = 'https://app.example.com';

  it('leads a browser to the app, else to the login page', () => {
    expect(targetOf(BROWSER, { appUrl, loginUrl })).toBe(appUrl);
    expect(targetOf(BROWSER, { loginUrl })).toBe(loginUrl);
  });

  it('is unknown to programs, and to all where there is no page', () => {
    for (const accept of [undefined, '*/*', 'application/json']) expect(targetOf(accept, { loginUrl })).toBeUndefined();
    expect(targetOf(BROWSER, {})).toBeUndefined();
  });
});
