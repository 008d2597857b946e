import { expect, it } from '@jest/globals';
import { MemoryCounters } from '../../../test/support/memory-counters.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import type { Durability } from './counters.js';
import { Limiters } from './limiters.js';

it('BF-07 takes several points so that they survive a crash if one of them must', async () => {
  const asked: (Durability | undefined)[] = [];
  class Watched extends MemoryCounters {
    override takeAll(...[takes, durability]: [Parameters<MemoryCounters['takeAll']>[0], Durability?]) {
      asked.push(durability);
      return super.takeAll(takes);
    }
  }
  const limiters = new Limiters(new Watched(), new KeyRing(['a-secret-of-forty-bytes-for-this-test-Kq3']));
  const guesses = limiters.make('guesses', 5, 60);
  const mails = limiters.make('mails', 5, 60, 'losable');
  await limiters.takeAll({ mails: [mails, 'ada'] });
  await limiters.takeAll({ mails: [mails, 'ada'], guesses: [guesses, 'ada'] });
  expect(asked).toEqual(['losable', 'lasting']);
});
