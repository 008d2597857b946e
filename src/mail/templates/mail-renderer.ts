import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Injectable } from '@nestjs/common';
import Handlebars from 'handlebars';
import { brandColors } from '../../platform/brand/brand-colors.js';
import { LOCALES, type Locale } from '../../platform/i18n/locale.js';
import { mailFormats } from './mail-formats.js';
import type { MailLogo } from './mail-logo.js';
import { isMailTemplateName, type MailTemplateName, type MailTemplates } from './mail-template.js';
import { mailValues, singleLine, type MailValues } from './mail-values.js';

/** The rendered parts of a mail. HTML and text have the same content. */
export interface RenderedMail {
  subject: string;
  html: string;
  text: string;
}

export interface MailRendererOptions {
  /** Shown in the header and the subject of each mail. */
  productName: string;
  /** `#rrggbb`; buttons and links get readable shades of it, as on the pages. */
  brandColor: string;
  logo: MailLogo | null;
  /** The name of the country of an address in a language; undefined when unknown. */
  countryOf: (ip: string, locale: Locale) => string | undefined;
}

type Part = keyof RenderedMail;
/** HTML parts escape values. Plain text must not, or readers would see `&amp;`. */
type Flavour = 'html' | 'text';
/** Handlebars with the partials and helpers of one language and one flavour. */
type Engine = ReturnType<typeof Handlebars.create>;

const TEMPLATES = fileURLToPath(new URL('./', import.meta.url));

/** Renders a mail from a template, a language and data. */
@Injectable()
export class MailRenderer {
  private readonly engines = new Map<string, Engine>();
  private readonly compiled = new Map<string, Handlebars.TemplateDelegate>();

  constructor(private readonly options: MailRendererOptions) {}

  get logo(): MailLogo | null {
    return this.options.logo;
  }

  /** @throws Error if the template is unknown or data is missing: no mail is better than one without its code */
  render<Name extends MailTemplateName>(template: Name, locale: Locale, data: MailTemplates[Name]): RenderedMail {
    // Both names become part of a file path and come from a database row.
    if (!isMailTemplateName(template)) throw new Error('unknown mail template');
    if (!LOCALES.includes(locale)) throw new Error('unknown mail language');
    const fields = mailValues(template, data);
    const values = { ...fields, ...this.commonValues(locale, fields) };
    const part = (name: Part): string => this.template(template, locale, name)(values);
    return {
      subject: singleLine(part('subject')),
      html: part('html').trim(),
      text: `${part('text')
        .replace(/\n{3,}/g, '\n\n')
        .trim()}\n`,
    };
  }

  /** The values that every mail has. */
  private commonValues(locale: Locale, { country, network }: MailValues): MailValues {
    const { productName, brandColor, logo, countryOf } = this.options;
    return {
      productName: singleLine(productName),
      language: locale,
      ...brandColors(brandColor),
      logo: logo === null ? '' : `cid:${logo.cid}`,
      logoWidth: logo?.width ?? 0,
      logoHeight: logo?.height ?? 0,
      country: country || countryOf(String(network).replace(/\/.*/, ''), locale) || '',
    };
  }

  private template(name: MailTemplateName, locale: Locale, part: Part): Handlebars.TemplateDelegate {
    const file = `${name}/${locale}.${part}.hbs`;
    let template = this.compiled.get(file);
    if (template === undefined) {
      const flavour = part === 'html' ? 'html' : 'text';
      template = this.engine(locale, flavour).compile(readFileSync(TEMPLATES + file, 'utf8'), {
        strict: true, // a misspelt field throws instead of printing an empty string
        noEscape: flavour === 'text',
      });
      this.compiled.set(file, template);
    }
    return template;
  }

  /**
   * One Handlebars instance per language and flavour. Handlebars compiles a partial only once, with
   * the options of the first template that uses it. If both flavours shared an instance, a partial
   * first used in plain text would not be escaped in HTML.
   */
  private engine(locale: Locale, flavour: Flavour): Engine {
    const key = `${locale}.${flavour}`;
    let engine = this.engines.get(key);
    if (engine === undefined) {
      engine = Handlebars.create();
      registerFormats(engine, locale);
      registerPartials(engine, locale, flavour);
      this.engines.set(key, engine);
    }
    return engine;
  }
}

function registerFormats(engine: Engine, locale: Locale): void {
  const formats = mailFormats(locale);
  engine.registerHelper('time', (iso: string) => formats.time(iso));
  engine.registerHelper('month', (iso: string) => formats.month(iso));
  engine.registerHelper('count', (amount: number, singular: string, plural: string) =>
    formats.count(amount, singular, plural),
  );
  engine.registerHelper('web', (address: string) => formats.web(address));
  engine.registerHelper('is', (value: unknown, expected: unknown) => value === expected);
  engine.registerHelper('either', (value: string, fallback: string) => (value === '' ? fallback : value));
}

/** Partials are named `button.html.hbs` if all languages share them, otherwise `ko.footer.html.hbs`. */
function registerPartials(engine: Engine, locale: Locale, flavour: Flavour): void {
  const ending = `.${flavour}.hbs`;
  for (const file of readdirSync(`${TEMPLATES}_layout`)) {
    if (!file.endsWith(ending)) continue;
    const [first, name] = file.slice(0, -ending.length).split('.');
    const isShared = name === undefined;
    if (!isShared && first !== locale) continue;
    engine.registerPartial(isShared ? first! : name, readFileSync(`${TEMPLATES}_layout/${file}`, 'utf8'));
  }
}
