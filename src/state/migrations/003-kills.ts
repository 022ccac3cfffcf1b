/** What is killed now (a row is a kill in force), and what operators did: appended, never changed. */
export const sql = `
CREATE TABLE kills (
  environment TEXT NOT NULL,
  target TEXT NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (environment, target)
) STRICT, WITHOUT ROWID;

CREATE TABLE auditEvents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL,
  recordedAt TEXT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  environment TEXT NOT NULL,
  target TEXT NOT NULL,
  reason TEXT NOT NULL,
  before TEXT,
  after TEXT
) STRICT;
CREATE INDEX auditEvents_by_target ON auditEvents (environment, target, id);
CREATE TRIGGER auditEvents_stay BEFORE UPDATE ON auditEvents BEGIN
  SELECT RAISE(ABORT, 'audit events are never changed');
END;
CREATE TRIGGER auditEvents_remain BEFORE DELETE ON auditEvents BEGIN
  SELECT RAISE(ABORT, 'audit events are never deleted');
END;
`;
