import { describe, expect, it } from '@jest/globals';
import { MAIL_SAMPLES } from '../../operations/mail-preview/mail-samples.js';
import { MailRenderer } from './mail-renderer.js';
import { MailRenderingError, MailTemplateAdapter } from './mail-template-adapter.js';

describe('the template adapter of MailerService', () => {
  const renderer = new MailRenderer({ productName: 'Acme' });
  const adapter = new MailTemplateAdapter(renderer);
  const compile = (data: object): unknown[] => {
    const results: unknown[] = [];
    adapter.compile({ data } as Parameters<MailTemplateAdapter['compile']>[0], (error) => results.push(error));
    return results;
  };

  it('renders subject, HTML and text in the language of the mail', () => {
    const data = { template: 'sign-up', locale: 'ko', context: MAIL_SAMPLES['sign-up'] };
    expect(compile(data)).toEqual([undefined]);
    expect(data).toMatchObject(renderer.render('sign-up', 'ko', MAIL_SAMPLES['sign-up']));
  });

  it('reports a mail that cannot be rendered as MailRenderingError, once', () => {
    const data = { template: 'sign-up', locale: 'en', context: {} };
    expect(compile(data)).toEqual([expect.any(MailRenderingError)]);
    expect(data).not.toHaveProperty('html');
  });
});
