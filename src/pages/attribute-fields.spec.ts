import { describe, expect, it } from '@jest/globals';
import type { AttributeDeclaration } from '../platform/attributes/attribute-declarations.js';
import { PAGE_NAMES } from '../platform/config/built-in-pages.js';
import { attributeFieldsOf, requiredWithoutField } from './attribute-fields.js';
import { PageRenderer } from './page-renderer.js';

const declared = (schema: object, rest: Partial<AttributeDeclaration> = {}): AttributeDeclaration => ({
  schema: schema as AttributeDeclaration['schema'],
  member: 'write',
  inToken: false,
  ...rest,
});
const DECLARATIONS = new Map([
  ['phone', declared({ type: 'string', title: 'Phone <b>', 'x-title-ko': '전화번호' }, { atSignUp: 'required' })],
  ['news', declared({ type: 'boolean', title: 'Newsletter' }, { atSignUp: 'optional' })],
  ['plan', declared({ enum: ['free', 1] }, { member: 'read' })],
  ['size', declared({ enum: ['S', 2] })],
  ['age', declared({ type: 'integer' })],
  ['roles', declared({ type: 'array' })],
  ['score', declared({ type: 'number' }, { member: 'hidden' })],
]);
const namesOf = (fields: readonly { name: string }[]) => fields.map(({ name }) => name);

describe('the fields for attributes', () => {
  it('AT-01 are those that a member may write or read', () => {
    const { signUp, writable, invitation, shown } = attributeFieldsOf(DECLARATIONS, 'en');
    expect(namesOf(signUp)).toEqual(['phone', 'news']);
    expect(namesOf(writable)).toEqual(['phone', 'news', 'size', 'age']);
    expect(namesOf(invitation)).toEqual(['phone', 'news', 'plan', 'size', 'age']);
    expect(namesOf(shown)).toEqual(['phone', 'news', 'plan', 'size', 'age', 'roles']);
  });

  it('AT-01 required attributes without a field on the page for sign-up are listed', () => {
    const types = [{ type: ['string', 'null'] }, { const: 'x' }, { type: 'array' }, { type: 'string' }, { enum: [1] }];
    const required = new Map(types.map((schema, at) => [`a${at}`, declared(schema, { atSignUp: 'required' })]));
    expect(requiredWithoutField(required.set('b', declared({ type: 'array' })))).toEqual(['a0', 'a1', 'a2']);
  });

  it('have the title of their language, or else the name', () => {
    const labels = (locale: 'en' | 'ko') => attributeFieldsOf(DECLARATIONS, locale).writable.map(({ label }) => label);
    expect(labels('en')).toEqual(['Phone <b>', 'Newsletter', 'size', 'age']);
    expect(labels('ko')).toEqual(['전화번호', 'Newsletter', 'size', 'age']);
  });

  it('are all optional in an invitation, and a box becomes a choice', () => {
    const [phone, news] = attributeFieldsOf(DECLARATIONS, 'ko').invitation;
    expect(phone!.isRequired).toBe(false); // the invited person is asked at the sign-up
    expect(news).toMatchObject({ isBoolean: false, isChoice: true });
    expect(news!.choices).toEqual([
      { value: 'true', label: '예' },
      { value: 'false', label: '아니요' },
    ]);
  });

  it('are in the pages, with their kinds and without hidden ones', () => {
    const renderer = new PageRenderer({
      ...{ productName: 'Acme', hasLogo: false, pages: PAGE_NAMES, returnOrigins: [], sharesCookie: false },
      ...{
        passwordMinLength: 8,
        passwordMinScore: 2,
        resendSeconds: 60,
        erasureGraceSeconds: 14 * 86_400,
        signUp: 'open',
        signUpDomains: [],
      },
      attributes: DECLARATIONS,
      hasConsents: false,
      ...{ socialProviders: [], socialRedirectUri: null, hasConsole: false },
    });
    const signUp = renderer.render('sign-up', 'en')!;
    expect(signUp).toContain('<label for="attribute-phone">Phone &lt;b&gt;</label>');
    expect(signUp).toMatch(/type="checkbox" id="attribute-news" name="attributes.news"/);
    expect(signUp).toContain('data-attribute="text" data-required="Phone &lt;b&gt;"');
    expect(signUp).not.toContain('attribute-plan');
    const account = renderer.render('account', 'ko')!;
    expect(account).toContain('<option value="&quot;S&quot;">S</option>');
    expect(account).toContain('<option value="2">2</option>');
    expect(account).toContain('<label for="attribute-age">age (선택)</label>');
    expect(account).toContain('<dd data-fill="attribute-plan">');
    expect(account).toMatch(/inputmode="decimal" data-attribute="number"/);
    expect(account).not.toContain('attribute-score');
  });
});
