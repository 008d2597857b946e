import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { readLanguageFolders } from '../../platform/config/mail-languages.js';
import type { MailLocale } from '../../platform/i18n/mail-locale.js';
import type { MailZone } from '../templates/mail-formats.js';
import { isMailTemplateName } from '../templates/mail-template-fields.js';
import { MailOverrides, type PartialOverride, type TemplateOverride } from './mail-overrides.js';
import type { OverrideFault } from './override-fault.js';

/** Far more than a mail needs. Gmail cuts a mail after 102 KB. */
const MAX_BYTES = 64 * 1024;
const TEMPLATE_FILE = /^([a-z-]+)\.(subject|html|text)\.hbs$/;
const PARTIAL_FILE = /^([a-z-]+)\.(html|text)\.hbs$/;
const PARTIALS = '_layout';
const LANGUAGE = 'language.json';

/** Reads MAIL_TEMPLATES_DIR. Collects a fault for each file that cannot be read or does not belong there. */
export class OverrideReader {
  readonly faults: OverrideFault[] = [];
  private readonly templates: TemplateOverride[] = [];
  private readonly partials: PartialOverride[] = [];
  private readonly zones = new Map<MailLocale, MailZone>();

  constructor(private readonly directory: string) {}

  read(): MailOverrides {
    for (const locale of readLanguageFolders(this.directory)) this.readLanguage(locale);
    return new MailOverrides(this.templates, this.partials, this.zones);
  }

  private readLanguage(locale: MailLocale): void {
    for (const name of this.list(locale)) {
      const file = `${locale}/${name}`;
      if (name === PARTIALS) this.readPartials(locale);
      else if (name === LANGUAGE) this.readZone(locale, file);
      else this.readTemplate(locale, name, file);
    }
  }

  private readTemplate(locale: MailLocale, name: string, file: string): void {
    const [, template, part] = TEMPLATE_FILE.exec(name) ?? [];
    if (template === undefined || !isMailTemplateName(template))
      return this.report(file, 'is not the name of a mail; a valid name is sign-up.text.hbs.');
    const source = this.readText(file);
    if (source === null) return;
    this.templates.push({ path: file, source, locale, template, part: part as TemplateOverride['part'] });
  }

  private readPartials(locale: MailLocale): void {
    for (const entry of this.list(`${locale}/${PARTIALS}`)) {
      const file = `${locale}/${PARTIALS}/${entry}`;
      const [, name, flavour] = PARTIAL_FILE.exec(entry) ?? [];
      const source = this.readText(file);
      if (name === undefined) this.report(file, 'is not the name of a partial; a valid name is footer.text.hbs.');
      else if (source !== null)
        this.partials.push({ path: file, source, locale, name, flavour: flavour as PartialOverride['flavour'] });
    }
  }

  private readZone(locale: MailLocale, file: string): void {
    const text = this.readText(file);
    if (text === null) return;
    try {
      const { timeZone, zoneName } = JSON.parse(text) as Partial<MailZone>;
      if (typeof timeZone !== 'string' || typeof zoneName !== 'string') throw new Error('incomplete');
      new Intl.DateTimeFormat(locale, { timeZone });
      this.zones.set(locale, { timeZone, zoneName });
    } catch {
      this.report(file, 'needs {"timeZone": "Asia/Tokyo", "zoneName": "日本時間"}, with a zone that exists.');
    }
  }

  private list(folder: string): string[] {
    try {
      return readdirSync(path.join(this.directory, folder))
        .filter((name) => !name.startsWith('.'))
        .sort();
    } catch {
      this.report(folder, 'needs to be a folder that can be read.');
      return [];
    }
  }

  /** @returns null if the file cannot be used; its fault is then reported */
  private readText(file: string): string | null {
    const place = path.join(this.directory, file);
    try {
      if (statSync(place).size > MAX_BYTES) {
        this.report(file, `needs at most ${MAX_BYTES / 1024} KiB.`);
        return null;
      }
      return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(place));
    } catch (error) {
      const isEncoding = (error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
      this.report(file, isEncoding ? 'needs to be text in UTF-8.' : 'needs to be a file that can be read.');
      return null;
    }
  }

  private report(file: string, rule: string): void {
    this.faults.push({ path: file, rule });
  }
}
