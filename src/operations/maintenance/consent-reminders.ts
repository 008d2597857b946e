import type { MailService } from '../../mail/mail.service.js';
import { recipientOf } from '../../mail/mail-recipient.js';
import type { AppConfig } from '../../platform/config/app-config.js';
import type { ConsentDocuments } from '../../platform/consents/consent-documents.js';
import type { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import { ConsentsRepository, type RemindedConsent } from '../../users/consents/consents.repository.js';
import { maskLoginId } from '../../users/login-id.js';

/** Reminders per transaction. */
const BATCH_SIZE = 100;

/** One round of reminders. Loaded only where documents for marketing are declared. */
export class ConsentReminders {
  private readonly consents = new ConsentsRepository();

  constructor(
    private readonly documents: ConsentDocuments,
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly mail: MailService,
  ) {}

  /** Queues each mail in the transaction that enters its reminder into the ledger (CO-07). */
  async sendDue(): Promise<void> {
    const ids = this.documents.marketingIds;
    for (let afterId = '0'; ;) {
      const entries = await this.consents.findRemindable(this.database, ids, afterId, BATCH_SIZE);
      if (entries.length === 0) return;
      await this.database.transaction(async (tx) => {
        for (const consent of await this.consents.remind(tx, ids, entries)) await this.queueMail(tx, consent);
      });
      afterId = entries.at(-1)!.id;
    }
  }

  private async queueMail(tx: Tx, consent: RemindedConsent): Promise<void> {
    const { memberId, documentId, version, language, loginId, name, givenAt } = consent;
    const document = this.documents.findAgreed({ id: documentId, version }, language);
    await this.mail.queue(tx, 'consent-reminder', recipientOf({ ...consent, id: memberId }), {
      name: name ?? undefined,
      loginIdMasked: maskLoginId(loginId),
      document: document?.title ?? documentId,
      at: givenAt.toISOString(),
      loginUrl: this.config.loginUrl,
    });
  }
}
