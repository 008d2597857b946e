import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { IsOpaqueToken, IsVisibleText } from '../../platform/http/validation/field-decorators.js';
import { MayBeAbsent, Rule, withCode } from '../../platform/http/validation/rule.js';

const MAX_NAME = 50;
/** Far more than a name takes. */
const MAX_USER = 8192;

/** What Apple posts. */
export class PostedAnswerRequest {
  @MayBeAbsent()
  @IsVisibleText({ max: 4096 })
  @ApiProperty({ example: 'c1b2a3.0.mrtuw.Zk' })
  code?: string;

  @IsOpaqueToken() state: string;

  /** Which provider answered, if it names itself (RFC 9207) */
  @MayBeAbsent()
  @IsVisibleText({ max: 512 })
  @ApiProperty({ example: 'https://appleid.apple.com' })
  iss?: string;

  /** Instead of a code */
  @MayBeAbsent()
  @IsVisibleText({ max: 100 })
  @ApiProperty({ example: 'user_cancelled_authorize' })
  error?: string;

  /** JSON with the name; sent only the first time. Any text: a name that cannot be used refuses no login */
  @MayBeAbsent()
  @IsString(withCode('not_a_string'))
  @Rule('too_long', (value) => (value as string).length <= MAX_USER, { max: MAX_USER })
  @ApiProperty({ maxLength: MAX_USER, example: '{"name":{"firstName":"Ada","lastName":"Lovelace"}}' })
  user?: string;
}

/** @returns the person's name; null where the text holds none that could be shown */
export function postedNameOf(user: string | undefined): string | null {
  if (user === undefined) return null;
  try {
    const { name } = JSON.parse(user) as { name?: { firstName?: unknown; lastName?: unknown } };
    const parts = [name?.firstName, name?.lastName].filter((part): part is string => typeof part === 'string');
    // Apple writes family names of every language last.
    const isKorean = parts.every((part) => /^\p{Script=Hangul}+$/u.test(part));
    const full = isKorean ? parts.reverse().join('') : parts.join(' ');
    const text = full
      .normalize('NFC')
      .replace(/[\p{C}\s]+/gu, ' ')
      .trim();
    return text === '' || text.length > MAX_NAME ? null : text;
  } catch {
    return null;
  }
}
