import { limitKey } from '../../platform/addresses/ip-address.js';

/** Who causes a hash. */
export interface HashOwner {
  readonly client: string;
  /** The account, or what the request submits instead of one. */
  readonly account: string;
}

interface Share {
  /** Places that are held: reserved, waiting or running. */
  places: number;
  nextTurn: number;
}

export function hashOwner({ ip }: { readonly ip: string }, account: string): HashOwner {
  return { client: limitKey(ip), account };
}

/**
 * Shares out a queue between client addresses and accounts by start-time fair queuing (BF-14). Each
 * job of an owner gets a later turn than the owner's job before. The first job of an owner gets the
 * current turn, so it overtakes the long row of jobs of another owner. An owner is forgotten when it
 * holds no place.
 *
 * Places are limited for client addresses only. If accounts had a limit, an attacker with many
 * addresses could use up the limit of a victim's account, and the victim could not log in even on a
 * known device (BF-04).
 */
export class FairShares {
  private currentTurn = 0;
  private readonly shares = new Map<string, Share>();

  /** The places that the client address holds. */
  placesOf({ client }: HashOwner): number {
    return this.shares.get(clientKey(client))?.places ?? 0;
  }

  hold(owner: HashOwner | undefined): void {
    for (const key of keysOf(owner)) this.shareOf(key).places += 1;
  }

  release(owner: HashOwner | undefined): void {
    for (const key of keysOf(owner)) {
      const share = this.shareOf(key);
      share.places -= 1;
      if (share.places === 0) this.shares.delete(key);
    }
  }

  /** Assigns a turn to a job whose owner holds a place. Jobs run in the order of their turns. */
  takeTurn(owner: HashOwner | undefined): number {
    const shares = keysOf(owner).map((key) => this.shareOf(key));
    const turn = Math.max(this.currentTurn, ...shares.map(({ nextTurn }) => nextTurn));
    for (const share of shares) share.nextTurn = turn + 1;
    return turn;
  }

  /** Call this when a job starts. */
  start(turn: number): void {
    this.currentTurn = Math.max(this.currentTurn, turn);
  }

  private shareOf(key: string): Share {
    const share = this.shares.get(key) ?? { places: 0, nextTurn: 0 };
    this.shares.set(key, share);
    return share;
  }
}

/** Work of the server itself has no owner, and no share that could be used up. */
function keysOf(owner: HashOwner | undefined): string[] {
  return owner === undefined ? [] : [clientKey(owner.client), `account ${owner.account}`];
}

function clientKey(client: string): string {
  return `client ${client}`;
}
