import type { MailLocale } from '../../platform/i18n/mail-locale.js';
import type { Flavour, MailPart } from '../templates/built-in-templates.js';
import type { MailZone } from '../templates/mail-formats.js';
import type { MailTemplateName } from '../templates/mail-template.js';

export interface OverrideFile {
  /** Below MAIL_TEMPLATES_DIR: `ko/sign-up.text.hbs`. */
  readonly path: string;
  readonly source: string;
}

/** A text of one mail in one language. It replaces a built-in text, or belongs to a language without built-in texts. */
export interface TemplateOverride extends OverrideFile {
  readonly locale: MailLocale;
  readonly template: MailTemplateName;
  readonly part: MailPart;
}

/** A piece that the mails of one language share: `ko/_layout/footer.text.hbs`. */
export interface PartialOverride extends OverrideFile {
  readonly locale: MailLocale;
  readonly name: string;
  readonly flavour: Flavour;
}

const PARTS = ['subject', 'html', 'text'] as const;

/** The mail texts of the operator. They are read and checked at start, so a change needs a restart. */
export class MailOverrides {
  private readonly byPlace: ReadonlyMap<string, TemplateOverride>;

  constructor(
    readonly templates: readonly TemplateOverride[],
    readonly partials: readonly PartialOverride[],
    private readonly zones: ReadonlyMap<MailLocale, MailZone>,
  ) {
    this.byPlace = new Map(templates.map((file) => [placeOf(file.locale, file.template, file.part), file]));
  }

  find(locale: MailLocale, template: MailTemplateName, part: MailPart): TemplateOverride | undefined {
    return this.byPlace.get(placeOf(locale, template, part));
  }

  /** Whether a language has the whole mail, so that no mail mixes languages. */
  hasMail(locale: MailLocale, template: MailTemplateName): boolean {
    return PARTS.every((part) => this.find(locale, template, part) !== undefined);
  }

  partialsOf(locale: MailLocale, flavour: Flavour): readonly PartialOverride[] {
    return this.partials.filter((partial) => partial.locale === locale && partial.flavour === flavour);
  }

  zoneOf(locale: MailLocale): MailZone | undefined {
    return this.zones.get(locale);
  }
}

const placeOf = (locale: MailLocale, template: MailTemplateName, part: MailPart): string =>
  `${locale}/${template}.${part}`;
