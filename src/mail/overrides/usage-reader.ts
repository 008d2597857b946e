import type { MailLocale } from '../../platform/i18n/mail-locale.js';
import { flavourOf, readBuiltIn, type Flavour, type MailPart } from '../templates/built-in-templates.js';
import type { MailRenderer } from '../templates/mail-renderer.js';
import type { MailTemplateName } from '../templates/mail-template.js';
import { MAIL_TEMPLATE_FIELDS } from '../templates/mail-template-fields.js';
import type { OverrideFile } from './mail-overrides.js';
import { readUsage, type TemplateUsage } from './template-usage.js';

/** Placeholders that every mail has. */
export const COMMON_PLACEHOLDERS = [
  ...['productName', 'language', 'direction', 'country', 'logo', 'logoWidth', 'logoHeight'],
  ...['accent', 'onAccent', 'lightInk', 'darkInk'],
];

const NAMES_OF_ACCOUNTS = ['loginId', 'loginIdMasked', 'newEmailMasked'];

/** Whether a placeholder is an address that a member opens. */
export const isLink = (placeholder: string): boolean => /(^l|L)ink$|Url$/.test(placeholder);

/** Whether a placeholder opens or names an account. Subjects and previews must not show it (ML-06). */
export const isSecret = (placeholder: string): boolean =>
  placeholder === 'code' || isLink(placeholder) || NAMES_OF_ACCOUNTS.includes(placeholder);

/** The built-in language with which others are compared. All built-in languages have the same placeholders (a test compares them). */
const REFERENCE = 'en';
const PARTS = ['subject', 'html', 'text'] as const;

/** Finds out what templates and the partials behind them use. */
export class UsageReader {
  private readonly known = new Map<string, TemplateUsage>();

  constructor(
    private readonly ours: MailRenderer,
    private readonly theirs: MailRenderer,
  ) {}

  /** @throws Error if the source cannot be parsed */
  read(source: string, flavour: Flavour): TemplateUsage {
    const key = `${flavour} ${source}`;
    const usage = this.known.get(key) ?? readUsage(source, flavour);
    this.known.set(key, usage);
    return usage;
  }

  /** The parameters that our mails pass to partials, such as `label`. */
  readOurParameters(): ReadonlySet<string> {
    const sources = (Object.keys(MAIL_TEMPLATE_FIELDS) as MailTemplateName[]).flatMap((template) =>
      (['html', 'text'] as const).map((part) => [readBuiltIn(template, REFERENCE, part), part] as const),
    );
    const partials = (['html', 'text'] as const).flatMap((flavour) =>
      [...this.ours.partialsOf(REFERENCE, flavour).values()].map((source) => [source, flavour] as const),
    );
    return new Set(
      [...sources, ...partials].flatMap(([source, flavour]) => [...this.read(source, flavour).parameters]),
    );
  }

  /** The placeholders of a built-in mail that its reader needs: fields of the mail, and the country. */
  ourPlaceholders(template: MailTemplateName, part: MailPart): string[] {
    const needed: readonly string[] = [...Object.keys(MAIL_TEMPLATE_FIELDS[template]), 'country'];
    const partials = this.ours.partialsOf(REFERENCE, flavourOf(part));
    const used = this.collect(readBuiltIn(template, REFERENCE, part), flavourOf(part), partials);
    return needed.filter((name) => used.has(name));
  }

  /** The placeholders of a file and of the partials that it includes. */
  placeholdersOf({ source }: OverrideFile, locale: MailLocale, part: MailPart): Set<string> {
    const flavour = flavourOf(part);
    return this.collect(source, flavour, this.theirs.partialsOf(locale, flavour));
  }

  /** The values for which a built-in mail has a case of its own, by placeholder. */
  ourComparisons(template: MailTemplateName): Map<string, Set<string>> {
    const comparisons = new Map<string, Set<string>>();
    for (const part of PARTS)
      for (const [field, values] of this.read(readBuiltIn(template, REFERENCE, part), flavourOf(part)).comparisons)
        comparisons.set(field, new Set([...(comparisons.get(field) ?? []), ...values]));
    return comparisons;
  }

  /** The missing partials: those that the partials of a template use, but that do not exist. */
  findMissing(
    usage: TemplateUsage,
    flavour: Flavour,
    partials: ReadonlyMap<string, string>,
    seen = new Set<string>(),
  ): string[] {
    return [...usage.partials.keys()].flatMap((name) => {
      const source = partials.get(name);
      if (source === undefined || seen.has(name)) return [];
      seen.add(name);
      const inner = this.read(source, flavour);
      const missing = [...inner.partials.keys()].filter((other) => !partials.has(other));
      return [...missing, ...this.findMissing(inner, flavour, partials, seen)];
    });
  }

  private collect(
    source: string,
    flavour: Flavour,
    partials: ReadonlyMap<string, string>,
    found = new Set<string>(),
    seen = new Set<string>(),
  ): Set<string> {
    const usage = this.read(source, flavour);
    for (const name of usage.placeholders.keys()) found.add(name);
    for (const name of usage.partials.keys()) {
      const partial = partials.get(name);
      if (partial === undefined || seen.has(name)) continue;
      seen.add(name);
      this.collect(partial, flavour, partials, found, seen);
    }
    return found;
  }
}
