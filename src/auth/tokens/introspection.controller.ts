import { Body, Controller, HttpCode, HttpStatus, Post, UseGuards } from '@nestjs/common';
import { ApiBasicAuth, ApiBearerAuth, ApiExtension, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../platform/http/problems/api-problems.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import { API_KEY_PROBLEMS, SCOPE_EXTENSION } from '../../platform/http/scope.decorator.js';
import { ReadsForm } from '../../platform/http/validation/form-body.js';
import { INTROSPECTION_SCOPE, IntrospectionGuard } from '../guards/introspection.guard.js';
import { IntrospectionRequest, IntrospectionResponse } from './introspection.dto.js';
import { TokenVerificationService } from './token-verification.service.js';

/** Introspects access tokens for gateways and other services that hold an API key. */
@ApiTags('Login and tokens')
@Controller('auth/introspect')
export class IntrospectionController {
  constructor(private readonly verification: TokenVerificationService) {}

  /**
   * Introspect an access token
   * @remarks RFC 7662, for gateways. The API key is sent as bearer token, or as the password of HTTP Basic with any user name.
   */
  @Post()
  @Public() // needs no access token of a member; the guard below requires an API key
  @UseGuards(IntrospectionGuard)
  @HttpCode(HttpStatus.OK)
  @ReadsForm('token', 'token_type_hint')
  @ApiBearerAuth('apiKey')
  @ApiBasicAuth('apiKeyBasic')
  @ApiExtension(SCOPE_EXTENSION, INTROSPECTION_SCOPE)
  @ApiOperation({ operationId: 'introspectToken' })
  @ApiProblems('bad_request', 'token_invalid', ...API_KEY_PROBLEMS)
  async introspect(@Body() { token }: IntrospectionRequest): Promise<IntrospectionResponse> {
    return this.verification.introspect(token);
  }
}
