import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Locator } from 'playwright-core';
import { givenAdmin, promote, type GivenAdmin } from '../support/admins.js';
import { describeInBrowser } from '../support/browser.js';
import { LOOKS, ONE_LOOK, walksIn, BrowserApp, type Visitor } from '../support/browser-app.js';
import {
  act,
  card,
  giveReason,
  goTo,
  waitUntilDone,
  waitUntilLoaded,
  sendPassword,
  logInTo,
  openMember,
  REASON,
} from '../support/console.js';
import { givenDeadMail } from '../support/dead-mail.js';
import { eventually } from '../support/eventually.js';
import { given, unique } from '../support/factories.js';
import { mailbox } from '../support/mailbox.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

describeInBrowser('the console of administrators', () => {
  let browserApp: BrowserApp;
  beforeAll(async () => {
    browserApp = await BrowserApp.start();
  });
  afterAll(() => browserApp?.stop());

  it('AC-40 refuses a member who is no administrator, and leads an administrator without a second factor to the setup', async () => {
    const ada = await given.member(browserApp.app);
    const visitor = await browserApp.visitor(ONE_LOOK);
    await visitor.open('admin');
    await sendPassword(visitor, ada);
    await visitor.see('no-admin');
    await visitor.inspect('console-no-admin');
    await promote(browserApp.app, ada);
    await visitor.open('admin');
    await visitor.see('no-factor');
    await visitor.inspect('console-no-factor');
    await visitor.page.locator('[data-set-up-factor]').click();
    await visitor.page.waitForURL(/\/pages\/account/);
    await visitor.page.locator('.account-bar [data-next]:visible').click();
    await visitor.page.waitForURL(/\/pages\/admin/);
    await visitor.close();
  });

  it('AC-40 lets the login page lead back to the console alone, not to another page of its origin', async () => {
    const visitor = await browserApp.visitor(LOOKS[1]!);
    for (const path of ['/pages/admin/x', '/api/admin/members', '/docs', '/pages/admin.evil']) {
      await visitor.open(`login?return_to=${encodeURIComponent(browserApp.app.publicUrl + path)}`);
      await visitor.see('ready');
      expect([path, await visitor.page.locator('body').getAttribute('data-next-url')]).toEqual([
        path,
        'account?lang=en',
      ]);
    }
    await visitor.close();
  });

  for (const look of walksIn('en')) {
    describe(`in ${look.language} on a ${look.size}`, () => {
      let admin: GivenAdmin;
      let visitor: Visitor;
      beforeAll(async () => {
        admin = await givenAdmin(browserApp.app);
        visitor = await browserApp.visitor(look);
        await logInTo(visitor, 'api-keys', admin);
      });
      afterAll(() => visitor?.close());

      it('AC-41 finds a member, shows all on one screen, and records the reason of an action in the audit log', async () => {
        const ada = await given.member(browserApp.app, { name: 'Ada Lovelace' });
        await goTo(visitor, 'members');
        await visitor.type('#filter-query', ada.email);
        await visitor.page.keyboard.press('Enter');
        await card(visitor, 'members').getByRole('link', { name: ada.loginId }).waitFor();
        await visitor.inspect('console-members');
        expect(visitor.page.url()).not.toContain(encodeURIComponent(ada.email)); // would come into logs
        await card(visitor, 'members').getByRole('link', { name: ada.loginId }).click();
        await waitUntilLoaded(visitor, 'timeline');
        expect(await visitor.text('h1')).toBe(ada.loginId);
        await card(visitor, 'diagnosis').locator('[data-finding="no_obstacle"]').waitFor();
        for (const list of ['sessions', 'challenges', 'mails', 'deliveries']) await waitUntilLoaded(visitor, list);
        expect(await card(visitor, 'sessions').locator('li').count()).toBe(1);

        const disable = card(visitor, 'actions').locator('[data-do="disable"]');
        await disable.click();
        await visitor.send('action'); // without a reason
        await visitor.page.locator('#action-reason-error').waitFor();
        await visitor.inspect('console-dialog');
        await giveReason(visitor, 'action');
        await card(visitor, 'diagnosis').locator('[data-finding="member_disabled"]').waitFor();
        await card(visitor, 'timeline').getByText(REASON).first().waitFor();
        await visitor.inspect('console-member');
        const { rows } = await browserApp.app.sql.query(
          `SELECT actor_id, details FROM security_events WHERE member_id = $1 AND type = 'member.disabled'`,
          [ada.id],
        );
        expect(rows).toEqual([{ actor_id: admin.id, details: expect.objectContaining({ auditReason: REASON }) }]);

        // The one action that helps stands beside the finding.
        await act(visitor, card(visitor, 'diagnosis').locator('[data-finding="member_disabled"] button'));
        await card(visitor, 'diagnosis').locator('[data-finding="no_obstacle"]').waitFor();
        // Back to the search, which is kept.
        await visitor.page.goBack();
        await waitUntilLoaded(visitor, 'members');
        expect(await visitor.page.locator('#filter-query').inputValue()).toBe(ada.email);
      });

      it('AC-42 changes nothing if a dialog is cancelled, and asks for the password if the last login is too old', async () => {
        const ada = await given.member(browserApp.app);
        await openMember(visitor, ada.id);
        // Leaving the dialog changes nothing.
        await card(visitor, 'actions').locator('[data-do="reset-stolen"]').click();
        await visitor.page.keyboard.press('Escape');
        await visitor.page.locator('[data-dialog="action"]').waitFor({ state: 'hidden' });
        expect(await visitor.focused()).toContain('button');
        const { rows } = await browserApp.app.sql.query('SELECT must_change_password FROM members WHERE id = $1', [
          ada.id,
        ]);
        expect(rows).toEqual([{ must_change_password: false }]);
        await browserApp.app.sql.query(
          `UPDATE sessions SET authenticated_at = now() - interval '1 hour' WHERE member_id = $1`,
          [admin.id],
        );
        await card(visitor, 'actions').locator('[data-do="end-sessions"]').click();
        await visitor.type('#action-reason', REASON);
        await visitor.send('action');
        await visitor.page.locator('#action-password').waitFor();
        await visitor.type('#action-password', 'not the password');
        await visitor.send('action');
        await visitor.page.locator('[data-form="action"] [data-problem]:visible').waitFor();
        await visitor.inspect('console-dialog-password');
        await visitor.type('#action-password', admin.password);
        await visitor.send('action');
        await waitUntilDone(visitor, 'actions');
        expect((await ada.client.get('/api/members/me', ada.accessToken)).status).toBe(401);
      });

      it('AC-40 shows a name that is markup as text, and follows a change of the language', async () => {
        const ada = await given.member(browserApp.app);
        const name = '<img src=x onerror=alert(1)>';
        await browserApp.app.sql.query('UPDATE members SET name = $2 WHERE id = $1', [ada.id, name]);
        await openMember(visitor, ada.id);
        await card(visitor, 'member').getByText(name, { exact: true }).waitFor();
        const heading = card(visitor, 'member').locator('h2');
        const before = await heading.innerText();
        await visitor.page.locator('[data-language-switch]').click();
        await heading.filter({ hasNotText: before }).waitFor();
        expect(await visitor.text('h1')).toBe(ada.loginId);
        await visitor.page.locator('[data-language-switch]').click();
        await heading.filter({ hasText: before }).waitFor();
        // An address that names no member, such as after an erasure.
        await visitor.open('admin?view=member&id=00000000-0000-4000-8000-000000000000');
        await card(visitor, 'member').locator('[role="alert"]').waitFor();
        expect(await card(visitor, 'timeline').isVisible()).toBe(false);
        await visitor.inspect('console-member-unknown');
      });

      it('shows the statistics of each period, and the page of imports', async () => {
        await goTo(visitor, 'overview');
        await card(visitor, 'overview').locator('figure svg rect').first().waitFor(); // the logins of this test
        for (const period of ['day', 'month', 'hour']) {
          const answer = visitor.page.waitForResponse((response) => response.url().endsWith(`period=${period}`));
          await visitor.page.locator('#filter-period').selectOption(period);
          expect((await answer).status()).toBe(200);
        }
        await card(visitor, 'overview').locator('figure svg rect').first().waitFor();
        await visitor.inspect('console-overview');
        await goTo(visitor, 'imports');
        await visitor.inspect('console-imports');
      });

      it('invites a person, sends the invitation again and withdraws it', async () => {
        const email = unique.email();
        await goTo(visitor, 'invitations');
        await card(visitor, 'invitations').locator('button.primary').click();
        await visitor.type('#invitation-email', email);
        await visitor.page.locator('#invitation-locale').selectOption('en');
        await visitor.inspect('console-invite');
        await giveReason(visitor, 'invitation');
        const mail = await mailbox.to(email).next();
        expect(mail.code).toBeDefined();
        const invitation = card(visitor, 'invitations').locator('li', { hasText: email });
        await browserApp.app.sql.query('DELETE FROM rate_limits'); // as if the time between two mails had passed
        await act(visitor, invitation.locator('[data-do="sendAgain"]'));
        expect((await mailbox.to(email).next({ after: mail })).code).not.toBe(mail.code);
        await visitor.inspect('console-invitations');
        await act(visitor, invitation.locator('[data-do="withdraw"]'));
        await invitation.waitFor({ state: 'detached' });
      });

      it('answers why a person without an account cannot log in', async () => {
        await goTo(visitor, 'members');
        await visitor.type('#filter-query', 'nobody-here@example.test');
        await visitor.page.locator('.filter button[type="button"]').click();
        await card(visitor, 'diagnosis').locator('[data-finding="no_account"]').waitFor();
        await visitor.inspect('console-diagnosis');
      });

      it('AC-43 creates, rotates and revokes an API key, and shows its secret once', async () => {
        const name = `CRM ${look.language}`;
        await goTo(visitor, 'api-keys');
        await card(visitor, 'api-keys').locator('button.primary').click();
        await visitor.type('#api-key-reason', REASON);
        await visitor.type('#api-key-name', name);
        await visitor.send('api-key'); // without a scope
        await visitor.page.locator('#api-key-scopes-first-error').waitFor();
        await visitor.page.locator('[data-form="api-key"] [value="members:read"]').check();
        await visitor.inspect('console-api-key');
        await visitor.send('api-key');
        const secret = await secretOf(visitor, 'console-secret');
        expect(secret).toMatch(/^mjk_/);
        const opened = await browserApp.app.get('/api/admin/members', secret);
        expect(opened.status).toBe(200);
        await act(visitor, card(visitor, 'api-keys').getByRole('button', { name }).first());
        expect(await secretOf(visitor)).not.toBe(secret);
        await act(visitor, card(visitor, 'api-keys').getByRole('button', { name }).last());
        await waitUntilDone(visitor, 'api-keys');
        await card(visitor, 'api-keys').locator('li', { hasText: name }).locator('[data-mood="bad"]').waitFor();
        await visitor.inspect('console-api-keys');
        expect((await browserApp.app.get('/api/admin/members', secret)).status).toBe(401);
      });

      it('creates, tests, turns off and deletes a webhook, and delivers an event again', async () => {
        const receiver = await WebhookReceiver.listen();
        await goTo(visitor, 'webhooks');
        await card(visitor, 'webhooks').locator('button.primary').click();
        await visitor.type('#webhook-url', receiver.url);
        await visitor.page.locator('[data-form="webhook"] [value="member.created"]').check();
        await visitor.inspect('console-webhook-form');
        await giveReason(visitor, 'webhook');
        receiver.secret = await secretOf(visitor);
        await card(visitor, 'webhooks').getByRole('link', { name: receiver.url }).click();
        await waitUntilLoaded(visitor, 'webhook');
        const tool = (name: string): Locator => card(visitor, 'webhook').locator(`[data-do="${name}"]`);
        await act(visitor, tool('test'));
        const test = await eventually('the test of the webhook', async () => receiver.events[0]);
        expect(test.type).toBe('webhook.test');
        // The result is not pushed to the console: selecting a state reads it again.
        await eventually('the delivery', async () => {
          await visitor.page.locator('#filter-status').selectOption('sent');
          const count = await card(visitor, 'deliveries').locator('li', { hasText: 'webhook.test' }).count();
          await visitor.page.locator('#filter-status').selectOption('');
          return count > 0 ? count : undefined;
        });
        await act(visitor, card(visitor, 'deliveries').locator('li button').first());
        await eventually('the test again', async () => receiver.events[1]);
        expect([receiver.refused, receiver.distinct.length]).toEqual([[], 1]);
        await tool('edit').click();
        expect(await visitor.page.locator('#webhook-url').inputValue()).toBe(receiver.url);
        const ticked = visitor.page.locator('[data-form="webhook"] :checked');
        expect(await ticked.evaluateAll((all) => all.map((one) => one.getAttribute('value')))).toEqual([
          'member.created',
        ]);
        await visitor.page.keyboard.press('Escape');
        await act(visitor, tool('turnOff'));
        await tool('turnOn').waitFor();
        await visitor.inspect('console-webhook');
        await act(visitor, tool('delete'));
        await waitUntilLoaded(visitor, 'webhooks');
        expect(await card(visitor, 'webhooks').getByRole('link', { name: receiver.url }).count()).toBe(0);
        await receiver.close();
      });

      it('AC-63 shows each mail with sample data', async () => {
        await goTo(visitor, 'mail-texts');
        await visitor.page.locator('#filter-template').selectOption('password-reset');
        await visitor.page.locator('#filter-locale').selectOption('ko');
        const html = visitor.page.frameLocator('iframe[src$="/password-reset/ko/html"]');
        await html.getByText('048213').waitFor();
        const text = visitor.page.frameLocator('iframe[src$="/password-reset/ko/text"]');
        expect(await text.locator('body').innerText()).toMatch(/^Subject: /);
        await visitor.page.locator('iframe').last().scrollIntoViewIfNeeded(); // Chromium paints no frame out of sight
        await visitor.inspect('console-mail-texts');
      });

      it('sends a failed mail again', async () => {
        const { member } = await givenDeadMail(browserApp.app);
        const before = (await mailbox.to(member.email).all()).at(-1)!;
        await goTo(visitor, 'mails');
        await visitor.page.locator('#filter-status').selectOption('dead');
        const mail = card(visitor, 'mails').locator('li', { hasText: 'EENVELOPE' }).first();
        await mail.waitFor();
        await visitor.inspect('console-mails');
        await act(visitor, mail.locator('button'));
        await waitUntilDone(visitor, 'mails');
        expect((await mailbox.to(member.email).next({ after: before })).code).toBeDefined();
      });
    });
  }

  /** Reads a secret that is shown once, and checks that nothing keeps it. */
  async function secretOf(visitor: Visitor, name?: string): Promise<string> {
    const dialog = visitor.page.locator('[data-dialog="secret"]');
    await dialog.waitFor();
    if (name !== undefined) await visitor.inspect(name);
    const secret = await dialog.locator('[data-secret]').innerText();
    await dialog.locator('[data-close]').click();
    await dialog.waitFor({ state: 'hidden' });
    const kept = await visitor.page.evaluate<string>(
      'document.documentElement.outerHTML + JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state, location.href])',
    );
    expect(kept).not.toContain(secret);
    return secret;
  }
});
