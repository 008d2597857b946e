import { describe, expect, it } from '@jest/globals';
import { mailLogo } from './mail-logo.js';

/** The header of a PNG of this size. */
function png(width: number, height: number): Buffer {
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  return Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), size]);
}

describe('the logo of mails', () => {
  it.each([
    [56, 56, 28, 28],
    [300, 100, 84, 28],
    [1200, 100, 120, 10], // at most as wide as on the pages
    [1, 4000, 1, 28],
  ])('of %i × %i pixels is shown at %i × %i', (width, height, shownWidth, shownHeight) => {
    const logo = mailLogo({ contentType: 'image/png', content: png(width, height) });
    expect(logo).toMatchObject({ width: shownWidth, height: shownHeight });
  });

  it('is left out unless it is a PNG with a size', () => {
    expect(mailLogo(null)).toBeNull();
    expect(mailLogo({ contentType: 'image/svg+xml', content: Buffer.from('<svg/>'.repeat(9)) })).toBeNull();
    expect(mailLogo({ contentType: 'image/png', content: png(0, 0) })).toBeNull();
    expect(mailLogo({ contentType: 'image/png', content: png(1, 1).subarray(0, 16) })).toBeNull();
  });
});
