import type { Migration } from "./migration.ts";

/** The columns that make a chain of the audit events, the store's revision, and where a run lives. */
export const migration: Migration = {
  kind: "additive",
  tables: ({ text, integer }) => `
ALTER TABLE "auditEvents" ADD COLUMN seq ${integer};
ALTER TABLE "auditEvents" ADD COLUMN prev ${text};
ALTER TABLE "auditEvents" ADD COLUMN hash ${text};
ALTER TABLE "auditEvents" ADD COLUMN "traceId" ${text};
ALTER TABLE "auditEvents" ADD COLUMN "taskId" ${text};
ALTER TABLE "auditEvents" ADD COLUMN authenticated ${text};
ALTER TABLE "auditEvents" ADD COLUMN rules ${text};
ALTER TABLE "auditEvents" ADD COLUMN via ${text};
CREATE UNIQUE INDEX "auditEvents_by_seq" ON "auditEvents" (seq) WHERE seq IS NOT NULL;

ALTER TABLE runs ADD COLUMN home ${text} NOT NULL DEFAULT 'local' CHECK (home IN ('local', 'shared'));

-- One row. The revision is another number after each operator's change, in the order of their commits, which ids are not on every engine;
-- with the store's id it also shows that another store, or an older copy of this one, stands in its place.
CREATE TABLE revision (
  "storeId" ${text} NOT NULL PRIMARY KEY,
  value ${integer} NOT NULL,
  -- Where the store was copied to, by \`store copy\`; then it takes no more writes.
  "movedTo" ${text}
);`,
  sqlite: `
INSERT INTO revision SELECT lower(hex(randomblob(16))), (SELECT COALESCE(MAX(id), 0) FROM auditEvents), NULL;
CREATE TRIGGER auditEvents_revise AFTER INSERT ON auditEvents BEGIN
  UPDATE revision SET value = value + 1;
END;
DROP TRIGGER auditEvents_stay;
CREATE TRIGGER auditEvents_stay BEFORE UPDATE OF id, at, recordedAt, actor, action, environment, target, reason, before, after, traceId, taskId,
  authenticated, rules, via ON auditEvents BEGIN
  SELECT RAISE(ABORT, 'audit events are never changed');
END;
-- An event that an older release appended is sealed once, later.
CREATE TRIGGER auditEvents_sealed BEFORE UPDATE OF seq, prev, hash ON auditEvents WHEN OLD.hash IS NOT NULL BEGIN
  SELECT RAISE(ABORT, 'a sealed audit event is never changed');
END;`,
  postgres: `
-- Asked for each row it would take a third of the time; who writes one has read the rollout in the same transaction.
ALTER TABLE observations DROP CONSTRAINT observations_rollout_fkey;
INSERT INTO revision SELECT replace(gen_random_uuid()::text, '-', ''), (SELECT COALESCE(MAX(id), 0) FROM "auditEvents"), NULL;
CREATE FUNCTION "auditEvents_revise"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  UPDATE revision SET value = value + 1;
  -- Sent at commit: readers in other processes need not wait for their next look.
  PERFORM pg_notify('agentops', '');
  RETURN NULL;
END $$;
CREATE TRIGGER "auditEvents_revise" AFTER INSERT ON "auditEvents" FOR EACH ROW EXECUTE FUNCTION "auditEvents_revise"();
CREATE FUNCTION "auditEvents_stay"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.hash IS NOT NULL THEN RAISE EXCEPTION 'a sealed audit event is never changed'; END IF;
    IF to_jsonb(NEW) - 'seq' - 'prev' - 'hash' = to_jsonb(OLD) - 'seq' - 'prev' - 'hash' THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'audit events are never changed';
  END IF;
  RAISE EXCEPTION 'audit events are never deleted';
END $$;
CREATE TRIGGER "auditEvents_stay" BEFORE UPDATE OR DELETE ON "auditEvents" FOR EACH ROW EXECUTE FUNCTION "auditEvents_stay"();`,
};
