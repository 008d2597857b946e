import type { FieldOptions } from './form.js';
import { texts } from './language.js';
import { munjigi } from './munjigi.js';

/** The server names the same field in its problems. */
export type ConsentName = `consents.${string}`;

/** The fields of a sign-up form in which a visitor agrees to documents. */
interface ConsentBoxes {
  /** One for each document; empty if the server declares none. */
  fields: (FieldOptions & { name: ConsentName })[];
  /** Returns the documents that are agreed to. */
  read: (values: Record<ConsentName, string>) => { id: string; version: string }[];
}

/** Loads the documents in force. */
export async function loadConsentBoxes(): Promise<ConsentBoxes> {
  const documents = await munjigi.consents.documents();
  const t = texts();
  return {
    fields: documents.map(({ id, title, url, required }) => ({
      ...{ name: `consents.${id}`, type: 'checkbox', url },
      label: `${title} ${required ? t.consentRequired : t.consentOptional}`,
    })),
    read: (values) =>
      documents.filter(({ id }) => values[`consents.${id}`] === 'true').map(({ id, version }) => ({ id, version })),
  };
}
