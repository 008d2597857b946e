import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Injectable } from '@nestjs/common';
import Handlebars from 'handlebars';
import { LOCALES, type Locale } from '../../platform/i18n/locale.js';
import { mailFormats } from './mail-formats.js';
import { isMailTemplateName, type MailTemplateName, type MailTemplates } from './mail-template.js';
import { mailValues, singleLine } from './mail-values.js';

/** A mail ready to be sent: the HTML and the text part say the same. */
export interface RenderedMail {
  subject: string;
  html: string;
  text: string;
}

export interface MailRendererOptions {
  /** The product that people know; the letterhead and the subject carry it. */
  productName: string;
}

type Part = keyof RenderedMail;
/** HTML escapes what it prints; plain parts must not, or a reader would see `&amp;`. */
type Flavour = 'html' | 'text';
/** Handlebars with the partials and formats of one language and one flavour. */
type Workshop = ReturnType<typeof Handlebars.create>;

const TEMPLATES = fileURLToPath(new URL('./', import.meta.url));

/** Turns a template name, a language and data into a mail; sends nothing. */
@Injectable()
export class MailRenderer {
  private readonly workshops = new Map<string, Workshop>();
  private readonly compiled = new Map<string, Handlebars.TemplateDelegate>();

  constructor(private readonly options: MailRendererOptions) {}

  /** Throws when the template is unknown or data is missing: no mail is better than one with a hole where the code belongs. */
  render<Name extends MailTemplateName>(template: Name, locale: Locale, data: MailTemplates[Name]): RenderedMail {
    // Both names become a path, and both come out of a database row.
    if (!isMailTemplateName(template)) throw new Error('unknown mail template');
    if (!LOCALES.includes(locale)) throw new Error('unknown mail language');
    const values = {
      ...mailValues(template, data),
      productName: singleLine(this.options.productName),
      language: locale,
    };
    const part = (name: Part): string => this.template(template, locale, name)(values);
    return {
      subject: singleLine(part('subject')),
      html: part('html').trim(),
      text: `${part('text')
        .replace(/\n{3,}/g, '\n\n')
        .trim()}\n`,
    };
  }

  private template(name: MailTemplateName, locale: Locale, part: Part): Handlebars.TemplateDelegate {
    const file = `${name}/${locale}.${part}.hbs`;
    let template = this.compiled.get(file);
    if (template === undefined) {
      const flavour = part === 'html' ? 'html' : 'text';
      template = this.workshop(locale, flavour).compile(readFileSync(TEMPLATES + file, 'utf8'), {
        strict: true, // a misspelt field throws instead of printing nothing
        noEscape: flavour === 'text',
      });
      this.compiled.set(file, template);
    }
    return template;
  }

  /**
   * One Handlebars for each language and flavour: a partial is compiled with the options of the template that uses it
   * first, so sharing it would let a text part switch off the escaping of the HTML part.
   */
  private workshop(locale: Locale, flavour: Flavour): Workshop {
    const key = `${locale}.${flavour}`;
    let workshop = this.workshops.get(key);
    if (workshop === undefined) {
      workshop = Handlebars.create();
      registerFormats(workshop, locale);
      registerPartials(workshop, locale, flavour);
      this.workshops.set(key, workshop);
    }
    return workshop;
  }
}

function registerFormats(workshop: Workshop, locale: Locale): void {
  const formats = mailFormats(locale);
  workshop.registerHelper('time', (iso: string) => formats.time(iso));
  workshop.registerHelper('month', (iso: string) => formats.month(iso));
  workshop.registerHelper('count', (amount: number, one: string, many: string) => formats.count(amount, one, many));
  workshop.registerHelper('web', (address: string) => formats.web(address));
  workshop.registerHelper('is', (value: unknown, expected: unknown) => value === expected);
  workshop.registerHelper('either', (value: string, otherwise: string) => (value === '' ? otherwise : value));
}

/** Partials are named `button.html.hbs` where every language shares them, `ko.ignore.html.hbs` where it does not. */
function registerPartials(workshop: Workshop, locale: Locale, flavour: Flavour): void {
  const ending = `.${flavour}.hbs`;
  for (const file of readdirSync(`${TEMPLATES}_layout`)) {
    if (!file.endsWith(ending)) continue;
    const [first, ...rest] = file.slice(0, -ending.length).split('.');
    const isShared = rest.length === 0;
    if (!isShared && first !== locale) continue;
    workshop.registerPartial(isShared ? first! : rest.join('.'), readFileSync(`${TEMPLATES}_layout/${file}`, 'utf8'));
  }
}
