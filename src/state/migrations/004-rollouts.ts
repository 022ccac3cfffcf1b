/**
 * Releases (versions copied whole), what each environment serves, rollouts with their history, observations and what was counted of
 * them, approvals, evidence from elsewhere, and leases of running watchers.
 */
export const sql = `
CREATE TABLE releases (
  target TEXT NOT NULL,
  version TEXT NOT NULL,
  digest TEXT NOT NULL,
  content TEXT NOT NULL,
  gitCommit TEXT NOT NULL,
  publishedBy TEXT NOT NULL,
  publishedAt TEXT NOT NULL,
  releasedAt TEXT NOT NULL,
  PRIMARY KEY (target, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollouts (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  environment TEXT NOT NULL,
  target TEXT NOT NULL,
  control TEXT NOT NULL,
  candidate TEXT NOT NULL,
  plan TEXT NOT NULL,
  state TEXT NOT NULL,
  phase TEXT NOT NULL CHECK (phase IN ('pending', 'shadow', 'progressing', 'paused', 'promoting', 'promoted', 'inconclusive', 'invalid',
    'rolled-back', 'aborted')),
  weight REAL NOT NULL CHECK (weight BETWEEN 0 AND 1),
  -- The look that arrivals are counted in; those before it are closed.
  look INTEGER NOT NULL,
  evidence TEXT NOT NULL,
  -- Limits of latency and cost, frozen from the control as soon as it was seen often enough.
  caps TEXT NOT NULL,
  createdAt TEXT NOT NULL,
  endedAt TEXT,
  FOREIGN KEY (target, control) REFERENCES releases (target, version),
  FOREIGN KEY (target, candidate) REFERENCES releases (target, version)
) STRICT;
CREATE UNIQUE INDEX rollouts_open ON rollouts (environment, target) WHERE endedAt IS NULL;
CREATE INDEX rollouts_by_target ON rollouts (target, environment, seq);

CREATE TABLE transitions (
  rollout INTEGER NOT NULL REFERENCES rollouts (seq),
  seq INTEGER NOT NULL,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  event TEXT NOT NULL,
  phase TEXT NOT NULL,
  step INTEGER NOT NULL,
  weight REAL NOT NULL,
  state TEXT NOT NULL,
  auditEvent INTEGER NOT NULL UNIQUE REFERENCES auditEvents (id),
  PRIMARY KEY (rollout, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE stables (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  environment TEXT NOT NULL,
  target TEXT NOT NULL,
  version TEXT NOT NULL,
  how TEXT NOT NULL CHECK (how IN ('promote', 'rollout', 'rollback')),
  rollout INTEGER REFERENCES rollouts (seq),
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  auditEvent INTEGER NOT NULL REFERENCES auditEvents (id),
  FOREIGN KEY (target, version) REFERENCES releases (target, version)
) STRICT;
CREATE INDEX stables_by_target ON stables (environment, target, id);

CREATE TABLE observations (
  seq INTEGER PRIMARY KEY,
  environment TEXT NOT NULL,
  target TEXT NOT NULL,
  id TEXT NOT NULL,
  version TEXT NOT NULL,
  unit TEXT,
  success INTEGER NOT NULL,
  latencyMs REAL,
  costUsd REAL,
  inputTokens INTEGER,
  outputTokens INTEGER,
  safe INTEGER,
  breach TEXT,
  shadow INTEGER NOT NULL,
  at TEXT NOT NULL,
  rollout INTEGER REFERENCES rollouts (seq),
  UNIQUE (environment, target, id)
) STRICT;
-- Latencies and costs of a rollout's control, until its caps are frozen.
CREATE INDEX observations_by_rollout ON observations (rollout, seq) WHERE rollout IS NOT NULL;
CREATE INDEX observations_unsafe ON observations (environment, target, seq) WHERE safe = 0;

-- What was observed of each version, by the hour.
CREATE TABLE outcomes (
  environment TEXT NOT NULL,
  target TEXT NOT NULL,
  version TEXT NOT NULL,
  hour TEXT NOT NULL,
  shadow INTEGER NOT NULL,
  n INTEGER NOT NULL,
  succeeded INTEGER NOT NULL,
  latencyN INTEGER NOT NULL,
  latencyMs REAL NOT NULL,
  costN INTEGER NOT NULL,
  costUsd REAL NOT NULL,
  safetyN INTEGER NOT NULL,
  unsafe INTEGER NOT NULL,
  PRIMARY KEY (environment, target, hour, version, shadow)
) STRICT, WITHOUT ROWID;

-- Units of a rollout: where each was counted last, and the sums of its requests there.
CREATE TABLE units (
  rollout INTEGER NOT NULL,
  unit INTEGER NOT NULL,
  look INTEGER NOT NULL,
  -- The largest weight it was counted at, the probability it was counted with, and its arm (1: candidate).
  seenAt REAL NOT NULL,
  weight REAL NOT NULL,
  candidate INTEGER NOT NULL,
  n INTEGER NOT NULL,
  success REAL NOT NULL,
  latencyN INTEGER NOT NULL,
  latency REAL NOT NULL,
  costN INTEGER NOT NULL,
  cost REAL NOT NULL,
  safetyN INTEGER NOT NULL,
  safety REAL NOT NULL,
  PRIMARY KEY (rollout, unit)
) STRICT, WITHOUT ROWID;

-- Units and sums of their outcomes: all a decision is made of.
CREATE TABLE tallies (
  rollout INTEGER NOT NULL REFERENCES rollouts (seq),
  look INTEGER NOT NULL,
  weight REAL NOT NULL,
  arm TEXT NOT NULL CHECK (arm IN ('control', 'candidate', 'shadow')),
  metric TEXT NOT NULL CHECK (metric IN ('success', 'latency', 'cost', 'safety')),
  n INTEGER NOT NULL,
  sum REAL NOT NULL,
  squares REAL NOT NULL,
  PRIMARY KEY (rollout, look, weight, arm, metric)
) STRICT, WITHOUT ROWID;

CREATE TABLE breaches (
  rollout INTEGER NOT NULL REFERENCES rollouts (seq),
  look INTEGER NOT NULL,
  observation INTEGER NOT NULL REFERENCES observations (seq),
  kind TEXT NOT NULL,
  PRIMARY KEY (rollout, look, observation)
) STRICT, WITHOUT ROWID;

CREATE TABLE looks (
  rollout INTEGER NOT NULL REFERENCES rollouts (seq),
  look INTEGER NOT NULL,
  at TEXT NOT NULL,
  verdict TEXT NOT NULL,
  analysis TEXT NOT NULL,
  PRIMARY KEY (rollout, look)
) STRICT, WITHOUT ROWID;

CREATE TABLE approvals (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  environment TEXT NOT NULL,
  target TEXT NOT NULL,
  version TEXT NOT NULL,
  digest TEXT NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  at TEXT NOT NULL,
  auditEvent INTEGER NOT NULL REFERENCES auditEvents (id),
  UNIQUE (environment, target, version, digest, actor)
) STRICT;

CREATE TABLE evidence (
  digest TEXT PRIMARY KEY,
  target TEXT NOT NULL,
  targetDigest TEXT NOT NULL,
  suite TEXT NOT NULL,
  verdict TEXT NOT NULL,
  document TEXT NOT NULL,
  source TEXT NOT NULL,
  actor TEXT NOT NULL,
  importedAt TEXT NOT NULL
) STRICT;
CREATE INDEX evidence_by_target ON evidence (targetDigest, suite);

CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  expiresAt TEXT NOT NULL
) STRICT;
`;
