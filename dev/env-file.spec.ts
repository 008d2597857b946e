import { describe, expect, it } from '@jest/globals';
import { parseEnvFile } from './env-file.js';

describe('a .env file', () => {
  const valuesOf = (text: string): Record<string, string> =>
    Object.fromEntries([...parseEnvFile(text)].map(([name, { value }]) => [name, value]));

  it('may have comments, quotes, exports and values of several lines', () => {
    const text = `# comment\n\nPORT=3001 # why\nexport A='b \\n'\nEMPTY=\nKEYS="one\ntwo=2\nthree" # end\nONE_LINE="a\\nb"\n`;
    expect(valuesOf(text)).toEqual({
      PORT: '3001',
      A: 'b \\n',
      EMPTY: '',
      KEYS: 'one\ntwo=2\nthree',
      ONE_LINE: 'a\nb',
    });
    expect([...parseEnvFile(text)].map(([, { line }]) => line)).toEqual([3, 4, 5, 6, 9]);
    expect(valuesOf('\uFEFFPORT = 1 \r\nHOST=::1\r\n')).toEqual({ PORT: '1', HOST: '::1' });
  });

  it('may have a # in a password, a colour or a link without quotes', () => {
    expect(
      valuesOf('SMTP_URL=smtp://u:a#b@c # mail\nBRAND_COLOR=#2a51d8\nRESET_LINK_URL=https://a/b#{token}\nA= # none\n'),
    ).toEqual({ SMTP_URL: 'smtp://u:a#b@c', BRAND_COLOR: '#2a51d8', RESET_LINK_URL: 'https://a/b#{token}', A: '' });
  });

  it.each([
    ['PORT 3001\nSECRET=a', /line 1: needs NAME=value/],
    ['PORT=1\nPRODUCT-NAME=Acme\nHOST=a', /line 2: needs NAME=value/],
    ['PORT=1\nSECRET="abc\nHOST="::1"', /line 2: SECRET begins with a quote/],
    [`PRODUCT_NAME='Acme\nPORT=1`, /line 1: PRODUCT_NAME begins with a quote/],
    ['A="b"c', /line 1: A begins with a quote/],
  ])('is refused with the number of the line: %j', (text, problem) => {
    expect(() => parseEnvFile(text)).toThrow(problem);
  });

  it('is refused with the numbers of all wrong lines at once, without their values', () => {
    expect(() => parseEnvFile('hunter2\nA=1\n=hunter2')).toThrow(
      /^((?!hunter2)[^])*line 1[^]*line 3((?!hunter2)[^])*$/,
    );
  });
});
