import { pbkdf2Sync, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { givenAdmin } from '../support/admins.js';
import { Authenticator } from '../support/authenticator.js';
import { given, unique, type GivenMember, type SignUpValues } from '../support/factories.js';
import type { HttpAnswer } from '../support/http-client.js';
import { mailbox, outboxEmpty } from '../support/mailbox.js';
import { beginPasskey } from '../support/passkeys.js';
import { RaceCluster, refusals } from '../support/race-cluster.js';
import { resetTokenFor } from '../support/recovery.js';
import { codeAt, enrol } from '../support/second-factor.js';
import { TEST_PUBLIC_URL } from '../support/server-environment.js';
import type { TestApp } from '../support/test-app.js';
import { howMany } from '../support/test-length.js';

let cluster: RaceCluster;
beforeAll(async () => {
  cluster = await RaceCluster.start({ SOCIAL_NAVER_CLIENT_ID: 'munjigi', SOCIAL_NAVER_CLIENT_SECRET: 'never sent' });
});
afterAll(() => cluster.stop());

const login = ({ loginId: identifier }: Pick<SignUpValues, 'loginId'>, password: string) =>
  cluster.any().client().post('/api/auth/login', { identifier, password });

/** The same text with random capital letters. */
const respelt = (text: string): string =>
  [...text].map((letter) => (cluster.random.below(2) ? letter.toUpperCase() : letter)).join('');

describe('simultaneous sign-ups over several servers', () => {
  it('CC-05 EN-04 one address and login ID in all spellings: one mail, one member, the same answer', async () => {
    await cluster.rounds(
      howMany({ short: 1, long: 50 }),
      async () => unique.signUp(),
      async (ada) => {
        const answers = await cluster.atOnce(50, (server) =>
          server
            .client()
            .post('/api/auth/sign-up', { ...ada, email: respelt(ada.email), loginId: respelt(ada.loginId) }),
        );
        cluster.score('sign-ups of one address', answers, { expected: 50 });
        expect(new Set(answers.map(({ status, body }) => `${status} ${Object.keys(body).join()}`)).size).toBe(1);
        expect(new Set(answers.map(({ body }) => body.signUpId)).size).toBe(50);
        await outboxEmpty(cluster.app);
        const { rows } = await cluster.app.sql.query(
          `SELECT status, count(*)::int FROM outbox_messages WHERE proof_id IN (SELECT id FROM proof_requests WHERE email_key = $1)
           GROUP BY status ORDER BY status`,
          [ada.email],
        );
        // An address keeps at most twenty open sign-ups. The challenges of the others are deleted with
        // them, so this query does not find their withheld mails.
        expect(rows).toEqual([
          { status: 'sent', count: 1 },
          { status: 'withheld', count: 19 },
        ]);
        // The one mail went to the spelling of its own sign-up.
        const { rows: mailed } = await cluster.app.sql.query(
          `SELECT s.email FROM sign_ups s JOIN proof_requests p ON p.sign_up_id = s.id JOIN outbox_messages o ON o.proof_id = p.id
           WHERE s.email_key = $1 AND o.status = 'sent'`,
          [ada.email],
        );
        const { linkToken } = await mailbox.to(mailed[0].email).next();
        const confirm = { token: linkToken, password: ada.password };
        await cluster.any().post('/api/auth/sign-up/confirm-link', confirm).expect(200);
        const { rows: left } = await cluster.app.sql.query(
          `SELECT (SELECT count(*)::int FROM members WHERE email_key = $1) AS members,
             (SELECT count(*)::int FROM sign_ups WHERE email_key = $1 AND password_hash <> '') AS passwords`,
          [ada.email],
        );
        expect(left).toEqual([{ members: 1, passwords: 0 }]);
        await login(ada, ada.password).expect(200);
      },
    );
  });

  it('CC-05 competing sign-ups for one address: one member, and only its password logs in', async () => {
    const claim = async (email: string) => {
      await cluster.app.sql.query(`DELETE FROM rate_limits WHERE key LIKE 'mail%'`);
      const earlier = (await mailbox.to(email).all()).at(-1);
      const values = { ...unique.signUp(), email };
      const { body } = await cluster.app.client().post('/api/auth/sign-up', values).expect(202);
      const { code } = await mailbox.to(email).next({ after: earlier });
      return { ...values, signUpId: body.signUpId as string, code };
    };
    for (let round = 0; round < howMany({ short: 2, long: 200 }); round += 1) {
      const email = unique.email();
      const rivals = [await claim(email), await claim(email), await claim(email)];
      const answers = await cluster.atOnce(9, (server, index) => {
        const { signUpId, code } = rivals[index % rivals.length]!;
        return server.client().post('/api/auth/sign-up/confirm-code', { signUpId, code });
      });
      cluster.score('rival sign-ups', answers);
      const winner = rivals[answers.findIndex(({ status }) => status === 200) % rivals.length]!;
      const { rows } = await cluster.app.sql.query('SELECT login_id AS "loginId" FROM members WHERE email_key = $1', [
        email,
      ]);
      expect(rows).toEqual([{ loginId: winner.loginId }]);
      for (const { loginId, password } of rivals)
        expect((await login({ loginId }, password)).status).toBe(loginId === winner.loginId ? 200 : 401);
    }
  });

  it('CC-05 confirmations of one login ID for two addresses: one member gets it', async () => {
    const claim = async (loginId: string) => {
      const values = { ...unique.signUp(), loginId };
      const { body } = await cluster.app.client().post('/api/auth/sign-up', values).expect(202);
      return { ...values, signUpId: body.signUpId as string, code: (await mailbox.to(values.email).next()).code };
    };
    await cluster.rounds(
      howMany({ short: 2, long: 200 }),
      async () => {
        const loginId = unique.loginId();
        return Promise.all([claim(loginId), claim(loginId)]);
      },
      async (rivals) => {
        const answers = await cluster.atOnce(2, (server, index) => {
          const { signUpId, code } = rivals[index]!;
          return server.client().post('/api/auth/sign-up/confirm-code', { signUpId, code });
        });
        cluster.score('one login ID', answers);
        expect(answers.map(({ body }) => body.code ?? body.status).sort()).toEqual(['authenticated', 'login_id_taken']);
      },
    );
  });

  it('CC-07 an empty, missing or forged secret never logs in while the account is created', async () => {
    for (let round = 0; round < howMany({ short: 3, long: 100 }); round += 1) {
      const ada = unique.signUp();
      const nothing = ['', null, undefined, '0'.repeat(43)];
      const attempts = () =>
        nothing.flatMap((secret) => [
          cluster.any().post('/api/auth/login', { identifier: ada.loginId, password: secret }),
          cluster.any().post('/api/auth/login', { identifier: ada.email, password: secret }),
          cluster.any().post('/api/auth/sign-up/confirm-code', { signUpId: secret, code: secret }),
          cluster.any().post('/api/auth/sign-up/confirm-code', { signUpId: secret, code: '000000' }),
          cluster.any().post('/api/auth/sign-up/confirm-link', { token: secret, signUpId: secret }),
          cluster.any().post('/api/auth/sign-up/confirm-link', { token: secret, password: ada.password }),
          cluster.any().post('/api/auth/password-reset/confirm-code', { requestId: secret, code: secret }),
          cluster.any().post('/api/auth/password-reset/confirm-link', { token: secret }),
          cluster.any().post('/api/auth/password-reset', { newPassword: unique.password(), resetToken: secret }),
        ]);
      const before = attempts();
      const signUp = cluster.any().post('/api/auth/sign-up', ada);
      const during = attempts();
      const { body } = await signUp.expect(202);
      // Before the confirmation even the right password is refused.
      const early = await login(ada, ada.password);
      const { code } = await mailbox.to(ada.email).next();
      const confirmed = cluster.any().post('/api/auth/sign-up/confirm-code', { signUpId: body.signUpId, code });
      const answers = await Promise.all([...before, ...during, ...attempts()]);
      cluster.score('half-built accounts', [...answers, early], { expected: 0 });
      expect(early.status).toBe(401);
      await confirmed.expect(200);
    }
  });
});

describe('simultaneous password changes', () => {
  it('CC-06 of twenty changes from the same password one succeeds, and only its password logs in', async () => {
    await cluster.rounds(
      howMany({ short: 1, long: 50 }),
      () => given.member(cluster.app),
      async (ada) => {
        const passwords = Array.from({ length: 20 }, () => unique.password());
        const answers = await cluster.atOnce(20, (server, index) =>
          server.post(
            '/api/members/me/password',
            { currentPassword: ada.password, newPassword: passwords[index] },
            ada.accessToken,
          ),
        );
        cluster.score('password changes', answers);
        expect(refusals(answers)).toEqual([401]);
        // Late requests are compared with the new password and count as failed logins. This test is not
        // about the wait that they cause.
        await cluster.app.sql.query('DELETE FROM login_failures');
        const winner = passwords[answers.findIndex(({ status }) => status === 204)]!;
        await login(ada, winner).expect(200);
        for (const loser of [ada.password, passwords.find((password) => password !== winner)!])
          await login(ada, loser).expect(401);
      },
    );
  });

  it('CC-06 IM-04 logins that replace a legacy hash never bring back a password that was changed', async () => {
    await cluster.rounds(
      howMany({ short: 3, long: 50 }),
      async () => {
        const ada = await given.member(cluster.app);
        const tag = pbkdf2Sync(ada.password, '', 1000, 32, 'sha256').toString('base64').replace('=', '');
        await cluster.app.sql.query('UPDATE members SET password_hash = $2 WHERE login_id = $1', [
          ada.loginId,
          `$pbkdf2-sha256$i=1000$$${tag}`,
        ]);
        return ada;
      },
      async (ada) => {
        const newPassword = unique.password();
        const answers = await cluster.atOnce(20, (server, index) =>
          index === 0
            ? server.post('/api/members/me/password', { currentPassword: ada.password, newPassword }, ada.accessToken)
            : server.client().post('/api/auth/login', { identifier: ada.loginId, password: ada.password }),
        );
        expect(answers[0]!.status).toBe(204);
        await cluster.app.sql.query('DELETE FROM login_failures');
        await login(ada, newPassword).expect(200);
        await login(ada, ada.password).expect(401);
      },
    );
  });
});

describe('the last ways in, removed at the same moment', () => {
  it('SO-31 CC-06 of two linked accounts one stays', async () => {
    await cluster.rounds(
      howMany({ short: 4, long: 100 }),
      async () => {
        const ada = await given.member(cluster.app);
        await cluster.app.sql.query('UPDATE members SET password_hash = NULL WHERE id = $1', [ada.id]);
        const ids = [randomUUID(), randomUUID()];
        for (const id of ids)
          await cluster.app.sql.query(
            `INSERT INTO identities (id, member_id, provider, subject) VALUES ($1::uuid, $2, 'naver', $1::text)`,
            [id, ada.id],
          );
        return { ada, ids };
      },
      async ({ ada, ids }) => {
        const answers = await cluster.atOnce(2, (server, index) =>
          server.client().delete(`/api/members/me/identities/${ids[index]}`, undefined, ada.accessToken),
        );
        cluster.score('unlinkings of the last two accounts', answers);
        expect(refusals(answers)).toEqual([409]);
        expect(answers.find(({ status }) => status === 409)!.body.code).toBe('last_way_in');
      },
    );
  });
});

describe('a second factor switched during logins', () => {
  it('CC-06 every login asks for it once enabling is acknowledged', async () => {
    await cluster.rounds(
      howMany({ short: 2, long: 100 }),
      async () => {
        const ada = await given.member(cluster.app);
        const start = { password: ada.password };
        const { body } = await ada.client.post('/api/members/me/totp', start, ada.accessToken).expect(200);
        return { ada, secret: body.secret as string };
      },
      async ({ ada, secret }) => {
        let isAcknowledged = false;
        const confirming = cluster
          .any()
          .post('/api/members/me/totp/confirm', { code: codeAt(secret) }, ada.accessToken)
          .then((answer) => {
            isAcknowledged = true;
            return answer;
          });
        const logins = Array.from({ length: 6 }, async () => {
          const outcomes: { startedAfter: boolean; status: string }[] = [];
          for (let attempt = 0; attempt < 2; attempt += 1) {
            const startedAfter = isAcknowledged;
            const { body } = await login(ada, ada.password);
            outcomes.push({ startedAfter, status: body.status as string });
          }
          return outcomes;
        });
        const outcomes = (await Promise.all(logins)).flat();
        cluster.score('switching a factor on', [await confirming]);
        expect(outcomes.filter(({ startedAfter, status }) => startedAfter && status === 'authenticated')).toEqual([]);
        expect((await login(ada, ada.password).expect(200)).body.status).toBe('mfa_required');
      },
    );
  });

  it('CC-06 twenty requests with one recovery code: one disables the second factor, and logins no longer need it', async () => {
    await cluster.rounds(
      howMany({ short: 1, long: 30 }),
      async () => enrol(await given.member(cluster.app)),
      async (ada) => {
        const answers = await cluster.atOnce(20, (server) =>
          server.delete(
            '/api/members/me/totp',
            { password: ada.password, code: ada.recoveryCodes[0] },
            ada.accessToken,
          ),
        );
        cluster.score('switching a factor off', answers);
        expect((await login(ada, ada.password).expect(200)).body.status).toBe('authenticated');
      },
    );
  });
});

describe('requests of an intruder that are in flight while the account is rescued', () => {
  /** A member, and an intruder who knows the password, has a session and has begun to add factors. */
  async function besieged() {
    const ada = await given.member(cluster.app);
    const client = cluster.app.client({ headers: { 'user-agent': 'Mozilla/5.0 (X11) Firefox/140.0' } });
    const { body } = await client
      .post('/api/auth/login', { identifier: ada.loginId, password: ada.password })
      .expect(200);
    const intruder: GivenMember = { ...ada, ...body, client };
    const options = [await beginPasskey(intruder), await beginPasskey(intruder)];
    const credentials = options.map(({ body }) => new Authenticator(TEST_PUBLIC_URL).create(body.publicKey));
    const { body: totp } = await client
      .post('/api/members/me/totp', { password: ada.password }, intruder.accessToken)
      .expect(200);
    const links = (await mailbox.to(ada.email).waitForCount(2)).flatMap((mail) => mail.links);
    const notMe = links.find((link) => link.includes('/pages/not-me#token='))!;
    return { ada, intruder, credentials, secret: totp.secret as string, notMe: notMe.split('#token=')[1]! };
  }
  type Besieged = Awaited<ReturnType<typeof besieged>>;

  const attacks = ({ intruder, credentials, secret }: Besieged): [string, string, object][] => {
    const { password } = intruder;
    return [
      ...[1, 2].map((): [string, string, object] => [
        'POST',
        'members/me/email/send-code',
        { newEmail: unique.email(), password },
      ]),
      ...credentials.map((credential): [string, string, object] => ['POST', 'members/me/passkeys', { credential }]),
      ['POST', 'members/me/totp/confirm', { code: codeAt(secret) }],
      ['POST', 'members/me/recovery-codes', { password }],
      ['PATCH', 'members/me', { name: 'Mallory' }],
      ['POST', 'auth/reauthenticate', { password }],
      ['DELETE', 'auth/sessions', {}],
    ];
  };

  it.each<[string, (besieged: Besieged) => Promise<(server: TestApp) => Promise<HttpAnswer>>]>([
    [
      '“it was not me”',
      async ({ notMe }) =>
        (server) =>
          server.post('/api/auth/not-me', { token: notMe }),
    ],
    [
      'a password reset',
      async ({ ada }) => {
        const resetToken = await resetTokenFor(cluster.app, ada);
        return (server) => server.post('/api/auth/password-reset', { newPassword: unique.password() }, resetToken);
      },
    ],
    [
      'a password change',
      async ({ ada }) => {
        const change = { currentPassword: ada.password, newPassword: unique.password() };
        return (server) => server.post('/api/members/me/password', change, ada.accessToken);
      },
    ],
    [
      'a reset that an administrator demands',
      async ({ ada }) => {
        const { accessToken } = await givenAdmin(cluster.app);
        return (server) => server.post(`/api/admin/members/${ada.id}/password-reset`, undefined, accessToken);
      },
    ],
  ])('CC-09 commit before the rescue or not at all: %s', async (title, prepareRescue) => {
    await cluster.rounds(howMany({ short: 2, long: 60 }), besieged, async (round) => {
      const { ada, intruder } = round;
      const rescue = await prepareRescue(round);
      // A password change needs the owner's session, so attacks that can end it are left out.
      const all = attacks(round).filter(
        ([, path]) => title !== 'a password change' || !/sessions|confirm|passkeys/.test(path),
      );
      const answers = await cluster.atOnce(all.length + 1, async (server, index) => {
        if (index === all.length) return rescue(server);
        const [method, path, body] = all[index]!;
        return server.client().request(method, `/api/${path}`, { token: intruder.accessToken, body });
      });
      cluster.score(title, [answers.at(-1)!]);
      const { rows: ends } = await cluster.app.sql.query(
        `SELECT id FROM security_events WHERE session_id = $1 AND type = 'session.ended'`,
        [intruder.sessionId],
      );
      expect(ends).toHaveLength(1);
      // Rows of the audit log are numbered under the member's lock, in the order of the commits.
      const { rows: late } = await cluster.app.sql.query(
        `SELECT type FROM security_events e WHERE session_id = $1 AND type <> 'reauthentication.failed' AND id > $2`,
        [intruder.sessionId, ends[0].id],
      );
      expect(late).toEqual([]);
      const { rows: left } = await cluster.app.sql.query(
        `SELECT (SELECT count(*)::int FROM sessions WHERE id = $2 AND ended_at IS NULL) AS sessions,
           (SELECT count(*)::int FROM proof_requests WHERE member_id = $1 AND purpose = 'email-change'
            AND voided_at IS NULL AND spent_at IS NULL) AS changes`,
        [ada.id, intruder.sessionId],
      );
      expect(left).toEqual([{ sessions: 0, changes: 0 }]);
    });
  });
});

describe('an address change that a thief of tokens has begun', () => {
  it('CC-09 is not open after the reuse of a refresh token has ended the session', async () => {
    const refresh = (server: TestApp, token: string) => server.post('/api/auth/refresh', undefined, token);
    const ask = (server: TestApp, { accessToken, password }: GivenMember) =>
      server.post('/api/members/me/email/send-code', { newEmail: unique.email(), password }, accessToken);
    await cluster.rounds(
      howMany({ short: 2, long: 60 }),
      async () => {
        const ada = await given.member(cluster.app);
        const { body: first } = await refresh(cluster.app, ada.refreshToken).expect(200);
        const { body: second } = await refresh(cluster.app, first.refreshToken).expect(200);
        await ask(cluster.app, ada).expect(202);
        return { ada, newest: second.refreshToken as string };
      },
      async ({ ada, newest }) => {
        const answers = await cluster.atOnce(6, (server, index) => {
          if (index < 2) return refresh(server, ada.refreshToken);
          return index < 4 ? refresh(server, newest) : ask(server, ada);
        });
        cluster.score('reuse while an address changes', answers.slice(0, 2), { expected: 0 });
        expect(answers.filter(({ status }) => status >= 500).map(({ text }) => text)).toEqual([]);
        const { rows } = await cluster.app.sql.query(
          `SELECT (SELECT count(*)::int FROM sessions WHERE member_id = $1 AND ended_at IS NULL) AS sessions,
             (SELECT count(*)::int FROM proof_requests WHERE member_id = $1 AND purpose = 'email-change'
              AND voided_at IS NULL AND spent_at IS NULL) AS changes`,
          [ada.id],
        );
        expect(rows).toEqual([{ sessions: 0, changes: 0 }]);
      },
    );
  });
});

describe('two simultaneous changes to different addresses', () => {
  /** Requests a change of `member` to this address. */
  const ask = (member: GivenMember, newEmail: string) =>
    cluster
      .any()
      .post('/api/members/me/email/send-code', { newEmail, password: member.password }, member.accessToken)
      .expect(202);

  it('OC-06 a code confirms only the address it was mailed to', async () => {
    await cluster.rounds(
      howMany({ short: 2, long: 200 }),
      async () => ({ member: await given.member(cluster.app), own: unique.email(), other: unique.email() }),
      async ({ member, own, other }) => {
        const [toOwn, toOther] = await Promise.all([ask(member, own), ask(member, other)]);
        // The later request voids the code of the earlier one, whose mail may have been dropped.
        await outboxEmpty(cluster.app);
        const [ownMail] = await mailbox.to(own).all();
        const [otherMail] = await mailbox.to(other).all();
        const tries = [
          { requestId: toOwn.body.requestId, code: otherMail?.code ?? '000000' },
          { requestId: toOther.body.requestId, code: ownMail?.code ?? '000000' },
        ];
        // Each request is tried with the code of the other one's mail.
        const crossed = await cluster.atOnce(4, (server, index) =>
          server.post('/api/members/me/email/confirm-code', tries[index % 2], member.accessToken),
        );
        cluster.score('crossed address codes', crossed, { expected: 0 });
        const links = [ownMail?.linkToken, otherMail?.linkToken].filter((token) => token !== undefined);
        const answers = await cluster.atOnce(links.length, (server, index) =>
          server.post('/api/members/me/email/confirm-link', { token: links[index] }),
        );
        const { rows } = await cluster.app.sql.query(
          `SELECT email, (SELECT count(*)::int FROM email_changes WHERE member_id = m.id) AS changes FROM members m WHERE id = $1`,
          [member.id],
        );
        cluster.score('two address changes at once', answers);
        const winner = links[answers.findIndex(({ status }) => status === 204)];
        expect(rows).toEqual([{ email: winner === ownMail?.linkToken ? own : other, changes: 1 }]);
      },
    );
  });
});

describe('repeated clicks on a button', () => {
  it('one mail is sent, and its code fits every response', async () => {
    await cluster.rounds(
      howMany({ short: 2, long: 100 }),
      () => given.member(cluster.app),
      async ({ email }) => {
        const ask = (server: TestApp) => server.post('/api/auth/password-reset/send-code', { email });
        const answers = await cluster.atOnce(8, ask);
        cluster.score('reset requests', answers, { expected: 8 });
        await outboxEmpty(cluster.app);
        const [, mail, ...more] = await mailbox.to(email).all();
        expect([mail?.subject, more]).toEqual(['[Munjigi] Set a new password', []]);
        // A code works once, so one response uses it and the others are compared in the database.
        const { rows } = await cluster.app.sql.query(
          `SELECT count(*)::int AS handles FROM proof_handles h JOIN proof_requests p ON p.id = h.proof_id
           WHERE p.email_key = $1 AND p.spent_at IS NULL AND p.voided_at IS NULL AND p.member_id IS NOT NULL`,
          [email],
        );
        expect(rows).toEqual([{ handles: 8 }]);
        const confirmation = { requestId: cluster.random.pick(answers).body.requestId, code: mail?.code };
        await cluster.any().post('/api/auth/password-reset/confirm-code', confirmation).expect(200);
      },
    );
  });
});
