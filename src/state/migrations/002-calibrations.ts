/** What people's labels said about a judge; found again by the judge's content, whatever suite it serves. */
export const sql = `
CREATE TABLE calibrations (
  id TEXT PRIMARY KEY,
  judgeKey TEXT NOT NULL,
  suite TEXT NOT NULL,
  scorer TEXT NOT NULL,
  runId TEXT REFERENCES runs(id) ON DELETE SET NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('usable', 'refused')),
  labelsDigest TEXT NOT NULL,
  result TEXT NOT NULL,
  actor TEXT NOT NULL,
  createdAt TEXT NOT NULL
) STRICT;
CREATE INDEX calibrations_by_judge ON calibrations (judgeKey, id);
`;
