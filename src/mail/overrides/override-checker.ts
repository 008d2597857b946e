import { isOurs, type MailLocale } from '../../platform/i18n/mail-locale.js';
import { flavourOf, type MailPart } from '../templates/built-in-templates.js';
import { MailRenderer, type MailRendererOptions } from '../templates/mail-renderer.js';
import type { MailTemplateName } from '../templates/mail-template.js';
import { MAIL_TEMPLATE_FIELDS, MAIL_TEMPLATE_NAMES } from '../templates/mail-template-fields.js';
import { findHtmlFaults } from './html-rules.js';
import type { MailOverrides, OverrideFile, PartialOverride, TemplateOverride } from './mail-overrides.js';
import type { OverrideFault } from './override-fault.js';
import { COMMON_PLACEHOLDERS, isSecret, UsageReader } from './usage-reader.js';
import { checkRendering } from './rendering-check.js';

/** A greeting by name is a matter of taste. */
const MAY_BE_LEFT_OUT = new Set(['name']);
const PARTS = ['subject', 'html', 'text'] as const;

/** Checks mail texts of the operator against ours. */
export class OverrideChecker {
  readonly faults: OverrideFault[] = [];
  private readonly ours: MailRenderer;
  private readonly theirs: MailRenderer;
  private readonly usage: UsageReader;

  constructor(
    private readonly overrides: MailOverrides,
    options: MailRendererOptions,
  ) {
    this.ours = new MailRenderer({ ...options, overrides: null });
    this.theirs = new MailRenderer({ ...options, overrides });
    this.usage = new UsageReader(this.ours, this.theirs);
  }

  check(): void {
    for (const file of this.overrides.partials) this.checkPartial(file);
    for (const file of this.overrides.templates) this.checkTemplate(file);
    for (const locale of new Set(this.overrides.templates.map((file) => file.locale))) this.checkParts(locale);
    // Rendering a source with faults would only report the same faults again.
    if (this.faults.length > 0) return;
    const locales = new Set([...this.overrides.templates, ...this.overrides.partials].map((file) => file.locale));
    for (const locale of locales) this.checkMails(locale);
  }

  private checkPartial(file: PartialOverride): void {
    const fields = MAIL_TEMPLATE_NAMES.flatMap(fieldsOf);
    const known = new Set([...fields, ...COMMON_PLACEHOLDERS, ...this.usage.readOurParameters()]);
    this.checkSource(file, file.locale, file.flavour, (name) => known.has(name));
  }

  private checkTemplate(file: TemplateOverride): void {
    const { template, part, locale } = file;
    const known = new Set([...fieldsOf(template), ...COMMON_PLACEHOLDERS]);
    const usage = this.checkSource(file, locale, flavourOf(part), (name) => known.has(name), fieldsOf(template));
    if (usage === null) return;
    if (part === 'subject') {
      for (const [name, line] of usage.placeholders)
        if (isSecret(name)) this.report(file, `shows {{${name}}}, which a locked phone would show.`, line);
      return;
    }
    for (const [name, line] of usage.previewed)
      if (isSecret(name)) this.report(file, `shows {{${name}}} in the preview of an inbox.`, line);
    const used = this.usage.placeholdersOf(file, locale, part);
    const missing = this.usage
      .ourPlaceholders(template, part)
      .filter((name) => !used.has(name) && !MAY_BE_LEFT_OUT.has(name));
    const last = file.source.trimEnd().split('\n').length;
    for (const name of missing)
      this.report(file, `lacks {{${name}}}, which the built-in ${template}.${part} has.`, last);
  }

