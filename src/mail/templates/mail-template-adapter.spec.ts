import { describe, expect, it } from '@jest/globals';
import { MAIL_SAMPLES } from './mail-samples.js';
import { MailRenderer, type MailRendererOptions } from './mail-renderer.js';
import { MailRenderingError, MailTemplateAdapter } from './mail-template-adapter.js';

const OPTIONS: MailRendererOptions = {
  productName: 'Acme',
  brandColor: '#2a51d8',
  logo: null,
  countryOf: () => null,
  defaultLocale: 'en',
};

describe('the template adapter of MailerService', () => {
  const renderer = new MailRenderer(OPTIONS);
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

  it('ML-05 attaches the logo inline, and nothing without a logo', () => {
    const logo = { cid: 'logo@munjigi.invalid', content: Buffer.from('png'), width: 28, height: 28 };
    const attachmentsWith = (options: MailRendererOptions): unknown => {
      const data = { template: 'sign-up', locale: 'en', context: MAIL_SAMPLES['sign-up'], attachments: undefined };
      new MailTemplateAdapter(new MailRenderer(options)).compile({ data } as never, () => undefined);
      return data.attachments;
    };
    expect(attachmentsWith(OPTIONS)).toEqual([]);
    expect(attachmentsWith({ ...OPTIONS, logo })).toEqual([
      expect.objectContaining({ cid: logo.cid, content: logo.content, contentDisposition: 'inline' }),
    ]);
  });

  it('reports one MailRenderingError if a mail cannot be rendered', () => {
    const data = { template: 'sign-up', locale: 'en', context: {} };
    expect(compile(data)).toEqual([expect.any(MailRenderingError)]);
    expect(data).not.toHaveProperty('html');
  });
});
