import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConsentsFile, ledgerOf, makeOutdated, NEWS, REQUIRED } from '../support/consents.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import { mailbox } from '../support/mailbox.js';
import { RaceCluster, refusals } from '../support/race-cluster.js';
import { howMany } from '../support/test-length.js';

const ROUNDS = howMany({ short: 1, long: 100 });
const SUBMISSIONS = 40;

describe('the ledger of consents, over several servers', () => {
  let cluster: RaceCluster;
  let file: ConsentsFile;
  beforeAll(async () => {
    file = await ConsentsFile.write();
    cluster = await RaceCluster.start({ CONSENTS: file.path });
  });
  afterAll(async () => {
    await cluster?.stop();
    await file.remove();
  });

  const outdated = async (): Promise<GivenMember & { termsToken: string }> => {
    const ada = await given.member(cluster.app, { consents: REQUIRED } as object);
    await makeOutdated(cluster.app, ada.id);
    const { body } = await ada.client.post('/api/auth/login', { identifier: ada.loginId, password: ada.password });
    return { ...ada, termsToken: body.termsToken };
  };

  it('CO-02 simultaneous confirmations, half of which add consents, create one member and one row for each consent', async () => {
    await cluster.rounds(
      ROUNDS,
      async () => {
        const values = unique.signUp();
        const { body } = await cluster.app.client().post('/api/auth/sign-up', { ...values, consents: REQUIRED });
        const { code } = await mailbox.to(values.email).next();
        return { ...values, signUpId: body.signUpId as string, code };
      },
      async ({ email, signUpId, code }) => {
        const early = [{ id: 'terms', version: '3' }, NEWS, ...REQUIRED];
        const answers = await cluster.atOnce(SUBMISSIONS, (server, index) =>
          server
            .client()
            .post('/api/auth/sign-up/confirm-code', { signUpId, code, ...(index % 2 === 0 && { consents: early }) }),
        );
        cluster.score('confirmations with consents', answers);
        const { rows } = await cluster.app.sql.query(`SELECT id FROM members WHERE email_key = $1`, [email]);
        const ledger = await ledgerOf(cluster.app, rows[0].id);
        expect(ledger.slice(0, 2)).toEqual(['terms 2 given', 'privacy 1 given']);
        const added = answers.findIndex(({ status }) => status === 200) % 2 === 0;
        expect(ledger.slice(2)).toEqual(added ? ['terms 3 given', 'news 1 given'] : []);
      },
    );
  });

  it('CO-02 CO-03 two versions with one terms token at the same moment: one login, and only its row', async () => {
    await cluster.rounds(ROUNDS, outdated, async ({ id, termsToken }) => {
      const answers = await cluster.atOnce(SUBMISSIONS, (server, index) =>
        server.client().post('/api/auth/consents', {
          termsToken,
          consents: [{ id: 'terms', version: index % 2 === 0 ? '2' : '3' }],
        }),
      );
      cluster.score('consents with one token', answers);
      expect(refusals(answers)).toEqual([401]);
      const version = answers.findIndex(({ status }) => status === 200) % 2 === 0 ? '2' : '3';
      expect(await ledgerOf(cluster.app, id)).toEqual(['terms 1 given', 'privacy 1 given', `terms ${version} given`]);
    });
  });

  it('CO-05 given and withdrawn at the same moment from 20 sessions, a consent alternates in the ledger and ends as shown', async () => {
    const path = '/api/members/me/consents';
    await cluster.rounds(
      ROUNDS,
      async () => {
        const ada = await given.member(cluster.app, { consents: REQUIRED } as object);
        const logins = await Promise.all(
          Array.from({ length: 19 }, () =>
            cluster
              .any()
              .client()
              .post('/api/auth/login', { identifier: ada.loginId, password: ada.password })
              .expect(200),
          ),
        );
        return { ...ada, tokens: [ada.accessToken, ...logins.map(({ body }) => body.accessToken as string)] };
      },
      async ({ id, accessToken, tokens }) => {
        const answers = await cluster.atOnce(tokens.length * 2, (server, index) => {
          const token = tokens[index % tokens.length]!;
          return index < tokens.length
            ? server.client().post(path, { consents: [NEWS] }, token)
            : server.client().delete(`${path}/news`, undefined, token);
        });
        const statuses = answers.map(({ status }) => status);
        expect(statuses.slice(0, tokens.length)).toEqual(tokens.map(() => 204));
        expect(statuses.slice(tokens.length).filter((status) => ![204, 404].includes(status))).toEqual([]);
        const ledger = (await ledgerOf(cluster.app, id)).slice(2);
        expect(ledger).toEqual(ledger.map((_, at) => `news 1 ${at % 2 === 0 ? 'given' : 'withdrawn'}`));
        const withdrawals = statuses.slice(tokens.length).filter((status) => status === 204);
        expect(ledger.filter((entry) => entry.endsWith('withdrawn'))).toHaveLength(withdrawals.length);
        for (const server of cluster.servers) {
          const { body } = await server.client().get(path, accessToken).expect(200);
          const shown = body.items.find((item: { id: string }) => item.id === 'news').given;
          expect(ledger.at(-1)).toBe(shown ? 'news 1 given' : 'news 1 withdrawn');
        }
      },
    );
  });

  it('CO-02 a consent given many times at once is one row, and so is its withdrawal', async () => {
    const path = '/api/members/me/consents';
    await cluster.rounds(
      ROUNDS,
      () => given.member(cluster.app, { consents: REQUIRED } as object),
      async ({ id, accessToken }) => {
        const given_ = await cluster.atOnce(SUBMISSIONS, (server) =>
          server.client().post(path, { consents: [NEWS] }, accessToken),
        );
        cluster.score('consents given', given_, { expected: SUBMISSIONS });
        const withdrawn = await cluster.atOnce(SUBMISSIONS, (server) =>
          server.client().delete(`${path}/news`, undefined, accessToken),
        );
        cluster.score('consents withdrawn', withdrawn);
        expect(refusals(withdrawn)).toEqual([404]);
        expect((await ledgerOf(cluster.app, id)).slice(2)).toEqual(['news 1 given', 'news 1 withdrawn']);
      },
    );
  });
});
