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
 * Shares out a queue between client addresses and accounts (BF-14). The jobs of one owner have
 * turns one after the other, and the first job of another owner has the current turn: it passes all
 * but the first of a long row (start-time fair queuing). Owners are remembered while they hold a
 * place.
 *
 * Places are counted by client address alone. By account, an attacker with many addresses could
 * take all places of a victim's account, and keep the owner out on known devices too (BF-04).
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

  /** Gives a job of an owner who holds a place its turn. Jobs run in the order of their turns. */
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
