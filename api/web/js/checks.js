/* What code found when it compared a statement with its words. */

export const failed = (check) => check.verdict === "failed" && check.rule !== "repaired";

/** Failed checks of a statement, the blocking ones first. */
export const failing = (statement) =>
  statement.checks.filter(failed).sort((a, b) => (a.level === "blocking" ? 0 : 1) - (b.level === "blocking" ? 0 : 1));

/** A rule mended it from its evidence: what the model had written is in ``original``. */
export const repaired = (statement) => statement.original !== null && statement.original !== undefined;
