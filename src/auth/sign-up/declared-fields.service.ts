import { Injectable } from '@nestjs/common';
import { MemberAttributes } from '../../platform/attributes/member-attributes.js';
import type { DocumentVersion } from '../../platform/consents/consent-documents.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import type { MailLocale } from '../../platform/i18n/mail-locale.js';
import { ConsentsService } from '../../security/consents/consents.service.js';
import type { NewSignUp } from './sign-ups.repository.js';

/** What a client sends of the fields that the operator declared. */
interface SentFields {
  readonly attributes?: Record<string, unknown>;
  readonly consents?: readonly DocumentVersion[];
  readonly locale?: MailLocale;
}

/** Reads those fields of a sign-up that the operator declares: attributes and consents. */
@Injectable()
export class DeclaredFieldsService {
  constructor(
    private readonly attributes: MemberAttributes,
    private readonly consents: ConsentsService,
  ) {}

  /** @throws DomainError `validation_failed`, `consent_required` */
  read(sent: SentFields, context: ClientContext): Pick<NewSignUp, 'attributes' | 'consents'> {
    const attributes = this.attributes.readSignUp(sent.attributes);
    return {
      attributes,
      consents: this.consents.readSignUp(sent.consents ?? [], sent.locale ?? context.locale, context),
    };
  }
}
