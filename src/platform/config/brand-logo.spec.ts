import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readBrandLogo } from './brand-logo.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'munjigi-logo-'));
afterAll(() => rmSync(folder, { recursive: true }));

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>';

function fileOf(content: string | Buffer): string {
  const file = path.join(folder, `${Math.random()}.svg`);
  writeFileSync(file, content);
  return file;
}

describe('the logo of the built-in pages', () => {
  it.each([
    ['image/png', PNG],
    ['image/webp', Buffer.from('RIFF....WEBPVP8 ', 'latin1')],
    ['image/svg+xml', SVG],
    ['image/svg+xml', `<?xml version="1.0"?>\n<!-- drawn by hand -->\n${SVG}`],
    ['image/svg+xml', `<!-- by hand --><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">\n<!-- 1 -->${SVG}`],
  ])('is recognised as %s by its content, not by its file name', (contentType, content) => {
    expect(readBrandLogo(fileOf(content)).contentType).toBe(contentType);
  });

  it.each([
    ['a page', '<html><svg></svg></html>'],
    ['a script', 'alert(1)'],
    ['a page behind comments', `${'<!-- -->'.repeat(50)}<html></html>`],
    ['an empty file', ''],
    ['a file that is too large', Buffer.concat([PNG, Buffer.alloc(201 * 1024)])],
  ])('cannot be %s', (_what, content) => {
    expect(() => readBrandLogo(fileOf(content))).toThrow(/^needs /);
  });

  it('must exist, and the error does not name the file', () => {
    expect(() => readBrandLogo(path.join(folder, 'missing'))).toThrow('needs a file that can be read');
  });
});
