// A call as a command or a test that sends it again. Keys are not in it: a shell variable or the fixture's key is.
import { pythonText, pythonValue } from "./python.js";

const HOST = "https://synap-cloud-prod.maximem.ai";
const KEPT = ["content-type", "x-instance-id", "x-client-id"];
const SETTINGS = { tenancy: null, dialect: "documented", registration: "auto", max_batch: null, processing: "completed", retrieval: "rank" };
const LOST = "httpx.TransportError";

// Texts to copy, each with its name.
export function copies(call, settings, origin) {
  const found = [{ name: "curl", text: curl(call, origin), note: `Set SYNAP_API_KEY. ${warning(call)}` }];
  found.push({ name: "pytest", text: pytestTest(call, settings), note: warning(call) });
  if (entries(call)) found.push({ name: "@example", text: hypothesisTest(call, settings), note: warning(call) });
  return found;
}

function warning(call) {
  if (new TextEncoder().encode(call.body).length === call.body_size) return "";
  return "The body differs from what was sent: the journal has masked a key in it, or has only its beginning.";
}

function target(call) {
  const path = call.path.split("/").map(encodeURIComponent).join("/");
  return call.query ? `${path}?${call.query}` : path;
}

function headers(call) {
  return KEPT.filter((name) => name in call.headers && !call.headers[name].includes("...")).map((name) => [name, call.headers[name]]);
}

function isAuthorized(call) {
  return "authorization" in call.headers;
}

function curl(call, origin) {
  const lines = [`curl -sS -X ${call.method} ${quoted(origin.replace(/\/$/, "") + target(call))}`];
  if (call.method === "HEAD") lines[0] = `curl -sS --head ${quoted(origin.replace(/\/$/, "") + target(call))}`;
  if (isAuthorized(call)) lines.push('-H "Authorization: Bearer $SYNAP_API_KEY"');
  for (const [name, value] of headers(call)) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (call.body) lines.push(`--data-binary ${quoted(call.body)}`);
  return lines.join(" \\\n  ");
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function pytestTest(call, settings) {
  const imports = ["import httpx"];
  const lines = [...marker(settings, imports, call.unmodelled), "def test_call(synap_mock):", `    """${title(call)}"""`];
  const value = call.body ? pythonValue(call.body, "    ") : null;
  const isJson = value !== null && /json/.test(call.headers["content-type"] ?? "json");
  const sent = [`        ${pythonText(call.method)},`, `        ${pythonText(HOST + target(call))},`];
  const named = headers(call).filter(([name]) => !(isJson && name === "content-type"));
  if (isAuthorized(call)) named.unshift(["authorization", null]);
  if (named.length) sent.push(`        headers={${named.map(header).join(", ")}},`);
  if (call.body) sent.push(isJson ? "        json=body," : `        content=${pythonText(call.body)}.encode(),`);
  if (isJson) lines.push(`    body = ${value}`);
  const isLost = call.status === null;
  if (call.fault && call.fault !== "Latency") {
    imports.push("", `from synap_mock import ${call.fault}`);
    lines.push(`    synap_mock.fail(${call.fault}(${statusOf(call)}), route=${pythonText(`${call.method} ${call.path}`)})`);
  }
  if (isLost) {
    imports.splice(imports.indexOf("import httpx") + 1, 0, "import pytest");
    lines.push(`    with pytest.raises(${LOST}):`, "        httpx.request(", ...sent.map((line) => `    ${line}`), "        )");
  } else {
    lines.push("    response = httpx.request(", ...sent, "    )", `    assert response.status_code == ${call.status}`);
  }
  if (!isLost && !call.fault && entries(call) && call.total !== null && call.total !== undefined) {
    lines.push(`    assert len(synap_mock.messages) == ${call.succeeded}`);
  }
  return assembled(imports, lines);
}

// Only these faults take the status of the response.
function statusOf(call) {
  return ["ServerError", "Respond"].includes(call.fault) && call.status ? call.status : "";
}

function hypothesisTest(call, settings) {
  const imports = ["import httpx", "from hypothesis import example, given", "", "from synap_mock import strategies"];
  const marked = marker(settings, imports);
  const lines = [
    ...marked,
    "@given(batch=strategies.batches())",
    `@example(batch=${entries(call)})`,
    "def test_every_row_that_reports_a_message_is_recorded(synap_mock, batch):",
    `    """The example: ${title(call)}"""`,
    "    response = httpx.post(",
    `        ${pythonText(HOST + target(call))},`,
    '        headers={"authorization": f"Bearer {synap_mock.api_key}"},',
    '        json={"messages": batch},',
    "    )",
    '    rows = response.json().get("results", [])',
    '    assert len(synap_mock.messages) == sum("message_id" in row for row in rows)',
  ];
  return assembled(imports, lines);
}

// The messages of a batch, in Python; null if it is not one.
function entries(call) {
  if (!call.path.endsWith("/messages/batch")) return null;
  return pythonValue(call.body, "", (body) => body?.messages);
}

// The settings with which the fake returned what it did.
function marker(settings, imports, isUnmodelled) {
  const differing = Object.entries(SETTINGS).filter(([name, usual]) => name in settings && settings[name] !== usual);
  const terms = differing.map(([name]) => `${name}=${pythonText(settings[name])}`);
  if (isUnmodelled) terms.push("allow_unmodelled=True");
  if (!terms.length) return [];
  imports.splice(imports.indexOf("import httpx") + 1, 0, "import pytest");
  return [`@pytest.mark.synap(${terms.join(", ")})`];
}

function header([name, value]) {
  return value === null ? '"authorization": f"Bearer {synap_mock.api_key}"' : `${pythonText(name)}: ${pythonText(value)}`;
}

function title(call) {
  const rules = [...new Set(call.refusals.map((refusal) => refusal.rule))].join(", ");
  const route = `${call.method} ${call.path}`.replace(/[^ -~]|["\\]/g, "?").slice(0, 100);
  return `${route} received ${call.status ?? "no response"}${rules && ` (${rules})`}.`;
}

function assembled(imports, lines) {
  const known = imports.filter((line, index) => line === "" || imports.indexOf(line) === index);
  return `${known.join("\n")}\n\n\n${lines.join("\n")}\n`;
}
