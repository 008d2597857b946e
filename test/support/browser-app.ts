import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { freePort } from '../../dev/free-port.js';
import { PROJECT_ROOT } from '../../dev/project.js';
import { launchBrowser } from './browser.js';
import { randomIp } from './http-client.js';
import { TestApp } from './test-app.js';
import { IS_LONG } from './test-length.js';

const TIMEOUT_MS = 30_000;
/** Screenshots of every inspected state, in the long form; Git ignores them. */
const PICTURES = path.join(PROJECT_ROOT, '.data', 'screenshots');
const AXE_SOURCE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

export const SIZES = {
  phone: { width: 360, height: 740 },
  desktop: { width: 1280, height: 900 },
} as const;
export type Size = keyof typeof SIZES;
export type Language = 'ko' | 'en';
export type Theme = 'light' | 'dark';

/** Screen, language and colours of a visitor. Most journeys are tested with more than one look. */
export interface Look {
  size: Size;
  language: Language;
  /** The themes in which pages are inspected. The journey is walked in the first one. */
  themes: readonly [Theme, ...Theme[]];
  /** Each page is inspected in this look as well. The journey itself is walked without it. */
  also?: Look;
}
/** The long form walks each journey in each look. Colours are the same on all sizes, so one look is enough for each theme. */
export const LOOKS: readonly Look[] = [
  { size: 'phone', language: 'ko', themes: ['light'] },
  { size: 'desktop', language: 'en', themes: ['dark'] },
];
/** The short form walks a journey once, and inspects each page in both looks. */
export const WALKS: readonly Look[] = IS_LONG ? LOOKS : [{ ...LOOKS[0]!, also: LOOKS[1]! }];
/** As {@link WALKS}, for pages that lose what was entered when the language changes. The short form uses only `language`. */
export function walksIn(language: Language): readonly Look[] {
  const [own, other] = language === LOOKS[0]!.language ? LOOKS : LOOKS.toReversed();
  return IS_LONG ? LOOKS : [{ ...own!, also: { ...other!, language } }];
}
/** For journeys that are walked once. */
export const ONE_LOOK: Look = { size: 'phone', language: 'ko', themes: ['light', 'dark'] };

interface AxeResult {
  violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[];
}

/** A server under its public address, and a Chromium to visit it. Stop it in `afterAll`. */
export class BrowserApp {
  private constructor(
    readonly app: TestApp,
    private readonly browser: Browser,
    private readonly axe: string,
  ) {}

  static async start(env: Record<string, string | undefined> = {}): Promise<BrowserApp> {
    const port = await freePort();
    const publicUrl = `http://localhost:${port}`;
    const [app, browser, axe] = await Promise.all([
      TestApp.start({ env: { PORT: String(port), PUBLIC_URL: publicUrl, ...env } }),
      launchBrowser(),
      readFile(AXE_SOURCE, 'utf8'),
    ]);
    return new BrowserApp(app, browser, axe);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.app.stop();
  }

  /** A visitor with a fresh browser context, which shares nothing with earlier ones. */
  async visitor(look: Look, ip = randomIp()): Promise<Visitor> {
    const { size, language, themes } = look;
    const context = await this.browser.newContext({
      baseURL: this.app.publicUrl,
      viewport: SIZES[size],
      locale: language === 'ko' ? 'ko-KR' : 'en-GB',
      timezoneId: 'Asia/Seoul',
      colorScheme: themes[0],
      reducedMotion: 'reduce',
      isMobile: size === 'phone',
      hasTouch: size === 'phone',
      permissions: ['clipboard-write', 'clipboard-read'],
      extraHTTPHeaders: { 'x-forwarded-for': ip },
    });
    context.setDefaultTimeout(TIMEOUT_MS);
    return new Visitor(context, await context.newPage(), this.axe, look);
  }
}

/** A person with a browser. */
export class Visitor {
  /** Errors reported by the browser, such as content policy violations and failed scripts. */
  private readonly complaints: string[] = [];

  constructor(
    readonly context: BrowserContext,
    public page: Page,
    private readonly axe: string,
    private look: Look,
  ) {
    this.listen(page);
  }

