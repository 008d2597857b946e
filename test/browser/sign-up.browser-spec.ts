import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeInBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { given, unique } from '../support/factories.js';
import { mailbox, type Mail } from '../support/mailbox.js';
import { LOOKS, WALKS, BrowserApp, type Look, type Visitor } from '../support/browser-app.js';

type Person = ReturnType<typeof unique.signUp>;

async function signUp(visitor: Visitor, person: Person): Promise<Mail> {
  await visitor.open('sign-up');
  await visitor.typeSignUp(person);
  await visitor.send('sign-up');
  await visitor.see('code');
  return mailbox.to(person.email).next();
}

const linkIn = (mail: Mail): string => mail.links.find((link) => link.includes('#token='))!;

describeInBrowser('signing up on the built-in pages', () => {
  let browserApp: BrowserApp;
  beforeAll(async () => {
    browserApp = await BrowserApp.start();
  });
  afterAll(() => browserApp?.stop());

  const memberOf = async ({ email }: Person): Promise<string | undefined> =>
    (await browserApp.app.sql.query('SELECT login_id FROM members WHERE email = $1', [email])).rows[0]?.login_id;

  for (const look of WALKS) {
    const how = `${look.language}, ${look.size}`;

    it(`a visitor signs up with the mailed code and reaches the account (${how})`, async () => {
      const ada = unique.signUp();
      const taken = await given.member(browserApp.app);
      const visitor = await browserApp.visitor(look);
      await visitor.open('sign-up');
      await visitor.inspect('sign-up');

      const problems = visitor.page.locator('[data-form="sign-up"] [data-problem] li a');
      await visitor.send('sign-up'); // empty: all fields at once, in their order
      await problems.nth(2).waitFor();
      expect(await problems.count()).toBe(3);
      await problems.first().click();
      expect(await visitor.focused()).toContain('#loginId');

      await visitor.type('#loginId', 'adm1n');
      await visitor.type('#email', 'ada');
      await visitor.page
        .locator('#loginId-error')
        .filter({ hasText: /reserved|서비스에서 사용하는/ })
        .waitFor();
      await visitor.type('#password', 'password1');
      await visitor.page.locator('[data-bar][data-score="0"]').waitFor();
      await visitor.send('sign-up');
      await problems.nth(2).waitFor();
      expect(await problems.evaluateAll((links) => links.map((link) => link.getAttribute('href')))).toEqual([
        '#loginId',
        '#email',
        '#password',
      ]);
      await visitor.inspect('sign-up-refused');
      await visitor.type('#loginId', taken.loginId);
      await visitor.type('#email', ada.email);
      await visitor.page
        .locator('#loginId-error')
        .filter({ hasText: /already taken|이미 사용 중/ })
        .waitFor();

      // Another language changes the words, and nothing that was typed.
      await visitor.page.locator('[data-language-switch]').click();
      await visitor.page.locator(`html[lang="${look.language === 'ko' ? 'en' : 'ko'}"]`).waitFor();
      await visitor.page
        .locator('#loginId-error')
        .filter({ hasText: look.language === 'ko' ? 'already taken' : '이미 사용 중' })
        .waitFor();
      expect(await visitor.page.locator('#password').inputValue()).toBe('password1');
      await visitor.page.locator('[data-language-switch]').click();
      await visitor.page.locator(`html[lang="${look.language}"]`).waitFor();

      await visitor.type('#loginId', ada.loginId);
      await visitor.type('#password', ada.password);
      await visitor.page.locator('[data-rule="guess"][data-state="met"]').waitFor();
      await visitor.send('sign-up');
      await visitor.see('code');
      await visitor.inspect('sign-up-code');
      const mail = await mailbox.to(ada.email).next();
      await visitor.page.reload(); // the code form survives
      await visitor.see('code');
      expect(await visitor.text('[data-state="code"] [data-fill="email"]')).toBe(ada.email);
      await visitor.type('#code', mail.code === '000000' ? '000001' : '000000');
      await visitor.send('code');
      await visitor.page.locator('#code-error').waitFor();
      expect(await memberOf(ada)).toBeUndefined();
      await visitor.type('#code', `코드: ${mail.code!.slice(0, 3)}\u00a0${mail.code!.slice(3)}\ufeff.`); // as people paste it
      expect(await visitor.page.locator('#code').inputValue()).toBe(mail.code);
      await visitor.page.keyboard.press('Enter');
      await visitor.page.waitForURL(/\/pages\/account/);
      await visitor.see('ready');
      expect(await memberOf(ada)).toBe(ada.loginId);
      await visitor.close();
    });
  }

  it('a person who did not sign up deletes the sign-up', async () => {
    const ada = unique.signUp();
    const { mail, visitor } = await mailOpenedElsewhere(LOOKS[1]!, ada);
    await visitor.open(linkIn(mail));
    await visitor.see('ready');
    await visitor.press('ask-discard');
    await visitor.see('discard');
    await visitor.inspectInEachLook('confirm-sign-up-discard');
    await visitor.press('keep');
    await visitor.see('ready');
    await visitor.press('ask-discard');
    await visitor.send('discard');
    await visitor.see('discarded');
    await visitor.inspectInEachLook('confirm-sign-up-discarded');
    const { rowCount } = await browserApp.app.sql.query('SELECT FROM sign_ups WHERE email = $1', [ada.email]);
    expect(rowCount).toBe(0);
    await visitor.close();
  });

  it('the link confirms with the password on another device', async () => {
    const ada = unique.signUp();
    const { mail, visitor } = await mailOpenedElsewhere(LOOKS[1]!, ada);
    await visitor.open(`${linkIn(mail)}>`); // a mail program took the next character as a part of it
    await visitor.see('broken');
    expect(await visitor.text('[data-state="broken"]')).toContain('This link is incomplete');
    await visitor.open('login');
    await visitor.open(linkIn(mail));
    await visitor.see('ready');
    await visitor.type('#password', 'not the one');
    await visitor.send('confirm');
    await visitor.page.locator('#password-error').waitFor();
    await visitor.inspectInEachLook('confirm-sign-up-password');
    expect(await memberOf(ada)).toBeUndefined();
    await visitor.type('#password', ada.password);
    await visitor.send('confirm');
    await visitor.see('confirmed');
    expect(await memberOf(ada)).toBe(ada.loginId);
    // The link again: nothing left to do.
    await visitor.open('login');
    await visitor.open(linkIn(mail));
    await visitor.see('already');
    await visitor.inspectInEachLook('confirm-sign-up-already');
    await visitor.close();
  });

  it('the link confirms without the password on the device that signed up', async () => {
    const ada = unique.signUp();
    const visitor = await browserApp.visitor(LOOKS[1]!);
    const mail = await signUp(visitor, ada);
    const first = await visitor.newTab();
    await visitor.open(linkIn(mail));
    await visitor.see('ready');
    expect(await visitor.page.locator('#password').isVisible()).toBe(false);
    await visitor.inspectInEachLook('confirm-sign-up');
    expect(await memberOf(ada)).toBeUndefined(); // looking changes nothing
    await visitor.send('confirm');
    await visitor.see('confirmed');
    await visitor.inspectInEachLook('confirm-sign-up-confirmed');
    // The tab that waits for the code notices the confirmation.
    await first.locator('[data-state="elsewhere"]').waitFor({ state: 'visible' });
    await visitor.page.locator('[data-state="confirmed"] a').click();
    await visitor.page.waitForURL(/\/pages\/account/);
    await visitor.see('ready');
    await visitor.close();
  });

  it('a page reports a mail as sent only if it was sent now, and forgets the code that was typed before', async () => {
    const visitor = await browserApp.visitor(LOOKS[1]!);
    const mailText = (): Promise<string> => visitor.text('[data-mail]:visible');
    await visitor.open('reset-password');
    await visitor.type('#email', unique.email()); // an unknown address gets the same answers
    await visitor.send('start');
    await visitor.see('code');
    expect(await mailText()).toContain('we have sent an email');
    const secondsLeft = async () => Number(/in (\d+) sec/.exec(await visitor.text('[data-action="resend"]'))?.[1]);
    // In its first seconds the cooldown may have begun with the request that is being answered.
    await eventually('the cooldown is older', async () => (await secondsLeft()) <= 57 || undefined);
    await visitor.type('#code', '000000');
    await visitor.send('code');
    await visitor.page.locator('#code-error').waitFor();
    await visitor.press('start-over');
    await visitor.send('start');
    await visitor.see('code');
    expect(await mailText()).toContain('No new email was sent');
    // The code and its problem belonged to the earlier request.
    expect(await visitor.page.locator('#code').inputValue()).toBe('');
    expect(await visitor.page.locator('#code-error').isVisible()).toBe(false);
    await visitor.close();
  });

  it.each([
    ['ends the new session, which no app could use', undefined],
    ['shows success even if that session cannot be ended', { status: 429, json: { code: 'too_many_requests' } }],
  ])('without a page to continue with, a sign-up %s', async (_, logoutAnswer) => {
    const ada = unique.signUp();
    const visitor = await browserApp.visitor(LOOKS[1]!);
    await visitor.page.route('**/pages/sign-up', async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace(/data-next-url="[^"]*"/, 'data-next-url=""');
      await route.fulfill({ response, body });
    });
    if (logoutAnswer) await visitor.page.route('**/api/auth/logout', (route) => route.fulfill(logoutAnswer));
    const mail = await signUp(visitor, ada);
    await visitor.type('#code', mail.code!);
    await visitor.send('code');
    await visitor.see('done');
    const { rows } = await browserApp.app.sql.query(
      `SELECT ended_at IS NOT NULL AS "isEnded" FROM sessions JOIN members ON members.id = member_id WHERE email = $1`,
      [ada.email],
    );
    expect(rows).toEqual([{ isEnded: logoutAnswer === undefined }]);
    await visitor.close();
  });

  it('explains that a member cannot log in at another web address than the configured one', async () => {
    const { mail, visitor } = await mailOpenedElsewhere(LOOKS[1]!, unique.signUp());
    const ada = await given.member(browserApp.app);
    const explained = visitor.page.locator('[data-problem]', { hasText: 'You can’t log in at this web address.' });
    const atOther = (address: string): Promise<void> => visitor.open(address.replace('localhost', 'other.localhost'));
    await atOther(`${browserApp.app.publicUrl}/pages/login`);
    await visitor.type('#identifier', ada.loginId);
    await visitor.type('#password', ada.password);
    await visitor.send('login');
    await explained.waitFor();
    await atOther(linkIn(mail));
    await visitor.see('ready');
    await visitor.type('#password', 'any');
    await visitor.send('confirm');
    await explained.waitFor();
    await visitor.close();
  });

  /** A visitor signs up over the API; the mail is read on another device. */
  async function mailOpenedElsewhere(look: Look, person: Person): Promise<{ mail: Mail; visitor: Visitor }> {
    await browserApp.app.client().post('/api/auth/sign-up', person).expect(202);
    return { mail: await mailbox.to(person.email).next(), visitor: await browserApp.visitor(look) };
  }
});
