/** Datasets (content-addressed, shared between runs), runs, and one row per trial. */
export const sql = `
CREATE TABLE datasets (
  digest TEXT PRIMARY KEY,
  cases INTEGER NOT NULL,
  createdAt TEXT NOT NULL
) STRICT;

CREATE TABLE cases (
  dataset TEXT NOT NULL REFERENCES datasets(digest) ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  caseId TEXT NOT NULL,
  vars TEXT NOT NULL,
  expected TEXT,
  tags TEXT,
  cluster TEXT,
  PRIMARY KEY (dataset, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  suite TEXT NOT NULL,
  suiteDigest TEXT NOT NULL,
  spec TEXT NOT NULL,
  targetRef TEXT NOT NULL,
  targetVersion TEXT,
  targetDigest TEXT,
  model TEXT NOT NULL,
  dataset TEXT NOT NULL REFERENCES datasets(digest),
  trials INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('running', 'complete', 'interrupted', 'stopped', 'failed')),
  result TEXT,
  actor TEXT NOT NULL,
  pid INTEGER,
  createdAt TEXT NOT NULL,
  finishedAt TEXT
) STRICT;
CREATE INDEX runs_by_evidence ON runs (suiteDigest, targetDigest, model, createdAt);

CREATE TABLE trials (
  runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  caseSeq INTEGER NOT NULL,
  trial INTEGER NOT NULL,
  isError INTEGER NOT NULL,
  passed INTEGER,
  score REAL,
  output TEXT,
  toolCalls TEXT,
  finishReason TEXT,
  inputTokens INTEGER,
  outputTokens INTEGER,
  cachedTokens INTEGER,
  cacheWriteTokens INTEGER,
  reasoningTokens INTEGER,
  costUsd REAL,
  retryCostUsd REAL NOT NULL,
  judgeCostUsd REAL,
  latencyMs REAL,
  latencySimulated INTEGER NOT NULL,
  ttftMs REAL,
  answeredBy TEXT,
  attempts INTEGER NOT NULL,
  fromCache INTEGER NOT NULL,
  scores TEXT,
  warnings TEXT,
  errorKind TEXT,
  errorMessage TEXT,
  requestKey TEXT,
  at TEXT NOT NULL,
  PRIMARY KEY (runId, caseSeq, trial)
) STRICT, WITHOUT ROWID;
-- The request cache is the store's own answers: one lookup by the key of the whole request and its trial.
CREATE INDEX trials_by_request ON trials (requestKey) WHERE requestKey IS NOT NULL AND isError = 0;
`;
