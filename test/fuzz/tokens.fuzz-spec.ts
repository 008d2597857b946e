import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { howMany } from '../support/test-length.js';
import { TokenForge } from '../support/token-forge.js';
import { forgeriesOf } from '../support/token-forgeries.js';
import { valid } from './arbitraries.js';
import { FuzzTarget } from './fuzz-target.js';
import type { Operation } from './operations.js';

type Kind = 'access' | 'refresh' | 'reset';
const KINDS: Kind[] = ['access', 'refresh', 'reset'];

let target: FuzzTarget;
const forge = new TokenForge();
beforeAll(async () => {
  target = await FuzzTarget.start();
});
afterAll(() => target.stop('forged tokens'));

/** Fields that hold a token or the secret id of a request. Forged tokens are sent there too. */
const tokenFields = ({ body }: Operation): string[] =>
  Object.keys(body?.properties ?? {}).filter((name) => /token|requestId|signUpId/i.test(name));

/** A valid body in which the fields of `forged` hold forged tokens. */
const bodyOf = ({ body }: Operation, forged: Record<string, string> = {}): Buffer | undefined => {
  if (!body) return undefined;
  const names = [...new Set([...(body.required ?? []), ...Object.keys(forged)])];
  const values = names.map((name) => [
    name,
    forged[name] ?? fc.sample(valid(body.properties![name]!), { numRuns: 1, seed: 1 })[0],
  ]);
  return Buffer.from(JSON.stringify(Object.fromEntries(values)));
};

describe('forged tokens', () => {
  it('TK-01 TK-02 TK-04 they open nothing in the header or a field of any operation', async () => {
    const { body: jwks } = await target.app.get('/.well-known/jwks.json').expect(200);
    const tools = { forge, published: jwks.keys[0], attackerUrl: 'http://127.0.0.1:9/jwks.json' };
    const example = (kind: Kind) =>
      target.tokenFor({ ...target.operations[0]!, method: 'GET', path: '/', scheme: kind }) ?? '';
    const forgeries = KINDS.flatMap((kind) => Object.values(forgeriesOf(kind, example(kind), tools)));
    // Node.js sends no header with a control character, so such tokens are sent only in bodies.
    const isHeader = (token: string): boolean => /^[ -~]+$/.test(token);
    const share = howMany({ short: 8, long: forgeries.length });
    const some = (): string[] => target.random.shuffled(forgeries).slice(0, share);
    const path = ({ path: template }: Operation) =>
      template.replace(/\{\w+\}/g, '4b0f3c1e-6f0d-4c55-9d0a-0f4f3a4f2c11');

    const requests = target.operations.flatMap((operation) => {
      const { method, scheme } = operation;
      const name = `${method} ${operation.path}`;
      const inHeader = scheme === undefined ? [] : some().filter(isHeader);
      const inFields = tokenFields(operation).flatMap((field) => some().map((token) => ({ field, token })));
      return [
        ...inHeader.map((token) => ({
          name,
          method,
          path: path(operation),
          options: { token, raw: bodyOf(operation) },
        })),
        ...inFields.map(({ field, token }) => ({
          name: `${name} (${field})`,
          method,
          path: path(operation),
          // Where the field replaces the header, no header is sent.
          options: {
            token: /^(refresh|reset)Token$/.test(field) ? undefined : target.tokenFor(operation),
            raw: bodyOf(operation, { [field]: token }),
          },
        })),
      ];
    });
    const { rows: before } = await target.app.sql.query('SELECT to_jsonb(m) AS member FROM members m ORDER BY id');
    await target.sendAll(requests);
    await target.expectUnharmed();
    // No token opened anything, and no member row changed.
    const { rows } = await target.app.sql.query('SELECT to_jsonb(m) AS member FROM members m ORDER BY created_at');
    const untouched = new Map(before.map(({ member }) => [member.id, member]));
    for (const { member } of rows) if (untouched.has(member.id)) expect(member).toEqual(untouched.get(member.id));
    // These succeed although the field is forged. The verification answers that the token is not valid.
    // A refresh with a genuine refresh token treats a forged device token as that of an unknown device.
    // A sign-up ignores a forged id of an earlier sign-up.
    const allowed = [
      'POST /api/auth/verify (token)',
      'POST /api/auth/refresh (deviceToken)',
      'POST /api/auth/sign-up (signUpId)',
    ];
    expect(target.successes().filter((name) => !allowed.includes(name))).toEqual([]);
  });
});
