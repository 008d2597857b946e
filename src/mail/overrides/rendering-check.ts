import type { Locale } from '../../platform/i18n/locale.js';
import type { MailLocale } from '../../platform/i18n/mail-locale.js';
import type { MailPart } from '../templates/built-in-templates.js';
import type { MailRenderer, RenderedMail } from '../templates/mail-renderer.js';
import type { MailTemplateName } from '../templates/mail-template.js';
import { FREE_TEXT } from '../templates/mail-values.js';
import { findHtmlFault, linksOf, visibleText } from './html-rules.js';
import type { OverrideFault } from './override-fault.js';
import { isLink } from './usage-reader.js';
import { asData, variantsOf, type SampleData } from './sample-variants.js';

interface RenderingCheck {
  readonly ours: MailRenderer;
  readonly theirs: MailRenderer;
  readonly template: MailTemplateName;
  readonly locale: MailLocale;
  /** The language of the built-in mail to compare with. */
  readonly reference: Locale;
  readonly comparisons: ReadonlyMap<string, Iterable<string>>;
  /** Returns the place to report for a fault of a part, or for a fault of a placeholder in that part. */
  readonly locate: (part: MailPart, placeholder?: string) => Pick<OverrideFault, 'path' | 'line'>;
}

type Report = (part: MailPart, rule: string, placeholder?: string) => void;

/** Without these a member cannot do what the mail is about. */
const CODES = ['code', 'loginId'];
const MAX_SUBJECT = 200;

/** Renders a mail with each variant of its sample, and checks that it shows the codes and links of the built-in mail. */
export function checkRendering(check: RenderingCheck): OverrideFault[] {
  const faults = new Map<string, OverrideFault>();
  for (const data of variantsOf(check.template, check.comparisons))
    for (const fault of checkVariant(check, data)) faults.set(`${fault.path} ${fault.rule}`, fault);
  return [...faults.values()];
}

function checkVariant(check: RenderingCheck, sample: SampleData): OverrideFault[] {
  const { template, locale, reference, locate } = check;
  const data = withDistinctLinks(sample);
  const ours = renderOrNull(check.ours, template, reference, data);
  if (ours === null) return []; // data that no mail has
  let mail: RenderedMail;
  try {
    mail = check.theirs.render(template, locale, asData(data));
  } catch (error) {
    return [{ ...locate('html'), rule: `cannot be rendered: ${(error as Error).message.split('\n')[0]}` }];
  }
  const faults: OverrideFault[] = [];
  const report: Report = (part, rule, placeholder) => void faults.push({ ...locate(part, placeholder), rule });

  if (mail.subject === '' || mail.subject.length > MAX_SUBJECT)
    report('subject', `needs 1 to ${MAX_SUBJECT} characters; the sample has ${mail.subject.length}.`);
  const links = linksOf(mail.html);
  for (const field of Object.keys(data).filter((name) => CODES.includes(name) || isLink(name))) {
    const value = data[field];
    if (typeof value !== 'string' || !ours.text.includes(value)) continue;
    const when = whenOf(sample);
    if (!mail.text.includes(value)) report('text', `does not show {{${field}}}${when}.`, field);
    const isShown = isLink(field) ? links.includes(value) : visibleText(mail.html).includes(value);
    const verb = isLink(field) ? 'link to' : 'show';
    if (!isShown) report('html', `does not ${verb} {{${field}}}${when}.`, field);
  }
  checkHtml(check, data, mail.html, report);
  return faults;
}

function checkHtml({ theirs, template, locale }: RenderingCheck, data: SampleData, html: string, report: Report): void {
  const rule = findHtmlFault(html);
  if (rule !== null) report('html', rule);
  // A name such as javascript:… must not become an address.
  const hostile = Object.fromEntries(
    [...FREE_TEXT].filter((field) => data[field]).map((field) => [field, 'javascript:x']),
  );
  const links = linksOf(theirs.render(template, locale, asData({ ...data, ...hostile })).html);
  const wrong = links.find((link) => !/^(https?:\/\/|mailto:|tel:)/.test(link));
  if (wrong !== undefined)
    report('html', `has a link to ${wrong || 'nothing'}; links open https, http, mailto or tel.`);
}

function renderOrNull(
  renderer: MailRenderer,
  template: MailTemplateName,
  locale: Locale,
  data: SampleData,
): RenderedMail | null {
  try {
    return renderer.render(template, locale, asData(data));
  } catch {
    return null;
  }
}

/** Gives each link of the sample its own address, so that a fault names the right link. */
function withDistinctLinks(data: SampleData): SampleData {
  const links = Object.keys(data).filter((field) => isLink(field) && data[field] !== undefined);
  return { ...data, ...Object.fromEntries(links.map((field) => [field, `https://accounts.example/${field}#t=1`])) };
}

function whenOf(sample: SampleData): string {
  const kind = sample['what'] ?? sample['how'] ?? sample['why'] ?? sample['after'];
  return kind === undefined ? '' : ` (when it is about ${kind})`;
}
