import { EVENT_TYPES, TEST_TYPE, type EventType } from '../../security/events/events.js';
import { LOCALES } from '../../platform/i18n/locale.js';

/*
 * The events in the OpenAPI document. Written by hand, because no route of this server receives them.
 */

type Schema = Record<string, unknown>;

const text = (example: string): Schema => ({ type: 'string', example });
const uuid: Schema = { type: 'string', format: 'uuid' };
const time: Schema = { type: 'string', format: 'date-time' };
const object = (description: string, properties: Record<string, Schema>): Schema => ({
  type: 'object',
  description,
  ...required(properties),
  properties,
});
const required = (properties: Record<string, Schema>): Schema =>
  Object.keys(properties).length === 0 ? {} : { required: Object.keys(properties) };

const MEMBER = object('The member after the change', {
  loginId: text('ada.lovelace'),
  email: text('ada@example.com'),
  name: { type: 'string', nullable: true, example: 'Ada Lovelace' },
  locale: { type: 'string', enum: [...LOCALES] },
  role: { type: 'string', enum: ['member', 'admin'] },
  status: { type: 'string', enum: ['active', 'disabled', 'closed'] },
  createdAt: time,
});
/** Optional in the schema: absent if the product declares no attributes. */
const ATTRIBUTES: Schema = { type: 'object', additionalProperties: true };
/** `member.updated` has it only if `fields` is `identities` alone. */
const IDENTITY = object('What was linked or unlinked', {
  provider: text('kakao'),
  change: { type: 'string', enum: ['linked', 'unlinked'] },
});
const aboutMember = { member: { $ref: '#/components/schemas/EventMember' } };
const consent = { document: text('terms'), version: text('2026-12') };

/** What each event means, and its data. */
const MEANINGS: Record<
  EventType,
  readonly [summary: string, data: Record<string, Schema>, optional?: Record<string, Schema>]
> = {
  'member.created': ['A member exists: the mailbox is proven', aboutMember],
  'member.updated': [
    'Profile, role or linked accounts changed',
    { ...aboutMember, fields: { type: 'array', items: { type: 'string' }, example: ['name'] } },
    { identity: IDENTITY },
  ],
  'member.email_changed': ['The address was replaced, or an earlier one restored', aboutMember],
  'member.login_id_changed': ['The login ID was replaced', aboutMember],
  'member.disabled': ['An administrator disabled the member', aboutMember],
  'member.enabled': ['An administrator enabled the member again', aboutMember],
  'member.closed': ['The member closed the account; it will be erased', aboutMember],
  'member.restored': ['The member logged in again before the erasure', aboutMember],
  'member.erased': ['The member was erased. Earlier events of the member are gone from the log', {}],
  'member.consent_given': ['The member agreed to a document', consent],
  'member.consent_withdrawn': ['The member withdrew an optional consent', consent],
  'member.password_changed': ['A new password was set', {}],
  'member.second_factor_changed': ['A second factor or the recovery codes changed', { change: text('passkey-added') }],
  'session.started': ['A login opened a session', { sessionId: uuid, newDevice: { type: 'boolean' } }],
  'session.ended': ['A session ended', { sessionId: uuid, reason: text('logout') }],
  'session.token_reused': ['A refresh token was used twice; the session ended', { sessionId: uuid }],
  'login.suspicious': [
    'A login or refresh looked like an attacker’s',
    {
      sessionId: { type: 'string', format: 'uuid', nullable: true },
      outcome: text('notify'),
      signals: { type: 'array', items: { type: 'string' }, example: ['new_country'] },
    },
  ],
};

/** Component schemas: one for each event, `Event.member.created` and so on. */
export function eventSchemas(): Record<string, Schema> {
  const schemas: Record<string, Schema> = {
    EventMember: { ...MEMBER, properties: { ...(MEMBER['properties'] as Schema), attributes: ATTRIBUTES } },
  };
  for (const type of EVENT_TYPES) {
    const [summary, data, optional] = MEANINGS[type];
    schemas[`Event.${type}`] = object(summary, {
      id: text('evt_0000000000000000042'),
      type: { type: 'string', enum: [type] },
      occurredAt: time,
      memberId: uuid,
      data: { type: 'object', ...required(data), properties: { ...data, ...optional } },
      schemaVersion: { type: 'integer', example: 1 },
    });
  }
  return schemas;
}

/**
 * The request that webhooks receive. The document calls this part `x-webhooks`, because `webhooks`
 * without a prefix belongs to OpenAPI 3.1.
 */
export function webhookRequests(): Record<string, unknown> {
  const schemas = EVENT_TYPES.map((type) => [type, `#/components/schemas/Event.${type}`] as const);
  const schema = {
    oneOf: schemas.map(([, $ref]) => ({ $ref })),
    discriminator: { propertyName: 'type', mapping: Object.fromEntries(schemas) },
  };
  return {
    event: {
      post: {
        summary: 'Receive an event',
        description: `Signed as Standard Webhooks describes. A test has the type \`${TEST_TYPE}\`.`,
        operationId: 'onEvent',
        tags: ['Integrations'],
        security: [],
        requestBody: { required: true, content: { 'application/json': { schema } } },
        responses: {
          '204': { description: 'Received' },
          '4XX': { description: 'A failure, like any answer but a 2xx: the event is sent again later' },
        },
      },
    },
  };
}
