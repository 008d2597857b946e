import { ApiProperty } from '@nestjs/swagger';

/**
 * Documents an integer. Without it, the OpenAPI document would allow fractions, as the TypeScript
 * type `number` does.
 */
export const ApiInteger = (documentation: { example?: number } = {}): PropertyDecorator =>
  ApiProperty({ type: 'integer', ...documentation });