  private listen(page: Page): void {
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      // Browsers log refusals of the API as errors, but they are expected responses.
      const { url } = message.location();
      // Also the page itself, where the address of the visitor is unknown.
      const isExpected = url.includes('/api/') || url === page.url();
      const isRefusal = isExpected && /status of 4\d\d/.test(message.text());
      if (message.type() === 'error' && !isRefusal) this.complaints.push(message.text());
    });
  }

  /** Continues in a new tab of the same browser. @returns the previous tab */
  async newTab(): Promise<Page> {
    const previous = this.page;
    this.page = await this.context.newPage();
    this.listen(this.page);
    return previous;
  }

  async open(address: string): Promise<void> {
    await this.page.goto(address.startsWith('http') ? address : `/pages/${address}`);
  }

  /** Continues on another screen, in another language. */
  async changeLook(look: Look): Promise<void> {
    await this.page.setViewportSize(SIZES[look.size]);
    await this.page.emulateMedia({ colorScheme: look.themes[0] });
    if (look.language !== this.look.language) {
      await this.page.locator(`[data-language-switch][lang="${look.language}"]`).click();
      await this.page.locator(`html[lang="${look.language}"]`).waitFor();
    }
    this.look = look;
  }

  /** Waits until the page shows the state of this name. */
  async see(state: string): Promise<void> {
    await this.page.locator(`[data-state="${state}"]`).waitFor({ state: 'visible' });
  }

  /**
   * Fills a field. For a new password it waits for the verdict, because the verdict moves the page below
   * it and a click could miss its button.
   */
  async type(field: string, value: string): Promise<void> {
    await this.page.locator(field).fill(value);
    const verdict = this.page.locator(`[data-strength]:has(${field}) [data-verdict]`);
    if (value !== '' && (await verdict.count()) > 0) await verdict.filter({ hasText: /./ }).waitFor();
  }

  /** Fills the fields of a sign-up, and waits for what the page shows about them. */
  async typeSignUp({ loginId, email, password }: Record<'loginId' | 'email' | 'password', string>): Promise<void> {
    await this.type('#loginId', loginId);
    await this.type('#email', email);
    await this.page.locator('[data-group="loginIdFree"]:visible').waitFor();
    await this.type('#password', password);
  }

  /** Presses the button that sends a form. */
  async send(form: string): Promise<void> {
    await this.page.locator(`[data-form="${form}"] [type="submit"]`).click();
  }

  async press(action: string): Promise<void> {
    await this.page.locator(`[data-action="${action}"]:visible`).click();
  }

  text(selector: string): Promise<string> {
    return this.page.locator(selector).innerText();
  }

  /** Tag, id and classes of the focused element. */
  focused(): Promise<string> {
    return this.page.evaluate<string>(`(() => {
      const { localName, id, className } = document.activeElement;
      return localName + (id && '#' + id) + (className && '.' + className.replaceAll(' ', '.'));
    })()`);
  }

  /**
   * Checks the visible page: nothing wider than the screen, no axe violation in the themes of the
   * look, no browser error. The long form saves a screenshot under that name.
   */
  async inspect(name: string): Promise<void> {
    await this.inspectAs(this.look, name);
    if (this.look.also) await this.inspectOnTheWay([this.look.also], name);
  }

  /** Checks the visible page in each of {@link LOOKS}, so that the way to the page is walked only once. */
  async inspectInEachLook(name: string): Promise<void> {
    await this.inspectOnTheWay(LOOKS, name);
  }

  private async inspectOnTheWay(looks: readonly Look[], name: string): Promise<void> {
    const own = this.look;
    for (const look of looks) {
      await this.changeLook(look);
      await this.inspectAs(look, name);
    }
    await this.changeLook(own);
  }

  private async inspectAs(look: Look, name: string): Promise<void> {
    const { page } = this;
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect([name, width]).toEqual([name, Math.min(width, SIZES[look.size].width)]);
    if (!(await page.evaluate<boolean>("'axe' in globalThis"))) await page.evaluate(this.axe);
    const [theme, ...others] = look.themes;
    await this.photograph(name, theme);
    const found = await this.violations();
    for (const other of others) found.push(...(await this.inTheme(other, name)));
    expect([name, ...found]).toEqual([name]);
    expect([name, ...this.complaints]).toEqual([name]);
  }

  async close(): Promise<void> {
    await this.context.close();
  }

  /** Checks only the colours of a further theme. */
  private async inTheme(theme: Theme, name: string): Promise<string[]> {
    await this.page.emulateMedia({ colorScheme: theme });
    await this.photograph(name, theme);
    const found = await this.violations(['color-contrast']);
    await this.page.emulateMedia({ colorScheme: this.look.themes[0] });
    return found;
  }

  private async violations(rules?: string[]): Promise<string[]> {
    const found = await this.page.evaluate(
      (only) =>
        (globalThis as unknown as { axe: { run(options: object): Promise<AxeResult> } }).axe
          .run({
            ...(only && { runOnly: { type: 'rule', values: only } }),
            resultTypes: ['violations'],
          })
          .then(({ violations }) => violations), // the rest is large, and no test reads it
      rules,
    );
    return found.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
  }

  private async photograph(name: string, theme: Theme): Promise<void> {
    if (!IS_LONG) return; // no check reads it, and it takes longer than the checks
    await mkdir(PICTURES, { recursive: true });
    const file = `${name}.${this.look.language}.${this.look.size}.${theme}.png`;
    await this.page.screenshot({ path: path.join(PICTURES, file), fullPage: true });
  }
}
