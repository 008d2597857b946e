import { Injectable } from '@nestjs/common';
import Handlebars from 'handlebars';
import { brandColors } from '../../platform/brand/brand-colors.js';
import { countryName } from '../../platform/i18n/country-name.js';
import type { Locale } from '../../platform/i18n/locale.js';
import { directionOf, isOurs, mailLocales, type MailLocale } from '../../platform/i18n/mail-locale.js';
import type { MailOverrides } from '../overrides/mail-overrides.js';
import { flavourOf, readBuiltIn, readBuiltInPartials, type Flavour, type MailPart } from './built-in-templates.js';
import { mailFormats, type MailFormats } from './mail-formats.js';
import type { MailLogo } from './mail-logo.js';
import type { MailTemplateName, MailTemplates } from './mail-template.js';
import { isMailTemplateName, MAIL_TEMPLATE_NAMES } from './mail-template-fields.js';
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
  /** The country of an IP address, ISO 3166-1 alpha-2; null when unknown. */
  countryOf: (ip: string) => string | null;
  /** The texts of the operator; null without MAIL_TEMPLATES_DIR. */
  overrides?: MailOverrides | null;
  /** Used for a mail that has no text in the language of its reader. */
  defaultLocale: Locale;
}

/** Handlebars with the partials and helpers of one language and one flavour. */
type Engine = ReturnType<typeof Handlebars.create>;

/** Renders a mail from a template, a language and data. */
@Injectable()
export class MailRenderer {
  private readonly engines = new Map<string, Engine>();
  private readonly compiled = new Map<string, Handlebars.TemplateDelegate>();

  constructor(private readonly options: MailRendererOptions) {}

  get logo(): MailLogo | null {
    return this.options.logo;
  }

  /** The languages that mails are offered in. A mail may have no text in one of the operator; see {@link languageOf}. */
  get locales(): readonly MailLocale[] {
    return mailLocales();
  }

  /**
   * @throws Error if the template is unknown, or its data is missing or malformed: no mail is better
   * than one without its code
   */
  render<Name extends MailTemplateName>(template: Name, wanted: MailLocale, data: MailTemplates[Name]): RenderedMail {
    // The name becomes part of a file path and comes from a database row.
    if (!isMailTemplateName(template)) throw new Error('unknown mail template');
    const locale = this.languageOf(template, wanted);
    const fields = mailValues(template, data);
    const values = { ...fields, ...this.commonValues(locale, fields) };
    const part = (name: MailPart): string => this.template(template, locale, name)(values);
    return {
      subject: singleLine(part('subject')),
      html: part('html').trim(),
      text: `${part('text')
        .replace(/\n{3,}/g, '\n\n')
        .trim()}\n`,
    };
  }

  /**
   * The language of a mail: the wanted one if the mail is written in it, otherwise the default. A mail is never dropped
   * because the operator removed a language, or has not translated a mail of a new version.
   */
  languageOf(template: MailTemplateName, wanted: MailLocale): MailLocale {
    if (isOurs(wanted) || this.options.overrides?.hasMail(wanted, template)) return wanted;
    return this.options.defaultLocale;
  }

  /** A sentence about each language in which mails are missing. */
  describeGaps(): string[] {
    return this.locales.flatMap((locale) => {
      const missing = MAIL_TEMPLATE_NAMES.filter((template) => this.languageOf(template, locale) !== locale);
      if (missing.length === 0) return [];
      return [`mails without a text in ${locale} are sent in ${this.options.defaultLocale}: ${missing.join(', ')}`];
    });
  }

  /** The values that every mail has. */
  private commonValues(locale: MailLocale, { country, network }: MailValues): MailValues {
    const { productName, brandColor, logo, countryOf } = this.options;
    return {
      productName: singleLine(productName),
      language: locale,
      direction: directionOf(locale),
      ...brandColors(brandColor),
      logo: logo === null ? '' : `cid:${logo.cid}`,
      logoWidth: logo?.width ?? 0,
      logoHeight: logo?.height ?? 0,
      country: countryName(String(country || countryOf(addressIn(network)) || ''), locale),
    };
  }

  private template(name: MailTemplateName, locale: MailLocale, part: MailPart): Handlebars.TemplateDelegate {
    const key = `${name}/${locale}.${part}`;
    let template = this.compiled.get(key);
    if (template === undefined) {
      const flavour = flavourOf(part);
      template = this.engine(locale, flavour).compile(this.sourceOf(name, locale, part), {
        strict: true, // a misspelt field throws instead of printing an empty string
        noEscape: flavour === 'text',
      });
      this.compiled.set(key, template);
    }
    return template;
  }

  private sourceOf(name: MailTemplateName, locale: MailLocale, part: MailPart): string {
    const override = this.options.overrides?.find(locale, name, part);
    if (override !== undefined) return override.source;
    if (!isOurs(locale)) throw new Error('unknown mail language');
    return readBuiltIn(name, locale, part);
  }

  /**
   * One Handlebars instance per language and flavour. Handlebars compiles a partial only once, with
   * the options of the first template that uses it. If both flavours shared an instance, a partial
   * first used in plain text would not be escaped in HTML.
   */
  private engine(locale: MailLocale, flavour: Flavour): Engine {
    const key = `${locale}.${flavour}`;
    let engine = this.engines.get(key);
    if (engine === undefined) {
      engine = Handlebars.create();
      registerHelpers(engine, mailFormats(locale, this.options.overrides?.zoneOf(locale)));
      for (const [name, source] of this.partialsOf(locale, flavour)) engine.registerPartial(name, source);
      this.engines.set(key, engine);
    }
    return engine;
  }

  /** The sources of the partials of one language, by name. */
  partialsOf(locale: MailLocale, flavour: Flavour): Map<string, string> {
    const partials = readBuiltInPartials(locale, flavour);
    for (const { name, source } of this.options.overrides?.partialsOf(locale, flavour) ?? [])
      partials.set(name, source);
    return partials;
  }
}

/** The address in a network such as 198.18.3.0/24; empty for a mail without a network. */
const addressIn = (network: string | number | undefined): string => String(network ?? '').split('/')[0]!;

function registerHelpers(engine: Engine, formats: MailFormats): void {
  engine.registerHelper('time', (iso: string) => formats.time(iso));
  engine.registerHelper('month', (iso: string) => formats.month(iso));
  engine.registerHelper('count', (amount: number, singular: string, plural: string) =>
    formats.count(amount, singular, plural),
  );
  engine.registerHelper('web', (address: string) => formats.web(address));
  engine.registerHelper('is', (value: unknown, expected: unknown) => value === expected);
  engine.registerHelper('either', (value: string, fallback: string) => (value === '' ? fallback : value));
}
