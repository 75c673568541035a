// Asking without leaving the page: the API tells passages, then claims; the drawn answer takes their place.

import { times, forget, moved, todo, what } from "./page.js";
import { cite } from "./cite.js";

const form = document.querySelector("form.ask");
const place = document.getElementById("answer");
const button = form.querySelector("button.main");
let asking = null;

const made = (tag, text = "", name = "") => Object.assign(document.createElement(tag), { textContent: text, className: name });

function waiting() {
  const box = made("div", "", "sheet working");
  const line = made("p", "Searching what you may see …");
  const stop = made("button", "Stop");
  stop.type = "button";
  stop.onclick = () => asking?.abort();
  box.append(made("progress"), line, made("ol", "", "claims"), stop);
  place.replaceChildren(box);
  document.getElementById("recent")?.setAttribute("hidden", "");
  return box;
}

function wrong(problem) {
  const box = made("div", "", "note bad");
  box.role = "alert";
  box.append(made("strong", what(problem, "The answer did not come.")), made("p", todo(problem)), made("p", "Your question is still in the field above.", "small soft"));
  if (problem.status === 401) {
    const link = made("a", "Sign in again");
    link.href = `/signin?next=${encodeURIComponent("/ask")}`;
    box.append(link);
  }
  place.replaceChildren(box);
}

const did = {
  passages: (box, told) => { box.querySelector("p").textContent = `Read ${told.length} passages; writing down what is supported …`; },
  claim: (box, told) => {
    const item = made("li", "", "claim");
    item.append(made("p", told.text));
    box.querySelector("ol").append(item);
  },
};

async function drawn(id) {
  const reply = await fetch(`/answers/${id}?part`, { credentials: "same-origin" });
  if (!reply.ok) return location.assign(`/answers/${id}`);
  place.innerHTML = await reply.text(); // our own page, escaped where it was drawn
  times(place);
  cite(place);
  forget("ask");
  moved(`/answers/${id}`);
  document.title = `${form.question.value.slice(0, 60)} · Avouch`;
}

async function* events(reply) {
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    held += value;
    for (let end; (end = held.indexOf("\n\n")) >= 0; held = held.slice(end + 2)) {
      const lines = held.slice(0, end).split("\n");
      const name = lines.find((line) => line.startsWith("event:"))?.slice(6).trim();
      const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5)).join("\n");
      if (name && data) yield { name, told: JSON.parse(data) };
    }
  }
}

async function ask() {
  const said = Object.fromEntries([...new FormData(form)].filter(([, value]) => value.trim()));
  if (!said.question) return;
  asking?.abort();
  asking = new AbortController();
  const box = waiting();
  button.disabled = true;
  const purpose = document.querySelector("form[action='/purpose'] input[name=purpose]")?.defaultValue;
  try {
    const headers = { "content-type": "application/json", accept: "text/event-stream", ...(purpose && { "avouch-purpose": purpose }) };
    const reply = await fetch("/api/v1/ask", { method: "POST", headers, body: JSON.stringify(said), signal: asking.signal, credentials: "same-origin" });
    if (!reply.ok) return wrong(await reply.json());
    for await (const { name, told } of events(reply)) {
      if (name === "answer") return await drawn(told.voucher_id);
      if (name === "problem") return wrong(told);
      did[name]?.(box, told);
    }
    wrong({ detail: "The connection was lost before the answer was whole.", todo: "If it was recorded, it stands under your last questions: reload this page. Else ask again." });
  } catch (error) {
    wrong(error.name === "AbortError" ? { detail: "You stopped it.", todo: "What had begun may still be recorded." } : { detail: "The service could not be reached.", todo: "Check your connection, and ask again." });
  } finally {
    button.disabled = false;
    asking = null;
  }
}

form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
form.question.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
});
