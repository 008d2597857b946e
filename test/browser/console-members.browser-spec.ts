import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Locator } from 'playwright-core';
import { givenAdmin, type GivenAdmin } from '../support/admins.js';
import { describeInBrowser } from '../support/browser.js';
import { walksIn, BrowserApp, type Visitor } from '../support/browser-app.js';
import {
  act,
  card,
  giveReason,
  goTo,
  waitUntilDone,
  waitUntilLoaded,
  logInTo,
  openMember,
  REASON,
} from '../support/console.js';
import { eventually } from '../support/eventually.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import { JAPANESE } from '../support/language-pack.js';
import { mailbox } from '../support/mailbox.js';
import { enrol } from '../support/second-factor.js';

const ATTRIBUTES = {
  team: { schema: { type: 'string', pattern: '^[A-Z]', title: 'Team', 'x-title-ko': '팀' }, member: 'read' },
  plan: { schema: { enum: ['free', 'pro'], title: 'Plan', 'x-title-ko': '요금제' }, member: 'read' },
  news: { schema: { type: 'boolean', title: 'Newsletter', 'x-title-ko': '소식지' }, member: 'write' },
  score: { schema: { type: 'number' }, member: 'hidden' },
};

type IsHeld = (query: URLSearchParams) => boolean;

describeInBrowser('the screen of a member in the console', () => {
  let browserApp: BrowserApp;
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'console-'));
    const attributes = path.join(directory, 'attributes.json');
    await writeFile(attributes, JSON.stringify(ATTRIBUTES));
    await mkdir(path.join(directory, 'mails', 'ja'), { recursive: true });
    for (const [file, content] of Object.entries(JAPANESE))
      await writeFile(path.join(directory, 'mails', 'ja', file), content);
    browserApp = await BrowserApp.start({
      MEMBER_ATTRIBUTES: attributes,
      MAIL_TEMPLATES_DIR: path.join(directory, 'mails'),
    });
  });
  afterAll(async () => {
    await browserApp?.stop();
    await rm(directory, { recursive: true });
  });

  const action = (visitor: Visitor, name: string): Locator => card(visitor, 'actions').locator(`[data-do="${name}"]`);
  const timeline = (visitor: Visitor): Locator => card(visitor, 'timeline').locator('.entries > li');
  const statusOf = async (id: string): Promise<string | undefined> =>
    (await browserApp.app.sql.query('SELECT status FROM members WHERE id = $1', [id])).rows[0]?.status;
  const eventsOf = async (id: string, type: string): Promise<{ actor_id: string; details: object }[]> =>
    (
      await browserApp.app.sql.query(
        'SELECT actor_id, details FROM security_events WHERE member_id = $1 AND type = $2 ORDER BY id',
        [id, type],
      )
    ).rows;
  const loginLongAgo = (id: string): Promise<unknown> =>
    browserApp.app.sql.query(`UPDATE sessions SET authenticated_at = now() - interval '1 hour' WHERE member_id = $1`, [
      id,
    ]);

  /** Inserts the rows of two passkeys and of two accounts at providers. */
  async function giveWaysIn(memberId: string): Promise<void> {
    for (const name of ['Old phone', 'Laptop'])
      await browserApp.app.sql.query(
        `INSERT INTO passkeys (id, member_id, credential_id, public_key, sign_count, transports, backup_eligible, backed_up, user_verified, name)
         VALUES (gen_random_uuid(), $1, $2, $3, 0, '{}', false, false, true, $4)`,
        [memberId, randomBytes(16), randomBytes(16), name],
      );
    for (const provider of ['kakao', 'google'])
      await browserApp.app.sql.query(
        `INSERT INTO identities (id, member_id, provider, subject, email) VALUES (gen_random_uuid(), $1, $2, $3, $4)`,
        [memberId, provider, randomUUID(), `ada@${provider}.test`],
      );
  }

  /** Holds the requests to a path whose query `isHeld` selects. @returns a function that lets them continue */
  async function hold({ page }: Visitor, path: string, isHeld: IsHeld = () => true): Promise<() => void> {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route(
      ({ pathname, searchParams }) => pathname === path && isHeld(searchParams),
      async (route) => {
        await released;
        await route.continue();
      },
    );
    return release;
  }

  for (const look of walksIn('ko')) {
    describe(`in ${look.language} on a ${look.size}`, () => {
      let admin: GivenAdmin;
      let visitor: Visitor;
      beforeAll(async () => {
        admin = await givenAdmin(browserApp.app);
        visitor = await browserApp.visitor(look);
        await logInTo(visitor, 'overview', admin);
      });
      afterAll(() => visitor?.close());

      it('AC-24 mails the link for a change of address to the new address of a member, and records the reason', async () => {
        const ada = await given.member(browserApp.app, { locale: look.language });
        const email = unique.email();
        await openMember(visitor, ada.id);
        await action(visitor, 'correct-email').click();
        await visitor.type('#correct-email-reason', REASON);
        await visitor.send('correct-email'); // without an address
        await visitor.page.locator('#correct-email-email-error').waitFor();
        await visitor.type('#correct-email-email', admin.email);
        await visitor.send('correct-email');
        await visitor.page.locator('[data-form="correct-email"] [data-problem]:visible').waitFor();
        await visitor.inspect('console-correct-email');
        await visitor.type('#correct-email-email', email);
        await giveReason(visitor, 'correct-email');
        await waitUntilDone(visitor, 'actions');
        expect((await mailbox.to(email).next()).links.some((link) => link.includes('#token='))).toBe(true);
        expect(await mailbox.to(ada.email).waitForCount(2)).toHaveLength(2); // of the sign-up, and a notice
        expect(await eventsOf(ada.id, 'email.change_requested')).toEqual([
          { actor_id: admin.id, details: expect.objectContaining({ auditReason: REASON }) },
        ]);
      });

      it('AC-25 erases an account, later or at once, only after its login ID was typed', async () => {
        const ada = await given.member(browserApp.app);
        await openMember(visitor, ada.id);
        await action(visitor, 'erase').click();
        await visitor.type('#erasure-login-id', admin.loginId);
        await visitor.type('#erasure-reason', REASON);
        await visitor.send('erasure');
        await visitor.page.locator('#erasure-login-id-error').waitFor();
        await visitor.inspect('console-erasure');
        expect(await statusOf(ada.id)).toBe('active');
        await visitor.type('#erasure-login-id', ada.loginId.toUpperCase());
        await giveReason(visitor, 'erasure');
        await card(visitor, 'diagnosis').locator('[data-finding="account_closed"]').waitFor();
        expect(await statusOf(ada.id)).toBe('closed');

        await action(visitor, 'erase').click();
        await visitor.inspect('console-erasure-closed');
        expect(await visitor.page.locator('[data-form="erasure"] [type="radio"]:visible').count()).toBe(1);
        await visitor.type('#erasure-login-id', ada.loginId);
        await giveReason(visitor, 'erasure');
        await card(visitor, 'diagnosis').locator('[data-finding="account_erasing"]').waitFor();
        await visitor.inspect('console-member-erasing');
        const demands = await eventsOf(ada.id, 'member.erasure_demanded');
        expect(demands.map(({ details }) => details)).toEqual([
          { atOnce: false, auditReason: REASON },
          { atOnce: true, auditReason: REASON },
        ]);
      });

      it('AC-26 removes one passkey, unlinks one account and ends one session, and leaves the others', async () => {
        const ada = await given.member(browserApp.app);
        await ada.client.post('/api/auth/login', { identifier: ada.loginId, password: ada.password }).expect(200);
        await giveWaysIn(ada.id);
        await openMember(visitor, ada.id);
        const ways = card(visitor, 'member').locator('.entries li');
        const devices = card(visitor, 'sessions').locator('.entries li');
        await visitor.inspect('console-ways-in');
        const before = [await ways.count(), await devices.count()];
        for (const name of ['Old phone', 'ada@kakao.test']) {
          const entry = ways.filter({ hasText: name });
          await entry.locator('button').click();
          await visitor.page.locator('#action-title').filter({ hasText: name }).waitFor();
          if (name === 'Old phone') await visitor.inspect('console-remove-passkey');
          await giveReason(visitor, 'action');
          await entry.waitFor({ state: 'detached' });
        }
        await act(visitor, devices.first().locator('button'));
        await waitUntilDone(visitor, 'sessions');
        await devices.nth(1).waitFor({ state: 'detached' });
        expect([before, await ways.count(), await devices.count()]).toEqual([[4, 2], 2, 1]);
        for (const type of ['passkey.removed', 'identity.unlinked', 'session.ended'])
          expect([type, await eventsOf(ada.id, type)]).toEqual([
            type,
            [{ actor_id: admin.id, details: expect.objectContaining({ auditReason: REASON }) }],
          ]);
      });

      it('AC-21 invites with attributes, in each language of the mails', async () => {
        const email = unique.email();
        await goTo(visitor, 'invitations');
        await card(visitor, 'invitations').locator('button.primary').click();
        const form = visitor.page.locator('[data-form="invitation"]');
        const language = form.locator('[name="locale"]');
        expect(await language.locator('option').allInnerTexts()).toEqual(['English', '한국어', '日本語']);
        expect(await language.inputValue()).toBe(look.language);
        expect(await form.locator('[data-attribute]').evaluateAll((fields) => fields.map((one) => one.id))).toEqual([
          'invitation-attribute-team',
          'invitation-attribute-plan',
          'invitation-attribute-news',
        ]);
        await language.selectOption('ja');
        await visitor.type('#invitation-email', email);
        await visitor.type('#invitation-attribute-team', 'blue');
        await form.locator('[name="attributes.plan"]').selectOption({ label: 'pro' });
        await visitor.type('#invitation-reason', REASON);
        await visitor.send('invitation'); // with a team that the schema refuses
        await visitor.page.locator('#invitation-attribute-team-error:visible').waitFor();
        await visitor.inspect('console-invite-attributes');
        await visitor.type('#invitation-attribute-team', 'Blue');
        await giveReason(visitor, 'invitation');
        const { body } = await admin.client.get('/api/admin/invitations', admin.accessToken).expect(200);
        // The invited person is asked for the attributes that the invitation leaves open.
        const { locale, attributes } = body.items.find((invitation: { email: string }) => invitation.email === email);
        expect({ locale, attributes }).toEqual({ locale: 'ja', attributes: { team: 'Blue', plan: 'pro' } });
      });

      if (look.size !== 'phone') return;
      // What follows depends on neither size nor language.

      it('downloads the data of a member as a file, after a recent login', async () => {
        const ada = await given.member(browserApp.app);
        await openMember(visitor, ada.id);
        await loginLongAgo(admin.id);
        await action(visitor, 'export').click();
        await visitor.type('#action-reason', REASON);
        await visitor.send('action');
        await visitor.type('#action-password', admin.password);
        const [download] = await Promise.all([visitor.page.waitForEvent('download'), visitor.send('action')]);
        expect(download.suggestedFilename()).toBe(`${ada.loginId}.json`);
        const data = JSON.parse(await readFile(await download.path(), 'utf8'));
        expect(JSON.stringify(data)).toContain(ada.email);
        await waitUntilDone(visitor, 'actions');
        const views = await eventsOf(ada.id, 'member.viewed');
        expect(views).toContainEqual({ actor_id: admin.id, details: { what: 'export', auditReason: REASON } });
        await openMember(visitor, ada.id);
        await timeline(visitor).filter({ hasText: REASON }).waitFor();
      });

      it('hides a view only where the same actor viewed from the same address within a minute', async () => {
        const ada = await given.member(browserApp.app);
        await browserApp.app.sql.query(
          `INSERT INTO security_events (at, type, member_id, actor_id, api_key_id, ip, user_agent, request_id, details)
           SELECT now() - interval '10 minutes' + make_interval(secs => seconds), 'member.viewed', $1,
             CASE WHEN source = 'admin' THEN $2::uuid END, CASE WHEN source = 'key' THEN $3::uuid END, ip, '', '', '{}'
           FROM (VALUES (0, 'admin', '192.0.2.1'), (10, 'admin', '192.0.2.1'), (20, 'admin', '192.0.2.2'),
             (30, 'key', '192.0.2.2'), (40, 'operator', ''), (50, 'key', '192.0.2.2'), (150, 'key', '192.0.2.2')
           ) AS views (seconds, source, ip) ORDER BY seconds`,
          [ada.id, admin.id, randomUUID()],
        );
        await openMember(visitor, ada.id);
        const viewed = timeline(visitor).filter({ hasText: '계정 정보 조회' });
        const abouts = await viewed.locator('.soft').allInnerTexts();
        // The first entry is the view by this screen.
        expect(abouts.slice(1).map((about) => about.match(/192\S+/)?.[0])).toEqual([
          '192.0.2.2',
          '192.0.2.2',
          undefined,
          '192.0.2.2',
          '192.0.2.2',
          '192.0.2.1',
        ]);
      });

      it('AC-42 does not act after a cancel during the password check, even if the next dialog is open', async () => {
        const ada = await given.member(browserApp.app);
        await openMember(visitor, ada.id);
        const dialog = visitor.page.locator('[data-dialog="action"]');
        const cancelWhileChecked = async (): Promise<() => Promise<void>> => {
          await loginLongAgo(admin.id);
          await action(visitor, 'disable').click();
          await visitor.type('#action-reason', REASON);
          await visitor.send('action');
          await visitor.type('#action-password', admin.password);
          const release = await hold(visitor, '/api/auth/reauthenticate');
          await visitor.send('action');
          await visitor.page.keyboard.press('Escape');
          await dialog.waitFor({ state: 'hidden' });
          return async () => {
            release();
            await dialog.locator('form:not([aria-busy])').waitFor({ state: 'attached' });
          };
        };
        const goOn = await cancelWhileChecked();
        await goOn();
        const goOnWithNext = await cancelWhileChecked();
        await action(visitor, 'end-sessions').click();
        await goOnWithNext();
        expect(await statusOf(ada.id)).toBe('active');
        await ada.client.get('/api/members/me', ada.accessToken).expect(200);
        expect(await dialog.locator('#action-reason').inputValue()).toBe('');
        await giveReason(visitor, 'action');
        await waitUntilDone(visitor, 'actions');
        await ada.client.get('/api/members/me', ada.accessToken).expect(401);
      });

      it('closes a dialog when "Back" leads to another view', async () => {
        await goTo(visitor, 'members');
        await goTo(visitor, 'invitations');
        await card(visitor, 'invitations').locator('button.primary').click();
        const dialog = visitor.page.locator('[data-dialog="invitation"]');
        await dialog.waitFor();
        await visitor.page.goBack();
        await dialog.waitFor({ state: 'hidden' });
        await card(visitor, 'members').waitFor();
      });

      it('offers administrators neither a change of their own address nor an erasure of their own account', async () => {
        await openMember(visitor, admin.id);
        await action(visitor, 'export').waitFor();
        expect(await action(visitor, 'correct-email').count()).toBe(0);
        expect(await action(visitor, 'erase').count()).toBe(0);
      });

      it('offers administrators to remove the second factor of a disabled member, but not their own', async () => {
        const ada = await enrol(await given.member(browserApp.app));
        await browserApp.app.sql.query(`UPDATE members SET status = 'disabled' WHERE id = $1`, [ada.id]);
        await openMember(visitor, ada.id);
        await action(visitor, 'remove-app').waitFor();
        await openMember(visitor, admin.id);
        await action(visitor, 'export').waitFor();
        expect(await action(visitor, 'remove-app').count()).toBe(0);
      });

      it('returns the focus to the button of a dialog, even if its card was drawn again while the dialog was open', async () => {
        const ada = await given.member(browserApp.app);
        await openMember(visitor, ada.id);
        const release = await hold(visitor, `/api/admin/members/${ada.id}`);
        await act(visitor, action(visitor, 'reset'));
        await waitUntilDone(visitor, 'actions');
        await action(visitor, 'disable').evaluate((button) => button.setAttribute('data-before', ''));
        await action(visitor, 'disable').click();
        release();
        await visitor.page.locator('[data-do="disable"]:not([data-before])').waitFor();
        await visitor.page.keyboard.press('Escape');
        // The browser hides a dialog some time before it reports that the dialog is closed.
        await visitor.page.locator('[data-do="disable"]:focus').waitFor();
      });

      describe('in the list of members', () => {
        const PATH = '/api/admin/members';
        const PAGE_SIZE = 20;
        let ada: GivenMember;
        let grace: GivenMember;
        beforeAll(async () => {
          [ada, grace] = [await given.member(browserApp.app), await given.member(browserApp.app)];
          await browserApp.app.sql.query(
            `INSERT INTO members (id, login_id, email, email_key, password_hash, locale)
             SELECT gen_random_uuid(), 'list' || n, 'list' || n || '@example.test', 'list' || n || '@example.test', 'x', 'en'
             FROM generate_series(1, $1::int) AS n`,
            [PAGE_SIZE + 10],
          );
        });
        // Each test opens the list again, without a search.
        beforeEach(async () => {
          await goTo(visitor, 'overview');
          await goTo(visitor, 'members');
        });

        const entries = (): Locator => card(visitor, 'members').locator('.entries > li');
        const loginIds = (): Promise<string[]> => entries().locator('a').allTextContents();
        const more = (): Locator => card(visitor, 'members').locator('.card-body > p button');
        const search = async (query: string): Promise<void> => {
          await visitor.type('#filter-query', query);
          await visitor.page.keyboard.press('Enter');
        };
        const showsOnly = ({ loginId }: GivenMember): Promise<true> =>
          eventually<true>('the found member', async () => String(await loginIds()) === loginId || undefined);

        /** Releases a held response and waits until the page has handled it. */
        async function letCome(release: () => void, isHeld: IsHeld): Promise<void> {
          const answered = visitor.page.waitForResponse((response) => {
            const { pathname, searchParams } = new URL(response.url());
            return pathname === PATH && isHeld(searchParams);
          });
          release();
          await (await answered).finished();
          // The page handles the response of this request after the released one.
          await visitor.page.evaluate(`fetch('/health/live').then((answer) => answer.text())`);
        }

        it('AC-41 shows what was searched for last, whichever answer comes last', async () => {
          const isFirst: IsHeld = (query) => query.get('query') === ada.email;
          const release = await hold(visitor, PATH, isFirst);
          await search(ada.email);
          await search(grace.email);
          await showsOnly(grace);
          await letCome(release, isFirst);
          expect(await loginIds()).toEqual([grace.loginId]);
        });

        it('requests a login diagnosis when the button is pressed, and not on the way back to the list', async () => {
          const asked: (string | null)[] = [];
          visitor.page.on('request', (request) => {
            const { pathname, searchParams } = new URL(request.url());
            if (pathname === '/api/admin/login-diagnosis') asked.push(searchParams.get('identifier'));
          });
          await search(grace.email);
          await showsOnly(grace);
          await entries().locator('a').click();
          await waitUntilLoaded(visitor, 'timeline');
          await visitor.page.goBack();
          await showsOnly(grace);
          expect(asked).not.toContain(grace.email); // the view of the member asks with the login ID
          await visitor.page.locator('form.filter button[type="button"]').click();
          await card(visitor, 'diagnosis').locator('[data-finding]').first().waitFor();
          expect(asked).toContain(grace.email);
        });

        it('AC-41 loads the next page of the search that it shows, whatever is typed for the next search', async () => {
          expect(await entries().count()).toBe(PAGE_SIZE);
          await visitor.type('#filter-query', 'nobody-here@example.test');
          await more().click();
          await entries().nth(PAGE_SIZE).waitFor();
          expect(await card(visitor, 'members').locator('.done').textContent()).toBe('');
        });

        it('AC-41 adds no page of an earlier search to a later one', async () => {
          const isNextPage: IsHeld = (query) => query.has('cursor');
          const release = await hold(visitor, PATH, isNextPage);
          await more().click();
          await search(grace.email);
          await showsOnly(grace);
          await letCome(release, isNextPage);
          expect(await loginIds()).toEqual([grace.loginId]);
        });
      });
    });
  }
});
