import { ERRORS } from '../../src/platform/http/problems/error-catalogue.js';
import type { HttpAnswer } from './http-client.js';

/** Text that reveals how the server is built. */
const TELLTALE =
  /node_modules|\.[jt]s:\d|\n +at |QueryFailed|(SELECT|INSERT|UPDATE|DELETE) .*(FROM|INTO|SET) |Exception|\[object |\$argon2/;

/**
 * The violations of IV-07 by a refusal, in words: it must be a problem document with a known code
 * and no further data.
 */
export function problemViolations({ status, headers, body, text }: HttpAnswer): string[] {
  const faults: string[] = [];
  const must = (isTrue: boolean, what: string): void => void (isTrue || faults.push(what));
  if (headers['content-type'] !== 'application/problem+json; charset=utf-8') return ['no problem+json'];
  const { type, title, detail, code, requestId, errors = [], retryAfter, ...rest } = body;
  must(Object.keys(rest).join() === 'status' && rest.status === status, 'status or further members');
  must(ERRORS[code as keyof typeof ERRORS] === status, `code ${code} with status ${status}`);
  must(type === `urn:munjigi:problem:${code}`, 'type');
  must(Boolean(title) && Boolean(detail), 'title and detail');
  must(/^[0-9a-f-]{36}$/.test(requestId), 'requestId');
  must(retryAfter === undefined || headers['retry-after'] === String(retryAfter), 'retryAfter');
  for (const field of errors) {
    must(Object.keys(field).sort().join() === 'code,field,message', 'members of a field');
    must(typeof field.field === 'string' && field.field.length <= 64, 'name of a field');
    must(
      [field.code, field.message].every((value) => typeof value === 'string'),
      'text of a field',
    );
  }
  must(text.length < 8000, 'length');
  const telltale = TELLTALE.exec(text)?.[0];
  must(telltale === undefined, `reveals "${telltale}"`);
  return faults;
}
