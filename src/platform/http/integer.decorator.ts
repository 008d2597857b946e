import { ApiProperty } from '@nestjs/swagger';

/** A whole number in the OpenAPI document. TypeScript knows only `number`, which generators take for a fraction. */
export const ApiInteger = (documentation: { example?: number } = {}): PropertyDecorator =>
  ApiProperty({ type: 'integer', ...documentation });
