import { Body, Controller, Headers, HttpStatus, Param, Post, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  ProviderNoticesService,
  type VerifiedNotices,
} from '../../platform/federation/notices/provider-notices.service.js';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { DomainError } from '../../platform/http/problems/domain-error.js';
import { Public } from '../../platform/http/public.decorator.js';
import { EVENT_TOKEN_TYPE, ReadsEventTokens } from '../../platform/http/validation/event-token-body.js';
import { ReadsForm } from '../../platform/http/validation/form-body.js';
import { SocialNotificationRequest } from './social-notification.dto.js';
import { SocialNotificationsService } from './social-notifications.service.js';

/** Takes what providers report about accounts: Apple, Google (RISC) and Kakao. */
@ApiExcludeController() // for providers, not for clients
@Public()
@Controller('integrations/social')
export class SocialNotificationsController {
  constructor(
    private readonly notices: ProviderNoticesService,
    private readonly notifications: SocialNotificationsService,
  ) {}

  /**
   * Answers 202 to security event tokens (RFC 8935 section 2.2) and 200 to the rest: Apple and Kakao
   * repeat a notice after any other answer. The answer is the same for an account that no member has
   * linked.
   * @throws DomainError `not_found`, `bad_request`, `provider_unavailable`
   */
  @Post(':provider/notifications')
  @ReadsForm('user_id', 'referrer_type')
  @ReadsEventTokens()
  async receive(
    @Param('provider') provider: string,
    @Body() body: SocialNotificationRequest,
    @Headers('authorization') authorization: string | undefined,
    @Headers('content-type') contentType: string | undefined,
    @Context() context: ClientContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.notifications.apply(await this.verify(provider, body, authorization), context);
    void reply.status(contentType?.startsWith(EVENT_TOKEN_TYPE) ? HttpStatus.ACCEPTED : HttpStatus.OK);
  }

  private async verify(
    provider: string,
    { payload, user_id: userId, referrer_type: referrerType }: SocialNotificationRequest,
    authorization: string | undefined,
  ): Promise<VerifiedNotices> {
    if (payload !== undefined) return this.notices.verifyToken(provider, payload);
    if (userId === undefined || provider !== 'kakao')
      throw new DomainError('bad_request', { detail: `${provider}: no notice` });
    return this.notices.verifyKakao(authorization, { userId, referrerType });
  }
}
