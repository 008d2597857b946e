import type { OutgoingHttpHeaders } from 'node:http';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock } from '../../platform/database/clock.js';
import { CurrentPrincipal } from '../../platform/http/current-principal.decorator.js';
import type { ApiKeyPrincipal } from '../../platform/http/principal.js';
import { ApiProblems } from '../../platform/http/problems/api-problems.decorator.js';
import { noteOutcome, STREAMED } from '../../platform/http/request-outcome.js';
import { Roles } from '../../platform/http/roles.decorator.js';
import { API_KEY_PROBLEMS, Scope } from '../../platform/http/scope.decorator.js';
import { SECURITY_HEADERS } from '../../platform/http/security-headers.js';
import { RevocationBroadcastService } from './revocation-broadcast.service.js';
import { RevocationSnapshots } from './revocation-snapshots.js';
import { positionOf, RevocationsQuery, RevocationsResponse, revocationsResponseOf } from './revocation.dto.js';

const STREAM = 'text/event-stream';

/** Sends revocations to the APIs of the product, which verify access tokens by themselves. */
@ApiTags('Integrations')
@Roles() // API keys only (RS-22)
@Controller('integrations/revocations')
export class RevocationsController {
  constructor(
    private readonly snapshots: RevocationSnapshots,
    private readonly broadcast: RevocationBroadcastService,
    private readonly clock: Clock,
  ) {}

  /**
   * List or follow revocations
   * @remarks With `Accept: text/event-stream`, the response is a stream: everything in force, then each revocation as it happens,
   * and `heartbeat` every five seconds. Heartbeats stop while the server may miss revocations. If no heartbeat arrives for some
   * seconds, refuse all tokens. `Last-Event-ID` resumes. Revocations may repeat.
   */
  @Get()
  @Scope('revocations:read')
  @ApiExtraModels(RevocationsResponse)
  @ApiOkResponse({
    description: 'OK',
    content: {
      'application/json': { schema: { $ref: getSchemaPath(RevocationsResponse) } },
      [STREAM]: { schema: { type: 'string' } },
    },
  })
  @ApiProblems('token_invalid', 'forbidden', ...API_KEY_PROBLEMS)
  async read(
    @CurrentPrincipal() key: ApiKeyPrincipal,
    @Query() query: RevocationsQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.broadcast.checkUpToDate();
    const after = positionOf(request.headers['last-event-id']) ?? positionOf(query.after);
    if (request.method === 'GET' && request.headers.accept?.includes(STREAM)) {
      noteOutcome(request, STREAMED);
      this.stream(reply, key, after);
    } else this.list(reply, after);
  }

  private list(reply: FastifyReply, after: number | undefined): void {
    const now = this.clock.now();
    void reply.send(revocationsResponseOf(this.snapshots.list(after), now));
  }

  private stream(reply: FastifyReply, key: ApiKeyPrincipal, after: number | undefined): void {
    this.broadcast.checkRoom();
    reply.hijack();
    reply.raw.writeHead(200, {
      ...(reply.getHeaders() as OutgoingHttpHeaders),
      ...SECURITY_HEADERS,
      'content-type': `${STREAM}; charset=utf-8`,
      'x-accel-buffering': 'no', // or nginx would keep messages until its buffer is full
    });
    this.broadcast.open(reply.raw, key, after);
  }
}
