// The conversations, and the transcript of the open one as a chat.
import { address, go, link, replace } from "../address.js";
import { all, get } from "../api.js";
import { html, useEffect, useRef, useState } from "../html.js";
import { journal } from "../journal.js";
import { Json } from "../json_view.js";
import { useKeys } from "../keys.js";
import { useLive, useTexts } from "../live.js";
import { count, Empty, Facts, Problem, Time } from "../parts.js";
import { useStore } from "../store.js";

const MOST = 500;

export function Conversations() {
  const { id, params } = useStore(address);
  const [filter, setFilter] = useState("");
  const { value, error } = useLive("/conversations", ["request"], (path) => all(path, "conversations"));
  const input = useRef(null);
  const found = (value ?? []).toReversed().filter(({ conversation_id: name, instance_id: instance }) => `${name} ${instance}`.includes(filter.trim().toLowerCase()));
  const instance = params.get("instance") ?? "";
  const isOpen = (each) => each.conversation_id === id && (!instance || each.instance_id === instance);
  const move = (step) => {
    const index = found.findIndex(isOpen);
    const next = found[index < 0 ? 0 : Math.min(found.length - 1, Math.max(0, index + step))];
    if (next) (id ? replace : go)(hrefOf(next));
  };
  useKeys({ j: () => move(1), k: () => move(-1), "/": () => input.current?.focus(), Escape: () => id && go(link("conversations")) });
  return html`<div class=${`split ${id ? "opened" : ""}`}>
    <section class="pane" aria-label="Conversations">
      <div class="filter">
        <input ref=${input} type="search" aria-label="Filter" placeholder="Filter ( / ): part of an id" value=${filter} onInput=${(event) => setFilter(event.currentTarget.value)} onKeyDown=${(event) => event.key === "Escape" && event.currentTarget.blur()} />
        <div class="chips"><span class="quiet" role="status">${count(found.length, "conversation")}</span></div>
      </div>
      ${error && html`<${Problem} error=${error} />`}
      ${found.length
        ? html`<ul class="list" tabindex="0" aria-label="List of conversations">${found.slice(0, MOST).map((each) => html`<li key=${each.instance_id + each.conversation_id}>
            <a class=${isOpen(each) ? "reached" : ""} aria-current=${isOpen(each) ? "true" : undefined} href=${hrefOf(each)}>
              <code>${each.conversation_id}</code>
              <span class="quiet">${count(each.message_count, "message")} · ${each.instance_id}</span>
            </a>
          </li>`)}</ul>`
        : value && html`<${Empty}>${value.length ? "No conversation matches the filter." : "No message is recorded."}<//>`}
      ${found.length > MOST && html`<p class="small">The newest ${MOST} are listed.</p>`}
    </section>
    ${id && html`<${Transcript} key=${id + instance} id=${id} instance=${instance} marked=${params.get("m")} />`}
  </div>`;
}

function hrefOf({ conversation_id: id, instance_id: instance }) {
  return link("conversations", id, { instance });
}

function Transcript({ id, instance, marked }) {
  const query = instance ? `?instance_id=${encodeURIComponent(instance)}` : "";
  const path = `/conversations/${encodeURIComponent(id)}${query}`;
  const { value, error } = useLive(path, ["request"], async () => {
    const first = await get(path);
    if (first.next === null) return first;
    return { ...first, messages: await all(path, "messages") };
  });
  useStore(journal.changes);
  useTexts(true);
  const box = useRef(null);
  useEffect(() => {
    box.current?.querySelector(".marked")?.scrollIntoView({ block: "center" });
  }, [marked, value !== null]);
  return html`<article class="pane detail" aria-label="Transcript" ref=${box}>
    <header class="bar">
      <h2><code>${id}</code></h2>
      <a class="close" href=${link("conversations")} title="Close (Esc)">Close</a>
    </header>
    ${error && html`<${Problem} error=${error} />`}
    ${value && html`<p class="small">${count(value.messages.length, "message")} of instance <code>${value.instance_id}</code> · <a href=${link("calls", "", { q: `conversation:${id}` })}>its calls</a></p>
    <ol class="chat">${value.messages.map((message) => html`<${Message} key=${message.message_id} message=${message} isMarked=${message.message_id === marked} id=${id} instance=${instance} />`)}</ol>`}
  </article>`;
}

function Message({ message, isMarked, id, instance }) {
  const { role, content, position, message_id: messageId, recorded_at: at, metadata } = message;
  const call = journal.thatRecorded(messageId);
  const attribution = { user: message.user_id, customer: message.customer_id, session: message.session_id };
  return html`<li class=${`message ${role} ${isMarked ? "marked" : ""}`}>
    <p class="small"><b>${role}</b> <a href=${link("conversations", id, { instance, m: messageId })} title="Link to this message">${position}</a> <${Time} at=${at} />
      ${call && html` <a class="call-link" href=${link("calls", call.number)} title="The call that brought it">#${call.number}</a>`}</p>
    <p class="bubble">${content === "" ? html`<i class="quiet">(empty)</i>` : content}</p>
    <${Facts} of=${{ ...attribution, id: html`<code>${messageId}</code>` }} />
    ${metadata && Object.keys(metadata).length > 0 && html`<details><summary>metadata</summary><${Json} text=${JSON.stringify(metadata)} label="Metadata" /></details>`}
  </li>`;
}
