import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { MAIL_SAMPLES } from '../../mail/templates/mail-samples.js';
import { MailRenderer } from '../../mail/templates/mail-renderer.js';
import { MAIL_TEMPLATE_NAMES } from '../../mail/templates/mail-template-fields.js';
import { rendererOptions } from '../../mail/templates/renderer-options.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { CommandError } from '../../platform/config/command-error.js';

/** The IP addresses of the samples are invented, so no database of countries is opened. */
const countryOf = (): string => 'KR';

/**
 * Checks the mail texts in MAIL_TEMPLATES_DIR as a server does at start.
 * @returns a renderer of all mails
 * @throws ConfigurationError with one sentence per fault
 */
export async function checkMailTexts(config: AppConfig): Promise<MailRenderer> {
  const options = rendererOptions(config, countryOf);
  const directory = config.env.MAIL_TEMPLATES_DIR;
  if (directory === undefined) return new MailRenderer(options);
  const { loadMailOverrides } = await import('../../mail/overrides/load-mail-overrides.js');
  return new MailRenderer({ ...options, overrides: loadMailOverrides(directory, options) });
}

/** `munjigi mail preview`: checks the mail texts and writes every mail, filled with samples, to a directory. */
export async function previewMails(directory: string): Promise<void> {
  const renderer = await checkMailTexts(AppConfig.loadForCommand());
  try {
    for (const locale of renderer.locales) {
      await mkdir(path.join(directory, locale), { recursive: true });
      for (const template of MAIL_TEMPLATE_NAMES) {
        const { subject, html, text } = renderer.render(template, locale, MAIL_SAMPLES[template]);
        await writeFile(path.join(directory, locale, `${template}.html`), html);
        await writeFile(path.join(directory, locale, `${template}.txt`), `Subject: ${subject}\n\n${text}`);
      }
    }
  } catch (error) {
    throw new CommandError(`The preview cannot be written: ${(error as Error).message}`);
  }
  for (const line of renderer.describeGaps()) console.log(`Note: ${line}`);
  const count = renderer.locales.length * MAIL_TEMPLATE_NAMES.length;
  console.log(`The mail texts are valid. ${count} mails are in ${directory}; open the .html files in a browser.`);
}
