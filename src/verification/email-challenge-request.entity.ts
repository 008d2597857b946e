import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { EmailChallenge } from './email-challenge.entity.js';

/**
 * The request id (`requestId`) that a client gets when it asks for a code. It names the challenge;
 * without the code it is of no use. A second request within the cooldown gets another request id
 * for the same challenge, so that the code already mailed matches both ids.
 */
@Entity('proof_handles')
@Index('proof_handles_proof', ['challengeId'])
export class EmailChallengeRequest {
  @PrimaryColumn('bytea') digest: Buffer;
  @ForeignKey(() => EmailChallenge, { name: 'proof_handles_proof_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'proof_id' })
  challengeId: string;
}
