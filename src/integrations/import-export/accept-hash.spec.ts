import { describe, expect, it } from '@jest/globals';
import { acceptHash } from './accept-hash.js';

const HASH = '$argon2id$v=19$m=102400,t=2,p=8$NjU2NzNhM1h5UnowMDJHalVrc3N6OQ$ruMxusLudmU1B12rRShjbA';

describe('acceptHash', () => {
  it.each([HASH, `argon2${HASH}`, `{argon2}${HASH}`, `{argon2@SpringSecurity_v5_8}${HASH}`])(
    'IM-10 accepts argon2id as its producers write it: %s',
    (hash) => expect(acceptHash(hash)).toEqual({ stored: HASH }),
  );

  it.each([
    ['pbkdf2_sha256$260000$salt$secret', 'the password hash by pbkdf2-sha256 is malformed'],
    ['md5$salt$5f4dcc3b5aa765d61d8327deb882cf99', 'password hashes by md5 are not supported'],
    ['{noop}secret', 'password hashes by noop are not supported'],
    ['5f4dcc3b5aa765d61d8327deb882cf99', 'password hashes of this kind are not supported'],
    [HASH.replace('m=102400', 'm=4194304'), 'the argon2id hash is malformed or too expensive'],
  ])('IM-14 refuses %s without repeating it', (hash, refused) => expect(acceptHash(hash)).toEqual({ refused }));
});
