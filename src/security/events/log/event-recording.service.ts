import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/sql.js';
import { MemberSnapshotsRepository } from '../../../users/member-snapshots.repository.js';
import type { NewEvent } from '../events.js';
import { EventConsumersRepository } from './event-consumers.repository.js';
import { EventsRepository } from './events.repository.js';

/** Writes events in the transactions that cause them, so that both commit or neither (EV-01). */
@Injectable()
export class EventRecordingService {
  constructor(
    private readonly members: MemberSnapshotsRepository,
    private readonly consumers: EventConsumersRepository,
    private readonly events: EventsRepository,
  ) {}

  /** Call it after the change, so that the data describe the member as it is then. */
  async record(tx: Tx, memberId: string, event: NewEvent): Promise<void> {
    const member = await this.members.lock(tx, memberId);
    // A transaction that this one waited for has erased the member: `member.erased` stays the last event.
    if (member === null) return;
    await this.events.insert(tx, event.type, memberId, event.describesMember ? { ...event.data, member } : event.data);
  }

  /**
   * Deletes the events of erased members. While a webhook or an API key receives events, writes
   * `member.erased` in their place, which holds the id alone (EV-05). Call it after the members are
   * deleted and their security events anonymised.
   */
  async recordErased(tx: Tx, memberIds: readonly string[]): Promise<void> {
    const underWay = await this.events.deleteForMembers(tx, memberIds);
    if (!(await this.consumers.isObserved(tx))) return;
    for (const memberId of memberIds) await this.events.insert(tx, 'member.erased', memberId, {});
    // A slow receiver may still be reading personal data: `member.erased` has to reach it last (EV-02).
    if (underWay.length > 0) await this.events.delayDeliveries(tx, underWay);
  }
}
