import { Injectable } from '@nestjs/common';
import { MemberAttributes, type AttributeValues } from '../../platform/attributes/member-attributes.js';
import type { DocumentVersion } from '../../platform/consents/consent-documents.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { ConsentsService } from '../../security/consents/consents.service.js';
import { SignUpPolicy } from './sign-up-policy.js';
import type { NewSignUp } from './sign-ups.repository.js';

/** What a client sends of the fields that the operator declared. */
interface SentFields {
  readonly attributes?: Record<string, unknown>;
  readonly consents?: readonly DocumentVersion[];
}

/** What the operator demands of a sign-up: its address, declared attributes and consents. */
@Injectable()
export class SignUpRulesService {
  constructor(
    private readonly attributes: MemberAttributes,
    private readonly consents: ConsentsService,
    private readonly policy: SignUpPolicy,
  ) {}

  /** @throws DomainError `sign_up_closed` */
  checkAddress(emailKey: string): void {
    this.policy.check(emailKey);
  }

  /** @throws DomainError `validation_failed`, `consent_required` */
  read(sent: SentFields, context: ClientContext): Pick<NewSignUp, 'attributes' | 'consents'> {
    return this.readBesides(this.attributes.readSignUp(sent.attributes), sent, context);
  }

  /**
   * As {@link read}, for an invited person.
   * @param given attributes that the inviter set
   * @throws DomainError as {@link read}
   */
  readInvited(
    sent: SentFields,
    given: AttributeValues | null,
    context: ClientContext,
  ): Pick<NewSignUp, 'attributes' | 'consents'> {
    return this.readBesides(this.attributes.readInvited(sent.attributes, given), sent, context);
  }

  private readBesides(
    attributes: AttributeValues | null,
    sent: SentFields,
    context: ClientContext,
  ): Pick<NewSignUp, 'attributes' | 'consents'> {
    return { attributes, consents: this.consents.readSignUp(sent.consents ?? [], context) };
  }
}
