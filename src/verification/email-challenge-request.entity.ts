import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { EmailChallenge } from './email-challenge.entity.js';

/**
 * What a client holds of a proof request (`requestId`): it says which code is meant and opens nothing by itself.
 * Asking again too soon to be mailed again gives a further handle to the same proof, so that the code that did arrive fits.
 */
@Entity('proof_handles')
@Index('proof_handles_proof', ['proofId'])
export class EmailChallengeRequest {
  @PrimaryColumn('bytea') digest: Buffer;
  @ForeignKey(() => EmailChallenge, { name: 'proof_handles_proof_fk', onDelete: 'CASCADE' })
  @Column('uuid', { name: 'proof_id' })
  proofId: string;
}
