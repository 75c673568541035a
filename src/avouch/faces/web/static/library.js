// Adding documents: what is chosen goes to the API in batches; each is followed until it is taken in.

import { forget, todo, what } from "./page.js";

const form = document.getElementById("upload");
const drop = form.querySelector(".drop");
const start = form.querySelector("button.main");
const clear = form.querySelector("[data-clear]");
const place = { chosen: document.getElementById("chosen"), progress: document.getElementById("progress"), bars: document.getElementById("bars"), now: document.getElementById("now"), report: document.getElementById("report") };
const limit = { files: +form.dataset.files, file: +form.dataset.fileBytes, batch: Math.min(+form.dataset.uploadBytes * 0.95, 100e6) };
const PART = 400; // bytes around each file in a form
const PASSING = /^(\.|~\$)|^(thumbs\.db|desktop\.ini|__macosx)$|\.(tmp|part|crdownload|swp)$/i;
const BAD = /[\\:*?"<>|\u0000-\u001f\u007f]|^\s|[\s.]$/;
let files = []; // { file, path, tree }
let busy = false;

const made = (tag, text = "", name = "") => Object.assign(document.createElement(tag), { textContent: text, className: name });
const size = (bytes) => (bytes < 1000 ? `${bytes} bytes` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`);
const count = (n, one, many = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

// Choosing

function wrong({ file, path }) {
  if (file.size === 0) return "is empty";
  if (file.size > limit.file) return `has ${size(file.size)}; at most ${size(limit.file)} are taken`;
  if (path.split("/").some((part) => BAD.test(part) || new TextEncoder().encode(part).length > 200)) return "has a name that is not a plain one";
  return path.split("/").length > 12 ? "lies in too many folders" : "";
}

function choose(some) {
  const known = new Set(files.map((one) => one.path));
  for (const one of some) {
    if (known.has(one.path) || one.path.split("/").some((part) => PASSING.test(part))) continue;
    known.add(one.path);
    files.push(one);
  }
  told();
}

function told() {
  const bad = files.filter(wrong), good = files.length - bad.length;
  place.chosen.replaceChildren();
  start.disabled = busy || !good;
  clear.hidden = busy || !files.length;
  if (!files.length) return;
  const all = files.reduce((sum, one) => sum + (wrong(one) ? 0 : one.file.size), 0);
  place.chosen.append(made("p", `${count(good, "file")} to add, ${size(all)} in all.${bad.length ? ` ${count(bad.length, "file")} will not be sent:` : ""}`));
  const list = made("ul", "", "rows chosen");
  list.tabIndex = 0;
  for (const one of [...bad, ...files.filter((one) => !wrong(one))].slice(0, 200)) {
    const item = made("li"), line = made("div", "", "line"), why = wrong(one);
    line.append(made("bdi", one.path), made("span", why ? `✕ ${why}` : size(one.file.size), why ? "chip bad push" : "push soft small"));
    item.append(line);
    list.append(item);
  }
  if (files.length > 200) list.append(made("li", `and ${count(files.length - 200, "file")} more`, "soft small"));
  place.chosen.append(list);
}

const plain = (file) => ({ file, path: file.webkitRelativePath ? file.webkitRelativePath.split("/").slice(1).join("/") : file.name, tree: !!file.webkitRelativePath });

async function within(entry, above) {
  const path = above ? `${above}/${entry.name}` : entry.name;
  if (entry.isFile) return [{ file: await new Promise((done, failed) => entry.file(done, failed)), path, tree: path.includes("/") }];
  const reader = entry.createReader(), found = [];
  for (;;) { // a reader hands out a hundred at a time
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return found;
    for (const one of some) found.push(...await within(one, path));
  }
}

async function dropped(event) {
  const entries = [...event.dataTransfer.items].map((one) => one.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return choose([...event.dataTransfer.files].map(plain));
  for (const one of entries) {
    if (one.isFile) choose(await within(one, ""));
    else choose((await within(one, "")).map((found) => ({ ...found, path: found.path.split("/").slice(1).join("/"), tree: true })));
  }
}

for (const button of form.querySelectorAll("[data-pick]")) button.onclick = () => document.getElementById(button.dataset.pick).click();
for (const input of form.querySelectorAll("input[type=file]")) input.onchange = () => { choose([...input.files].map(plain)); input.value = ""; };
clear.onclick = () => { files = []; told(); };
for (const name of ["dragenter", "dragover"]) addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("over"); });
addEventListener("drop", (event) => { event.preventDefault(); drop.classList.remove("over"); if (!busy) dropped(event); });

// Sending

function batches(some) {
  const found = [];
  let bytes = Infinity, last = null;
  for (const one of some) {
    if (bytes + one.file.size + PART > limit.batch || last.length >= limit.files) { found.push(last = []); bytes = 0; }
    last.push(one);
    bytes += one.file.size + PART;
  }
  return found;
}

function bar(words) {
  const label = made("label", words), progress = made("progress");
  progress.max = 1;
  progress.value = 0;
  label.append(progress);
  place.bars.append(label);
  return { at: (part, text) => { progress.value = part; label.firstChild.textContent = text; } };
}

// One form, with how much of it was sent. Fails with a problem: what happened, what to do.
function send(batch, fields, sent) {
  return new Promise((done, failed) => {
    const body = new FormData(), request = new XMLHttpRequest();
    for (const [name, value] of Object.entries(fields)) if (name !== "source" && value) body.append(name, value);
    for (const one of batch) body.append(one.tree ? "tree" : "files", one.file, one.path);
    request.open("POST", `/api/v1/sources/${encodeURIComponent(fields.source)}/files`);
    request.setRequestHeader("accept", "application/json");
    const purpose = document.querySelector("form[action='/purpose'] input[name=purpose]")?.defaultValue;
    if (purpose) request.setRequestHeader("avouch-purpose", purpose);
    request.responseType = "json";
    request.upload.onprogress = (event) => sent(event.loaded / (event.total || 1), event.loaded);
    request.onload = () => (request.status === 202 ? done(request.response) : failed(request.response ?? { detail: `The service answered ${request.status}.` }));
    request.onerror = () => failed({ lost: true, detail: "The connection was lost while files were being sent.", todo: "What was taken in before stays. Press “Go on” to send the rest; files that did arrive cost nothing." });
    request.send(body);
  });
}

// Its events until the end; a lost connection is taken up again, and where that is not possible it is said.
function follow(job, seen) {
  return new Promise((done, failed) => {
    const source = new EventSource(`/api/v1/jobs/${job.id}/events`);
    const end = (how, what) => { source.close(); how(what); };
    source.addEventListener("progress", (event) => seen(JSON.parse(event.data)));
    source.addEventListener("report", (event) => end(done, JSON.parse(event.data).report));
    source.addEventListener("problem", (event) => end(failed, JSON.parse(event.data)));
    source.onerror = () => {
      if (source.readyState === EventSource.CONNECTING) { place.now.textContent = "The connection was lost; trying to follow it again …"; return; }
      end(failed, { lost: true, detail: "It cannot be followed any more: the server was restarted, or you were signed out.", todo: "What was recorded stays. Press “Go on” to send the files again: those that were taken in cost nothing." });
    };
  });
}

const sum = { added: 0, changed: 0, unchanged: 0, raised: 0, quarantined: 0, problems: [] };

function reported(over) {
  place.report.replaceChildren();
  const line = made("p", `${count(sum.added, "document")} added, ${sum.changed} changed, ${sum.unchanged} unchanged.`);
  place.report.append(line);
  if (sum.raised) place.report.append(made("p", `Of ${count(sum.raised, "document")} the class was raised, because of what is in them: fewer people see them than was declared.`));
  if (sum.quarantined) {
    const text = made("p", `${count(sum.quarantined, "passage seems", "passages seem")} to give orders to a machine; what may be found of that is decided in `), link = made("a", "quarantine");
    link.href = "/library/quarantine";
    text.append(link, ".");
    place.report.append(text);
  }
  if (sum.problems.length) {
    const box = made("details", "", "note warn"), list = made("ul", "", "rows");
    box.open = true;
    box.append(made("summary", `${count(sum.problems.length, "file")} could not be taken in`));
    for (const one of sum.problems.slice(0, 500)) {
      const item = made("li");
      const why = one.message.startsWith(`${one.key}: `) ? one.message.slice(one.key.length + 2) : one.message;
      item.append(made("bdi", one.key), made("p", `${why}.`, "small"), made("p", todo(one), "small soft"));
      list.append(item);
    }
    box.append(list);
    place.report.append(box);
  }
  if (over) {
    const link = made("a", "To the library", "button");
    link.href = "/library";
    place.report.append(link);
  }
}

function stopped(problem, go) {
  const box = made("div", "", "note bad");
  box.role = "alert";
  box.append(made("strong", what(problem, "It did not work.")), made("p", todo(problem)));
  if (problem.status === 401) {
    const link = made("a", "Sign in again");
    link.href = `/signin?next=${encodeURIComponent("/library/upload")}`;
    box.append(link);
  } else {
    const button = made("button", "Go on");
    button.type = "button";
    button.onclick = go;
    box.append(button);
  }
  place.report.append(box);
  place.now.textContent = "Stopped.";
}

async function add(list, from = 0) {
  const fields = Object.fromEntries(new FormData(form));
  const all = batches(list);
  busy = true;
  told();
  place.progress.hidden = false;
  place.bars.replaceChildren();
  place.report.replaceChildren();
  const up = bar("Sent"), taken = bar("Taken in");
  const total = list.reduce((one, two) => one + two.file.size, 0);
  const sentBefore = all.slice(0, from).flat();
  let before = sentBefore.reduce((one, two) => one + two.file.size, 0), finished = sentBefore.length, at = from;
  try {
    for (; at < all.length; at++) {
      const which = all.length > 1 ? `Part ${at + 1} of ${all.length}: ` : "";
      const bytes = all[at].reduce((one, two) => one + two.file.size, 0);
      place.now.textContent = `${which}sending ${count(all[at].length, "file")} …`;
      const job = await send(all[at], fields, (part) => up.at((before + part * bytes) / (total || 1), `Sent ${size(Math.round(before + part * bytes))} of ${size(total)}`));
      before += bytes;
      place.now.textContent = `${which}waiting to be read …`;
      const report = await follow(job, ({ done, total: found }) => {
        place.now.textContent = `${which}reading, classifying, embedding …`;
        taken.at((finished + Math.min(done, all[at].length)) / list.length, `Taken in ${(finished + done).toLocaleString("en")} of ${(finished + Math.max(found, all[at].length)).toLocaleString("en")}`);
      });
      finished += all[at].length;
      taken.at(finished / list.length, `Taken in ${finished.toLocaleString("en")} of ${count(list.length, "file")}`);
      for (const name of Object.keys(sum)) sum[name] = name === "problems" ? [...sum.problems, ...report.problems] : sum[name] + (report[name] ?? 0);
      reported(at + 1 === all.length);
    }
    place.now.textContent = sum.added + sum.changed ? "Done. What is new can be asked about now." : "Done. Nothing is new.";
    forget("upload");
    files = [];
  } catch (problem) {
    reported(false);
    stopped(problem, () => add(list, at));
  } finally {
    busy = false;
    told();
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const good = files.filter((one) => !wrong(one));
  if (busy || !good.length) return;
  Object.assign(sum, { added: 0, changed: 0, unchanged: 0, raised: 0, quarantined: 0, problems: [] });
  add(good);
});
addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });
