import type { MailService } from '../../mail/mail.service.js';
import { recipientOf } from '../../mail/mail-recipient.js';
import { mailFormats } from '../../mail/templates/mail-formats.js';
import type { AppConfig } from '../../platform/config/app-config.js';
import type { ConsentDocuments } from '../../platform/consents/consent-documents.js';
import type { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import { ConsentsRepository, type RemindedConsent } from '../../users/consents/consents.repository.js';
import { maskLoginId } from '../../users/login-id.js';

/** Members per search. */
const PAGE_SIZE = 5000;
/** Members per transaction. */
const BATCH_SIZE = 100;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** One round of reminders. Loaded only where documents for marketing are declared. */
export class ConsentReminders {
  private readonly consents = new ConsentsRepository();

  constructor(
    private readonly documents: ConsentDocuments,
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly mail: MailService,
  ) {}

  async sendDue(): Promise<void> {
    const ids = this.documents.marketingIds;
    for (let afterId = BEFORE_ALL; ;) {
      const memberIds = await this.consents.findRemindable(this.database, ids, afterId, PAGE_SIZE);
      if (memberIds.length === 0) return;
      for (let at = 0; at < memberIds.length; at += BATCH_SIZE)
        await this.remind(ids, memberIds.slice(at, at + BATCH_SIZE));
      afterId = memberIds.at(-1)!;
    }
  }

  /** Queues each mail in the transaction that enters its reminders into the ledger (CO-07). */
  private async remind(documentIds: readonly string[], memberIds: readonly string[]): Promise<void> {
    await this.database.transaction(async (tx) => {
      const reminded = await this.consents.remind(tx, documentIds, memberIds);
      for (const [first, ...others] of groupByMember(reminded)) await this.queueMail(tx, first, others);
    });
  }

  /** One mail for all consents of a member. */
  private async queueMail(tx: Tx, first: RemindedConsent, others: readonly RemindedConsent[]): Promise<void> {
    const { memberId: id, loginId, name, locale, givenAt } = first;
    const formats = mailFormats(locale);
    const timeOf = (consent: RemindedConsent) => formats.time(consent.givenAt.toISOString());
    // The law requires the date of each consent.
    const isOneTime = others.every((other) => timeOf(other) === timeOf(first));
    const titles = [first, ...others].map((consent) => {
      const title = this.documents.findAgreed(consent, consent.language)?.title ?? consent.id;
      return isOneTime ? title : `${title} (${timeOf(consent)})`;
    });
    await this.mail.queue(tx, 'consent-reminder', recipientOf({ ...first, id }), {
      name: name ?? undefined,
      loginIdMasked: maskLoginId(loginId),
      document: titles.join(', '),
      at: isOneTime ? givenAt.toISOString() : undefined,
      loginUrl: this.config.loginUrl,
    });
  }
}

type ConsentsOfMember = [RemindedConsent, ...RemindedConsent[]];

/** @param consents sorted so that the consents of one member follow each other */
function groupByMember(consents: readonly RemindedConsent[]): ConsentsOfMember[] {
  const groups: ConsentsOfMember[] = [];
  for (const consent of consents) {
    const group = groups.at(-1);
    if (group?.[0].memberId === consent.memberId) group.push(consent);
    else groups.push([consent]);
  }
  return groups;
}
