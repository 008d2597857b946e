import { Body, Controller, HttpStatus, Param, Post, Redirect } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { FederationService } from '../../platform/federation/federation.service.js';
import { Context } from '../../platform/http/client-context.decorator.js';
import type { ClientContext } from '../../platform/http/client-context.js';
import { Public } from '../../platform/http/public.decorator.js';
import { ReadsForm } from '../../platform/http/validation/form-body.js';
import { IpLimitsService } from '../../security/rate-limits/ip-limits.service.js';
import { postedNameOf, PostedAnswerRequest } from './posted-answer.dto.js';

/** Receives answers that a provider makes the browser post here; other providers send the browser to the client. */
@ApiExcludeController() // a page of the provider makes the browser call it, no client does
@Public()
@Controller('auth/social')
export class ProviderAnswersController {
  constructor(
    private readonly federation: FederationService,
    private readonly ipLimits: IpLimitsService,
  ) {}

  /**
   * Relays the form that Apple posts: sends the browser on to the redirect URI of the journey with
   * `state`, with `iss` if there is one, and with `code` or `error`.
   * @throws DomainError `not_found`, `social_login_failed`, `too_many_requests`
   */
  @Post(':provider/callback')
  @ReadsForm('code', 'state', 'iss', 'error', 'user')
  @Redirect(undefined, HttpStatus.SEE_OTHER)
  async relay(
    @Param('provider') provider: string,
    @Body() { code, state, iss, error, user }: PostedAnswerRequest,
    @Context() context: ClientContext,
  ): Promise<{ url: string }> {
    await this.ipLimits.takeRequest(context);
    const target = new URL(await this.federation.relay(provider, state, postedNameOf(user)));
    // Without the name, which is personal and must not stand in a URL.
    target.search = new URLSearchParams({
      ...(error === undefined ? code !== undefined && { code } : { error }),
      ...(iss !== undefined && { iss }),
      state,
    }).toString();
    return { url: target.href };
  }
}
