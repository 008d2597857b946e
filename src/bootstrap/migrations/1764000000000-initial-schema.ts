import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = [
  `CREATE TABLE members (
    id uuid PRIMARY KEY,
    login_id text NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL,
    password_hash text NOT NULL,
    password_version integer NOT NULL DEFAULT 1,
    must_change_password boolean NOT NULL DEFAULT false,
    name text,
    locale text NOT NULL,
    role text NOT NULL DEFAULT 'member',
    status text NOT NULL DEFAULT 'active',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE UNIQUE INDEX members_login_id ON members (login_id)`,
  `CREATE UNIQUE INDEX members_email_key ON members (email_key)`,

  `CREATE TABLE sign_ups (
    id uuid PRIMARY KEY,
    handle_digest bytea NOT NULL,
    login_id text NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL,
    password_hash text NOT NULL,
    name text,
    locale text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    confirmed_at timestamptz
  )`,
  `CREATE UNIQUE INDEX sign_ups_handle ON sign_ups (handle_digest)`,
  `CREATE INDEX sign_ups_email_key ON sign_ups (email_key)`,
  `CREATE INDEX sign_ups_expires_at ON sign_ups (expires_at)`,

  `CREATE TABLE proof_requests (
    id uuid PRIMARY KEY,
    purpose text NOT NULL,
    email_key text NOT NULL,
    member_id uuid CONSTRAINT proof_requests_member_fk REFERENCES members (id) ON DELETE CASCADE,
    sign_up_id uuid CONSTRAINT proof_requests_sign_up_fk REFERENCES sign_ups (id) ON DELETE CASCADE,
    code_hmac bytea,
    link_digest bytea,
    guesses integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    code_expires_at timestamptz NOT NULL,
    link_expires_at timestamptz NOT NULL,
    spent_at timestamptz,
    voided_at timestamptz
  )`,
  `CREATE UNIQUE INDEX proof_requests_link ON proof_requests (link_digest)`,
  `CREATE INDEX proof_requests_email_key ON proof_requests (email_key, purpose)`,
  `CREATE INDEX proof_requests_sign_up ON proof_requests (sign_up_id)`,
  `CREATE INDEX proof_requests_member ON proof_requests (member_id)`,
  `CREATE INDEX proof_requests_created_at ON proof_requests (created_at)`,

  `CREATE TABLE proof_handles (
    digest bytea PRIMARY KEY,
    proof_id uuid NOT NULL CONSTRAINT proof_handles_proof_fk REFERENCES proof_requests (id) ON DELETE CASCADE
  )`,
  `CREATE INDEX proof_handles_proof ON proof_handles (proof_id)`,

  `CREATE TABLE reset_grants (
    id uuid PRIMARY KEY,
    member_id uuid NOT NULL CONSTRAINT reset_grants_member_fk REFERENCES members (id) ON DELETE CASCADE,
    password_version integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    spent_at timestamptz,
    voided_at timestamptz
  )`,
  `CREATE INDEX reset_grants_member ON reset_grants (member_id)`,
  `CREATE INDEX reset_grants_expires_at ON reset_grants (expires_at)`,

  `CREATE TABLE devices (
    id uuid PRIMARY KEY,
    member_id uuid NOT NULL CONSTRAINT devices_member_fk REFERENCES members (id) ON DELETE CASCADE,
    token_digest bytea NOT NULL,
    name text,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE UNIQUE INDEX devices_token ON devices (token_digest)`,
  `CREATE INDEX devices_member ON devices (member_id)`,

  `CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    member_id uuid NOT NULL CONSTRAINT sessions_member_fk REFERENCES members (id) ON DELETE CASCADE,
    device_id uuid,
    generation integer NOT NULL DEFAULT 0,
    transport text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    rotated_at timestamptz NOT NULL DEFAULT now(),
    idle_expires_at timestamptz NOT NULL,
    absolute_expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    end_reason text,
    device_name text,
    user_agent text NOT NULL,
    ip text NOT NULL
  )`,
  `CREATE INDEX sessions_member ON sessions (member_id) WHERE ended_at IS NULL`,
  `CREATE INDEX sessions_absolute_expires_at ON sessions (absolute_expires_at)`,

  `CREATE TABLE revocations (session_id uuid PRIMARY KEY, expires_at timestamptz NOT NULL)`,
  `CREATE INDEX revocations_expires_at ON revocations (expires_at)`,

  `CREATE TABLE outbox_messages (
    id uuid PRIMARY KEY,
    template text NOT NULL,
    locale text NOT NULL,
    status text NOT NULL,
    payload bytea,
    message_id text NOT NULL,
    member_id uuid,
    proof_id uuid,
    attempts integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    available_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    finished_at timestamptz,
    last_error text
  )`,
  `CREATE INDEX outbox_messages_due ON outbox_messages (available_at) WHERE status = 'pending'`,
  `CREATE INDEX outbox_messages_created_at ON outbox_messages (created_at)`,

  `CREATE TABLE security_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    type text NOT NULL,
    member_id uuid,
    session_id uuid,
    ip text NOT NULL,
    user_agent text NOT NULL,
    request_id text NOT NULL,
    details jsonb NOT NULL
  )`,
  `CREATE INDEX security_events_member ON security_events (member_id, id)`,
  `CREATE INDEX security_events_at ON security_events (at)`,
  `CREATE INDEX security_events_type ON security_events (type, id)`,

  `CREATE TABLE login_failures (
    key bytea PRIMARY KEY,
    account bytea NOT NULL,
    failures integer NOT NULL,
    blocked_until timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE INDEX login_failures_account ON login_failures (account)`,
  `CREATE INDEX login_failures_updated_at ON login_failures (updated_at)`,

  `CREATE TABLE rate_limits (key varchar(255) PRIMARY KEY, points integer NOT NULL DEFAULT 0, expire bigint)`,
];

/** The tables of the first release. */
export class InitialSchema1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of TABLES) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE rate_limits, login_failures, security_events, outbox_messages, revocations, sessions,
      devices, reset_grants, proof_handles, proof_requests, sign_ups, members`);
  }
}
