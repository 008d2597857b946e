import { applyDecorators } from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import { DomainError } from '../problems/domain-error.js';
import { RouteSettings } from '../route-settings.decorator.js';

export const FORM_TYPE = 'application/x-www-form-urlencoded';

/**
 * Reads these fields of a form. Others are ignored, and a field without a value counts as absent, as
 * OAuth demands (RFC 6749 section 3.2).
 * @throws DomainError `bad_request` where a field comes twice: two programs may read different ones
 */
export function parseFormBody(body: Buffer, fields: readonly string[]): Record<string, string> {
  const form = new URLSearchParams(body.toString('utf8'));
  const present = fields.filter((field) => form.has(field));
  if (present.some((field) => form.getAll(field).length > 1))
    throw new DomainError('bad_request', { detail: 'a form field comes twice' });
  const filled = present.filter((field) => form.get(field) !== '');
  return Object.fromEntries(filled.map((field) => [field, form.get(field)!]));
}

/**
 * Lets a route read forms besides JSON. Any web page may send a form across origins, so the route
 * must not rely on cookies (TR-04).
 */
export const ReadsForm = (...formFields: string[]): MethodDecorator =>
  applyDecorators(RouteSettings({ formFields }), ApiConsumes('application/json', FORM_TYPE));

declare module 'fastify' {
  interface FastifyContextConfig {
    formFields?: readonly string[];
  }
}
