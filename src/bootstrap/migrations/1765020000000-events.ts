import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Events for the product's own backend, webhooks and their deliveries. Only new tables. */
export class Events1765020000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE events (
      id bigserial PRIMARY KEY,
      type text NOT NULL,
      member_id uuid,
      occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      data jsonb NOT NULL,
      position bigint
    )`);
    await runner.query(`CREATE SEQUENCE events_position_seq`);
    await runner.query(`CREATE UNIQUE INDEX events_position ON events (position)`);
    await runner.query(`CREATE INDEX events_unpositioned ON events (id) WHERE position IS NULL`);
    await runner.query(`CREATE INDEX events_member ON events (member_id, id)`);
    await runner.query(`CREATE INDEX events_occurred_at ON events (occurred_at)`);
    await runner.query(`CREATE TABLE event_consumers (id uuid NOT NULL, kind text NOT NULL, PRIMARY KEY (id, kind))`);
    await runner.query(`CREATE TABLE webhooks (
      id uuid PRIMARY KEY,
      url text NOT NULL,
      types text[] NOT NULL,
      description text,
      enabled boolean NOT NULL DEFAULT true,
      secret bytea NOT NULL,
      previous_secret bytea,
      previous_secret_until timestamptz,
      sealed_by text NOT NULL,
      failing_since timestamptz,
      switched_off_at timestamptz,
      created_at timestamptz NOT NULL DEFAULT now()
    )`);
    // No foreign key to webhooks: each commit of an event would lock the row of the webhook.
    await runner.query(`CREATE TABLE event_deliveries (
      id uuid PRIMARY KEY,
      event_id bigint NOT NULL CONSTRAINT event_deliveries_event_fk REFERENCES events (id) ON DELETE CASCADE,
      webhook_id uuid NOT NULL,
      member_id uuid,
      status text NOT NULL DEFAULT 'pending',
      attempts integer NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL DEFAULT now(),
      available_at timestamptz NOT NULL DEFAULT now(),
      finished_at timestamptz,
      last_error text
    )`);
    await runner.query(`CREATE INDEX event_deliveries_event ON event_deliveries (event_id)`);
    await runner.query(
      `CREATE INDEX event_deliveries_fresh ON event_deliveries (webhook_id, event_id) WHERE status = 'pending' AND attempts = 0`,
    );
    await runner.query(
      `CREATE INDEX event_deliveries_failed ON event_deliveries (webhook_id, available_at) WHERE status = 'pending' AND attempts > 0`,
    );
    await runner.query(
      `CREATE INDEX event_deliveries_order ON event_deliveries (webhook_id, member_id, event_id) WHERE status = 'pending'`,
    );
    await runner.query(`CREATE INDEX event_deliveries_list ON event_deliveries (webhook_id, created_at, id)`);
    await runner.query(
      `CREATE INDEX event_deliveries_unsent ON event_deliveries (webhook_id, status, created_at, id) WHERE status <> 'sent'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE event_deliveries, webhooks, event_consumers, events`);
    await runner.query(`DROP SEQUENCE events_position_seq`);
  }
}
