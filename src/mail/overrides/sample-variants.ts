import { MAIL_SAMPLES } from '../templates/mail-samples.js';
import type { MailTemplateName, MailTemplates } from '../templates/mail-template.js';
import { MAIL_TEMPLATE_FIELDS } from '../templates/mail-template-fields.js';

export type SampleData = Record<string, string | number | undefined>;

const TIME = '2026-12-06T05:37:12.345Z';
/** Values for optional fields that the samples leave out. Such a field without a value here is a flag. */
const EXTRAS: Readonly<Record<string, string | number>> = {
  provider: 'Google',
  reservedUntil: TIME,
  removeOn: TIME,
  country: 'KR',
  browser: 'Firefox',
  passkeyName: 'Laptop',
  after: 'not-me',
};
const FLAG = 1;

/**
 * Data with which every branch of a mail is rendered: the sample, with and without each optional
 * field, and with each value for which our own text has a case. Not every combination occurs in a
 * real mail.
 */
export function variantsOf(
  template: MailTemplateName,
  comparisons: ReadonlyMap<string, Iterable<string>>,
): SampleData[] {
  const sample = MAIL_SAMPLES[template] as SampleData;
  const optional = Object.entries<string>(MAIL_TEMPLATE_FIELDS[template])
    .filter(([, need]) => need === 'optional')
    .map(([field]) => field);
  const values = [...comparisons].flatMap(([field, options]) =>
    field in MAIL_TEMPLATE_FIELDS[template]
      ? [...options].flatMap((value) => [
          { ...sample, [field]: value },
          { ...sample, ...EXTRAS, [field]: value },
        ])
      : [],
  );
  return [
    sample,
    ...optional.map((field) => ({ ...sample, [field]: undefined })),
    ...optional.filter((field) => !(field in sample)).map((field) => ({ ...sample, [field]: EXTRAS[field] ?? FLAG })),
    ...values,
  ];
}

/** Casts a variant to the data of a mail. The renderer checks the fields, as it does for a row of the outbox. */
export const asData = <Name extends MailTemplateName>(data: SampleData): MailTemplates[Name] =>
  data as unknown as MailTemplates[Name];
