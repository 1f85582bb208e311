// What the page promises about answers. Without this check, a login page would count as a success.

/**
 * The batch result in a body, in the page's shape.
 *
 * @param {string} text The body of a 200.
 * @param {number} submitted How many messages were sent.
 * @returns {{total: number, succeeded: number, failed: number, results: object[]} | null} Null where it is no true result.
 */
export function resultIn(text, submitted) {
  const answer = parsed(text);
  if (!isObject(answer) || !Array.isArray(answer.results)) return null;
  const { total, succeeded, failed } = answer;
  const results = rowsOf(answer, submitted);
  if (total !== submitted || results.length !== submitted || !results.every(isRow)) return null;
  const refused = results.filter((row) => row.error != null).length;
  if (failed !== refused || succeeded !== submitted - refused) return null;
  return { total, succeeded, failed, results };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// SDK 0.5.10 and later are written for another shape: the stored rows alone in results, the failed ones beside them,
// each with the index of its message.
function rowsOf(answer, submitted) {
  if (!Array.isArray(answer.errors) || answer.results.length === submitted) return answer.results;
  const failed = new Map(answer.errors.map((each) => [each?.index, { error: each?.error }]));
  const stored = answer.results.values();
  return Array.from({ length: submitted }, (_, index) => failed.get(index) ?? stored.next().value);
}

function isRow(row) {
  if (!isObject(row)) return false;
  if (row.error != null) return row.error !== "" && row.message_id == null;
  return typeof row.message_id === "string" && typeof row.recorded_at === "string";
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
