import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { RefreshCountsRepository } from './refresh-counts.repository.js';
import { RefreshCountsService } from './refresh-counts.service.js';

describe('the counts of refreshes', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  function given() {
    const written: object[] = [];
    const repository = { add: async (counts: object) => void written.push(counts) };
    return { written, repository, service: new RefreshCountsService(repository as unknown as RefreshCountsRepository) };
  }

  it('AC-05 are written with one statement for many refreshes, and none without', async () => {
    const { written, service } = given();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(written).toEqual([]);
    for (let round = 0; round < 100; round += 1) service.count('rotated');
    service.count('refused');
    await jest.advanceTimersByTimeAsync(10_000);
    service.count('replayed');
    await jest.advanceTimersByTimeAsync(10_000);
    expect(written).toEqual([
      { rotated: 100, replayed: 0, refused: 1 },
      { rotated: 0, replayed: 1, refused: 0 },
    ]);
  });

  it('AC-05 are written later if the database fails', async () => {
    const { written, service, repository } = given();
    jest.spyOn(Logger.prototype, 'warn').mockImplementationOnce(() => undefined);
    jest.spyOn(repository, 'add').mockRejectedValueOnce(new Error('connection lost'));
    service.count('refused');
    await jest.advanceTimersByTimeAsync(10_000);
    service.count('rotated');
    await jest.advanceTimersByTimeAsync(10_000);
    expect(written).toEqual([{ rotated: 1, replayed: 0, refused: 1 }]);
  });

  it('AC-05 are written when the server stops', async () => {
    const { written, service } = given();
    await service.beforeApplicationShutdown();
    service.count('rotated');
    await service.beforeApplicationShutdown();
    await jest.advanceTimersByTimeAsync(20_000);
    expect(written).toEqual([{ rotated: 1, replayed: 0, refused: 0 }]);
  });
});
