import type { OpenAPIObject } from '@nestjs/swagger';
import { LOCALES } from '../../platform/i18n/locale.js';
import { mailLocales } from '../../platform/i18n/mail-locale.js';

/** Adds the operator's languages to the document of this server, because members may choose them. */
export function withMailLocales(document: OpenAPIObject): OpenAPIObject {
  if (mailLocales().length === LOCALES.length) return document;
  const ours = JSON.stringify(LOCALES);
  const extended = JSON.stringify(document, (name, value: unknown) =>
    name === 'enum' && JSON.stringify(value) === ours ? mailLocales() : value,
  );
  return JSON.parse(extended) as OpenAPIObject;
}