  /** @returns null if the source cannot be parsed */
  private checkSource(
    file: OverrideFile,
    locale: MailLocale,
    flavour: 'html' | 'text',
    isKnown: (name: string) => boolean,
    offered: readonly string[] = [],
  ): ReturnType<UsageReader['read']> | null {
    let usage;
    try {
      usage = this.usage.read(file.source, flavour);
    } catch (error) {
      this.report(file, 'has a {{ or {{#block}} that is not closed or not understood.', lineOf(error as Error));
      return null;
    }
    for (const { line, rule } of usage.faults) this.report(file, rule, line);
    for (const [name, line] of usage.placeholders)
      if (!isKnown(name) && !usage.parameters.has(name)) {
        const names = offered.length === 0 ? '' : `; this mail has ${offered.join(', ')}`;
        this.report(file, `uses {{${name}}}, which does not exist${names}.`, line);
      }
    const partials = this.theirs.partialsOf(locale, flavour);
    for (const [name, line] of usage.partials)
      if (!partials.has(name))
        this.report(file, `uses the partial ${name}, which ${locale}/_layout lacks (${name}.${flavour}.hbs).`, line);
    for (const name of this.usage.findMissing(usage, flavour, partials))
      this.reportOnce({ path: `${locale}/_layout`, rule: `lacks ${name}.${flavour}.hbs, which other partials use.` });
    if (flavour === 'html') for (const { line, rule } of findHtmlFaults(file.source)) this.report(file, rule, line);
    return usage;
  }

  /** Checks that text and HTML show the same, and that a mail in a language without built-in texts is complete. */
  private checkParts(locale: MailLocale): void {
    for (const template of MAIL_TEMPLATE_NAMES) {
      const files = PARTS.map((part) => this.overrides.find(locale, template, part));
      const present = files.find((file) => file !== undefined);
      if (present === undefined) continue;
      const absent = PARTS.filter((_, at) => files[at] === undefined);
      if (!isOurs(locale) && absent.length > 0)
        this.report(
          present,
          `needs ${absent.map((part) => `${locale}/${template}.${part}.hbs`).join(' and ')} beside it.`,
        );
      this.checkSamePlaceholders(locale, template);
    }
  }

  private checkSamePlaceholders(locale: MailLocale, template: MailTemplateName): void {
    const [html, text] = [this.overrides.find(locale, template, 'html'), this.overrides.find(locale, template, 'text')];
    if (
      html === undefined ||
      text === undefined ||
      this.faults.some(({ path }) => [html.path, text.path].includes(path))
    )
      return;
    const fields = fieldsOf(template);
    for (const [file, part, other, otherPart] of [
      [html, 'html', text, 'text'],
      [text, 'text', html, 'html'],
    ] as const) {
      const shown = this.usage.placeholdersOf(other, locale, otherPart);
      for (const name of this.usage.placeholdersOf(file, locale, part))
        if (fields.includes(name) && !shown.has(name))
          this.report(file, `has {{${name}}}, which ${other.path} lacks.`, file.source.trimEnd().split('\n').length);
    }
  }

  /** Renders each mail that the files of a language can change. */
  private checkMails(locale: MailLocale): void {
    const changesAll = this.overrides.partials.some((file) => file.locale === locale);
    for (const template of MAIL_TEMPLATE_NAMES) {
      const isOwn = PARTS.some((part) => this.overrides.find(locale, template, part) !== undefined);
      if (!isOwn && !(changesAll && isOurs(locale))) continue;
      const locate = (part: MailPart, placeholder = ''): Pick<OverrideFault, 'path' | 'line'> => {
        const file = this.overrides.find(locale, template, part);
        if (file === undefined) return { path: `${locale}/_layout (in the built-in ${template}.${part})` };
        const line = this.usage.read(file.source, flavourOf(part)).placeholders.get(placeholder);
        return { path: file.path, line: line ?? 1 };
      };
      const reference = isOurs(locale) ? locale : 'en';
      const comparisons = this.usage.ourComparisons(template);
      this.faults.push(
        ...checkRendering({ ours: this.ours, theirs: this.theirs, template, locale, reference, comparisons, locate }),
      );
    }
  }

  /** For a fault that every mail of a language shows. */
  private reportOnce(fault: OverrideFault): void {
    if (!this.faults.some(({ path, rule }) => path === fault.path && rule === fault.rule)) this.faults.push(fault);
  }

  private report({ path }: OverrideFile, rule: string, line?: number): void {
    this.faults.push({ path, rule, ...(line !== undefined && { line }) });
  }
}

const fieldsOf = (template: MailTemplateName): string[] => Object.keys(MAIL_TEMPLATE_FIELDS[template]);

/** Handlebars writes the line into its messages, in two forms. */
function lineOf({ message }: Error): number {
  const [, first, second] = /on line (\d+)|(\d+):\d+$/.exec(message) ?? [];
  return Number(first ?? second ?? 1);
}
