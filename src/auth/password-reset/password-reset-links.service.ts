import { Injectable } from '@nestjs/common';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { maskLoginId } from '../../users/login-id.js';
import { MembersRepository } from '../../users/members.repository.js';
import { ChallengeLinksService } from '../../verification/challenge-links.service.js';

/** What the page of a reset link shows before the member chooses a password. */
export interface InspectedResetLink {
  readonly maskedLoginId: string;
  readonly requestedAt: Date;
  readonly expiresAt: Date;
}

/** Shows which account a reset link belongs to, and whether it still works. */
@Injectable()
export class PasswordResetLinksService {
  constructor(
    private readonly challengeLinks: ChallengeLinksService,
    private readonly members: MembersRepository,
  ) {}

  /**
   * Changes nothing, so that opening the link uses nothing up (OC-05).
   * @throws DomainError `link_invalid`, `link_expired`
   */
  async inspect(linkToken: string): Promise<InspectedResetLink> {
    const { memberId, createdAt, linkExpiresAt } = await this.challengeLinks.get('password-reset', linkToken);
    const { loginId, status } = await this.members.getCandidate(memberId!);
    if (status === 'disabled') throw new DomainError('link_invalid', { detail: 'the member is disabled' });
    return { maskedLoginId: maskLoginId(loginId), requestedAt: createdAt, expiresAt: linkExpiresAt };
  }
}
