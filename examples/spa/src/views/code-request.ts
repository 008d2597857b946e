import { h, link } from '../dom.js';
import { form, type FieldOptions } from '../form.js';
import { texts } from '../language.js';
import type { Page } from './view.js';

/** What differs between setting a new password and finding the login ID by a mailed code. */
export interface Recovery<More extends string> {
  title: string;
  sendCode: (email: string) => Promise<{ requestId: string }>;
  /** Further fields besides the code. */
  more?: (FieldOptions & { name: More })[];
  confirm: (requestId: string, values: Record<'code' | More, string>) => Promise<void>;
}

/** Asks for the address, then for the code from the mail. */
export function recover<More extends string = never>(page: Page, recovery: Recovery<More>): void {
  const t = texts();
  page.show(
    h('h1', {}, recovery.title),
    h('p', {}, t.forgotText),
    form({
      fields: [{ name: 'email', label: t.email, type: 'email', inputmode: 'email', autocomplete: 'email' }],
      submit: t.sendCode,
      onSubmit: async ({ email }) => {
        const { requestId } = await recovery.sendCode(email);
        askForCode(page, recovery, requestId, email);
      },
    }),
    h('nav', {}, link('login', t.back)),
  );
}

function askForCode<More extends string>(
  page: Page,
  { more = [], confirm }: Recovery<More>,
  requestId: string,
  email: string,
): void {
  const t = texts();
  page.show(
    h('h1', {}, t.code),
    h('p', {}, t.mailed(email)),
    form<'code' | More>({
      fields: [
        { name: 'code', label: t.code, hint: t.codeHint, inputmode: 'numeric', autocomplete: 'one-time-code' },
        ...more,
      ],
      submit: t.next,
      onSubmit: (values) => confirm(requestId, values),
    }),
    h('nav', {}, link('login', t.back)),
  );
}
