import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { isObject } from '../../platform/attributes/attribute-declarations.js';
import { IsPresent, Rule } from '../../platform/http/validation/rule.js';

/** A document of `GET /api/auth/consents` that the member agrees to */
export class ConsentChoice {
  /** @example terms */
  id: string;
  /** @example 2026-12 */
  version: string;
}

const MAX_CHOICES = 50;

/** The documents that a member agrees to. ConsentsService checks that they exist. */
export function IsConsents(): PropertyDecorator {
  return applyDecorators(
    // Keeps the value as it was sent. Otherwise class-transformer would drop unknown fields in silence (IV-03).
    Transform(({ obj, key }: { obj: Record<string, unknown>; key: string }) => obj[key]),
    IsPresent(),
    Rule('consents_malformed', isChoiceList),
    ApiProperty({ type: ConsentChoice, isArray: true, maxItems: MAX_CHOICES, example: [] }),
  );
}

function isChoiceList(value: unknown): boolean {
  return Array.isArray(value) && value.length <= MAX_CHOICES && value.every(isChoice);
}

function isChoice(value: unknown): boolean {
  return (
    isObject(value) &&
    Object.keys(value).length === 2 &&
    typeof value['id'] === 'string' &&
    typeof value['version'] === 'string'
  );
}
