// The entries of a call with what became of each, from its body and its response.

const MOST = 10_000;

// Rows of {index, entry, outcome, messageId, error, refusals}; null if the call has no entries that can be read.
export function entriesOf(call) {
  const sent = sentEntries(call);
  if (!sent) return null;
  const answered = parse(call.answer);
  return sent.slice(0, MOST).map((entry, index) => {
    const refusals = call.refusals.filter((refusal) => refusal.where === "" || isOf(refusal.where, index, sent.isSingle));
    return { index, entry, refusals, ...outcome(call, answered, index, refusals, sent.isSingle) };
  });
}

function sentEntries(call) {
  const body = parse(call.body);
  if (call.method !== "POST" || !call.path.includes("/conversations/messages")) return null;
  if (Array.isArray(body?.messages)) return body.messages;
  return isObject(body) && "role" in body ? Object.assign([body], { isSingle: true }) : null;
}

function isOf(where, index, isSingle) {
  return isSingle || where === `messages[${index}]` || where.startsWith(`messages[${index}].`);
}

function outcome(call, answered, index, refusals, isSingle) {
  const row = isSingle ? answered : rowOf(answered, index);
  const messageId = row?.message_id;
  const own = refusals.find((refusal) => refusal.where !== "");
  if (messageId) return { outcome: "recorded", messageId };
  if (own || row?.error) return { outcome: "rejected", error: row?.error ?? own.text };
  if (call.status === 200 && !answered) return { outcome: "unknown" };
  return { outcome: "not recorded" };
}

// In the observed dialect, results has the recorded rows only, and errors the others.
function rowOf(answered, index) {
  const rows = Array.isArray(answered?.results) ? answered.results : [];
  if (!Array.isArray(answered?.errors)) return rows[index];
  const failed = answered.errors.filter((error) => error.index < index).length;
  return answered.errors.find((error) => error.index === index) ?? rows[index - failed];
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
