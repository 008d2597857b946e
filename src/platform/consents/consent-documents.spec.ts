import { describe, expect, it } from '@jest/globals';
import { ConsentDocuments } from './consent-documents.js';
import { ConsentFile } from './consent-file.js';

const TERMS = {
  id: 'terms',
  version: '1',
  language: 'en',
  title: 'Terms of service',
  url: 'https://example.com/terms/1',
  required: true,
  effectiveFrom: '2026-01-01',
};
const NEXT = { ...TERMS, version: '2', effectiveFrom: '2026-06-01T00:00:00+09:00', sha256: 'a'.repeat(64) };
const KOREAN = { ...TERMS, language: 'ko', title: '이용약관' };
const NEWS = { ...TERMS, id: 'news', title: 'News', required: false, marketing: true };

const read = (...documents: object[]) => ConsentFile.read(JSON.stringify({ documents }));
const at = (time: string): number => Date.parse(time) / 1000;
const names = (documents: readonly { id: string; version: string }[]) =>
  documents.map(({ id, version }) => `${id} ${version}`);

describe('ConsentDocuments', () => {
  const documents = new ConsentDocuments(read(NEXT, TERMS, KOREAN, NEWS));
  const before = at('2026-05-31T14:59:59Z');
  const after = at('2026-05-31T15:00:00Z');

  it('puts a version in force from its effective time until that of the next version', () => {
    expect(names(documents.listInForce(at('2025-12-31T23:59:59Z'), ['en']))).toEqual([]);
    expect(names(documents.listInForce(before, ['en']))).toEqual(['terms 1', 'news 1']);
    expect(names(documents.listInForce(after, ['en']))).toEqual(['terms 2', 'news 1']);
    expect(names(documents.listUpcoming(before, ['en']))).toEqual(['terms 2']);
    expect(names(documents.listUpcoming(after, ['en']))).toEqual([]);
  });

  it('picks the preferred language, or else the one that was declared first', () => {
    const japanese = new ConsentDocuments(read(TERMS, KOREAN, { ...TERMS, language: 'ja', title: '利用規約' }));
    const titles = (...languages: string[]) => japanese.listInForce(before, languages).map(({ title }) => title);
    expect([titles('ja', 'ko'), titles('de', 'ko'), titles('ko', 'ja'), titles('de')].flat()).toEqual([
      ...['利用規約', '이용약관', '이용약관', 'Terms of service'],
    ]);
    expect(documents.listInForce(before, ['ko']).map(({ title }) => title)).toEqual(['이용약관', 'News']);
    expect(documents.listInForce(after, ['ko']).map(({ title }) => title)).toEqual(['Terms of service', 'News']);
  });

  it('CO-01 lists a required document as missing unless its version, or one to come, was agreed to', () => {
    const missing = (version: string | null, now: number) =>
      names(documents.listMissing(version === null ? [] : [{ id: 'terms', version }], now, ['en']));
    expect(missing(null, before)).toEqual(['terms 1']);
    expect(missing('1', before)).toEqual([]);
    expect(missing('1', after)).toEqual(['terms 2']);
    expect(missing('2', before)).toEqual([]);
    expect(missing('3', after)).toEqual(['terms 2']);
  });

  it('accepts the present version and one to come, and no replaced or unknown one', () => {
    const accepts = (version: string, now: number) =>
      documents.findAcceptable({ id: 'terms', version }, now, ['en']) !== undefined;
    expect([accepts('1', before), accepts('2', before)]).toEqual([true, true]);
    expect([accepts('1', after), accepts('2', after), accepts('3', after)]).toEqual([false, true, false]);
  });

  it('CO-07 takes the agreed version, or the newest where it is no longer declared, wherever that stands in the file', () => {
    const find = (version: string) => documents.findAgreed({ id: 'terms', version }, 'ko')?.version;
    expect([find('1'), find('2'), find('0')]).toEqual(['1', '2', '2']);
    expect(documents.findAgreed({ id: 'terms', version: '1' }, 'ko')?.title).toBe('이용약관');
    expect(documents.findAgreed({ id: 'gone', version: '1' }, 'ko')).toBeUndefined();
  });

  it('keeps the hash of the text, or else one of the declaration', () => {
    expect(read(NEXT)[0]!.hash).toBe('a'.repeat(64));
    expect(read(TERMS)[0]!.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(read(TERMS)[0]!.hash).not.toBe(read({ ...TERMS, title: 'Terms' })[0]!.hash);
  });

  it('is off without a file', async () => {
    expect((await ConsentDocuments.ofFile(undefined)).isDeclared).toBe(false);
    await expect(ConsentDocuments.ofFile('/no/such/file')).rejects.toThrow('CONSENTS: needs a file that can be read');
  });

  it.each([
    ['{', 'needs JSON'],
    ['[]', 'needs a JSON object with a list documents'],
    ['{"documents":[]}', 'needs a list documents with an entry'],
    ['{"documents":[1]}', 'documents[0] needs an object'],
    ['{"documents":[{}],"more":1}', 'has the unknown property more'],
    [{ ...TERMS, id: 'Terms' }, 'documents[0].id needs 1 to 32'],
    [{ ...TERMS, version: '' }, 'documents[0].version needs 1 to 32'],
    [{ ...TERMS, language: 'Korean' }, 'documents[0].language needs a language'],
    [{ ...TERMS, title: ' ' }, 'documents[0].title needs 1 to 200'],
    [{ ...TERMS, url: undefined }, 'documents[0] needs url or sha256'],
    [{ ...TERMS, url: 'javascript:alert(1)' }, 'documents[0].url needs an http or https URL'],
    [{ ...TERMS, sha256: 'abc' }, 'documents[0].sha256 needs 64'],
    [{ ...TERMS, required: 'yes' }, 'documents[0].required needs true or false'],
    [{ ...TERMS, marketing: 1 }, 'documents[0].marketing needs true or false'],
    [{ ...NEWS, required: true }, 'documents[0] is for marketing, so required needs false'],
    [{ ...TERMS, effectiveFrom: '1 January' }, 'documents[0].effectiveFrom needs a date'],
    [{ ...TERMS, effectiveFrom: '2026-13-01' }, 'documents[0].effectiveFrom needs a date'],
    [{ ...TERMS, effectiveFrom: '2026-02-30' }, 'documents[0].effectiveFrom needs a date'],
    [{ ...TERMS, effectiveFrom: '2026-06-31T00:00:00+09:00' }, 'documents[0].effectiveFrom needs a date'],
    [{ ...TERMS, text: '' }, 'documents[0] has the unknown property text'],
  ])('refuses %j', (document, rule) => {
    expect(() => (typeof document === 'string' ? ConsentFile.read(document) : read(document))).toThrow(rule);
  });

  it.each([
    [[TERMS, TERMS], 'terms 1 is declared twice in en'],
    [[TERMS, { ...KOREAN, required: false }], 'terms 1 needs the same required, marketing and effectiveFrom'],
    [[TERMS, { ...NEXT, effectiveFrom: '2026-01-01' }], 'terms needs another effectiveFrom for each version'],
    [[NEWS, { ...NEWS, version: '2', marketing: false, effectiveFrom: '2027-01-01' }], 'news needs the same marketing'],
  ])('refuses documents that contradict each other: %j', (documents_, rule) => {
    expect(() => read(...documents_)).toThrow(rule);
  });
});
