import { ApiProperty } from '@nestjs/swagger';
import type { ConsentDocument } from '../../platform/consents/consent-documents.js';

/** A document of the file CONSENTS */
export class ConsentDocumentResponse {
  /** @example terms */
  id: string;
  /** @example 2026-12 */
  version: string;
  /** @example en */
  language: string;
  /** @example Terms of service */
  title: string;
  @ApiProperty({ example: 'https://example.com/terms' }) url: string | null;
  /** SHA-256 of the document's text if the file CONSENTS declares it, otherwise of the declaration; in hexadecimal */
  @ApiProperty({ example: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' }) sha256: string;
  required: boolean;
  /** Whether consent to the document allows advertising */
  marketing: boolean;
  effectiveFrom: Date;
}

export class ConsentDocumentListResponse {
  items: ConsentDocumentResponse[];
}

export function documentResponse({ hash, effectiveFrom, ...document }: ConsentDocument): ConsentDocumentResponse {
  return { ...document, sha256: hash, effectiveFrom: new Date(effectiveFrom * 1000) };
}
