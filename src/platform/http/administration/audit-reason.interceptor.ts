import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { auditReasonOf } from './audit-reason.js';

/**
 * Makes the reason of an administrative action part of the client context, and so of every audit
 * row that the action writes (AC-01). Other routes ignore the header: a member cannot write into
 * the audit log.
 */
@Injectable()
export class AuditReasonInterceptor implements NestInterceptor {
  /** @throws DomainError `validation_failed` */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    request.auditReason = auditReasonOf(request.headers['audit-reason']);
    return next.handle();
  }
}
