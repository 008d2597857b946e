import { Injectable } from '@nestjs/common';
import type { ClientContext } from '../../platform/http/client-context.js';
import { coarseNetwork } from '../../platform/addresses/ip-address.js';
import { randomToken } from '../../platform/crypto/random.js';
import { Database } from '../../platform/database/database.js';
import type { Tx } from '../../platform/database/sql.js';
import { CountryLookup } from '../../platform/geoip/country-lookup.service.js';
import { SecurityNotificationsService } from '../../mail/notifications/security-notifications.service.js';
import { DECOY_MEMBER_ID } from '../../users/decoy-member.js';
import { MembersRepository } from '../../users/members.repository.js';
import type { SessionKey, TokenTransport } from '../session.entity.js';
import { SessionsRepository } from '../sessions.repository.js';
import { summariseUserAgent } from '../user-agent.js';
import { DevicesRepository, type DeviceLogin, type DeviceLook } from './devices.repository.js';

/** What the client states about its device when it logs in. */
export interface DeviceInfo {
  readonly deviceName?: string;
  readonly deviceToken?: string;
  readonly transport?: TokenTransport;
  /** The key that the client proved. */
  readonly key?: SessionKey | null;
}

/** The device that a session is opened on. */
export interface SignInDevice {
  /** Null unless the client sent the token of a device on which this member logged in before. */
  readonly knownDeviceId: string | null;
  readonly deviceName?: string | null;
  readonly transport?: TokenTransport;
  /** Binds the session, if the client proved a key. */
  readonly key?: SessionKey | null;
  /**
   * No mail about a new device: it is the member's first one, or a mail about this login is queued
   * already.
   */
  readonly suppressNewDeviceMail?: boolean;
}

/** More devices than a member uses. Beyond this number, those unseen for longest are forgotten. */
const MAX_DEVICES = 20;

/**
 * Recognises the devices on which a member logged in before, and notifies the member of new ones.
 */
@Injectable()
export class KnownDevicesService {
  constructor(
    private readonly database: Database,
    private readonly devices: DevicesRepository,
    private readonly sessions: SessionsRepository,
    private readonly members: MembersRepository,
    private readonly notifications: SecurityNotificationsService,
    private readonly countries: CountryLookup,
  ) {}

  /** The id of the member's device with this token; null for another member's token. */
  async findId(memberId: string, deviceToken: string | undefined): Promise<string | null> {
    return this.devices.findId(this.database, memberId, deviceToken);
  }

  /**
   * Finds the member or imported account with this identifier, and the device with this token if the
   * member logged in on it before.
   * @param identifier in canonical form; null where no account can have it
   */
  async findLogin(identifier: string | null, deviceToken: string | undefined): Promise<DeviceLogin> {
    if (identifier === null) return { candidate: null, deviceId: await this.findId(DECOY_MEMBER_ID, deviceToken) };
    if (deviceToken === undefined) return { candidate: await this.members.findCandidate(identifier), deviceId: null };
    return this.devices.findLogin(identifier, deviceToken);
  }

  /**
   * Whether the member never used this device: neither its token nor its user agent and network are
   * known.
   */
  async isNew(tx: Tx, memberId: string, knownDeviceId: string | null, context: ClientContext): Promise<boolean> {
    return knownDeviceId === null && !(await this.devices.hasLookalike(tx, memberId, lookOf(context)));
  }

  /**
   * Records a login on a device. A device without a known token is stored and gets a token. The
   * member receives a mail about it, unless an earlier device looked the same or the mail is
   * suppressed.
   * @returns the id of the device, and its token if it is a new one
   */
  async recordLogin(
    tx: Tx,
    memberId: string,
    device: SignInDevice,
    context: ClientContext,
  ): Promise<{ id: string; token?: string }> {
    const look = lookOf(context);
    if (device.knownDeviceId !== null) {
      await this.devices.touch(tx, device.knownDeviceId, look);
      return { id: device.knownDeviceId };
    }
    // Compared before the insert: afterwards the device would resemble itself.
    const isMailDue = device.suppressNewDeviceMail !== true && !(await this.devices.hasLookalike(tx, memberId, look));
    const name = device.deviceName ?? null;
    const token = randomToken();
    const id = await this.devices.insert(tx, { ...look, memberId, token, name });
    await this.devices.forgetSurplus(tx, memberId, MAX_DEVICES);
    if (isMailDue) await this.mailNewDevice(tx, memberId, name, context);
    return { id, token };
  }

  /**
   * Forgets the member's devices, all but that of `exceptSessionId`. An attacker who knew the old
   * password may hold device tokens, and each known device has its own budget of guesses.
   */
  async forgetAll(tx: Tx, memberId: string, exceptSessionId?: string): Promise<void> {
    const keptId = exceptSessionId === undefined ? null : await this.sessions.findDeviceId(tx, exceptSessionId);
    await this.devices.forgetAll(tx, memberId, keptId);
  }

  private async mailNewDevice(tx: Tx, memberId: string, name: string | null, context: ClientContext): Promise<void> {
    const { browser } = summariseUserAgent(context.userAgent);
    const member = await this.members.get(tx, memberId);
    const country = this.countries.of(context.ip) ?? undefined;
    const data = { deviceName: name ?? '', browser: browser ?? undefined, country };
    await this.notifications.send(tx, 'new-device', member, context, data);
  }
}

function lookOf(context: ClientContext): DeviceLook {
  return { userAgent: context.userAgent, network: coarseNetwork(context.ip) };
}
