// On every page: times in the reader's zone, what was typed kept, one menu open at a time.

const zoned = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export function times(root = document) {
  for (const one of root.querySelectorAll("time[datetime*=T]:not([data-local])")) {
    one.textContent = zoned.format(new Date(one.dateTime));
    one.dataset.local = "";
  }
}

// What went wrong, and what to do, as a page says it: the API tells programs, and names keys and commands.
export const what = (problem, otherwise) => (problem.status === 401 ? "You are not signed in any more." : problem.detail ?? otherwise);

export function todo(problem) {
  if (problem.status === 401) return "Please sign in again.";
  const told = problem.todo ?? "";
  if (!told.includes("`avouch")) return told;
  const said = JSON.parse(document.querySelector("form[data-todo]")?.dataset.todo ?? "{}");
  return said[problem.code] ?? said[""] ?? "";
}

// A form with data-keep="name" keeps what its reader typed, in this tab and for this reader, until it was sent and done.
// With each field stands what the page had drawn in it: where a page draws something else, that is newer.
const person = document.body.dataset.person ?? "";
const keyOf = (name) => `avouch:${person}:${name}`;
const SENT = keyOf(".sent"), DONE = "avouch-sent=";
const ours = () => Object.keys(sessionStorage).filter((key) => key.startsWith("avouch:"));
const ticked = (one) => ["checkbox", "radio"].includes(one.type);
const nameOf = (one) => (ticked(one) ? `${one.name}=${one.value}` : one.name);
const now = (one) => (ticked(one) ? one.checked : one.value);
const chosen = (one) => ([...one.options].find((option) => option.defaultSelected) ?? one.options[0])?.value ?? "";
const drawnIn = (one) => (ticked(one) ? one.defaultChecked : one.options ? chosen(one) : one.defaultValue);
const alike = (a, b) => (typeof a === "string" && typeof b === "string" ? a.trim() === b.trim() : a === b);

function held(key) {
  try { return JSON.parse(sessionStorage.getItem(key) ?? "{}"); } catch { return {}; }
}

function cleared() {
  for (const key of ours()) if (person ? !key.startsWith(keyOf("")) : key.endsWith(":.sent")) sessionStorage.removeItem(key);
  if (!person || !document.cookie.includes(DONE)) return;
  document.cookie = `${DONE}; path=/; max-age=0; samesite=lax`;
  const sent = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  if (sent) sessionStorage.removeItem(sent);
}

function kept(form) {
  const key = keyOf(form.dataset.keep), before = held(key);
  const never = ["hidden", "password", "file", "submit", "button"];
  const fields = [...form.elements].filter((one) => one.name && !never.includes(one.type) && one.dataset.unkept === undefined);
  let again = false;
  for (const one of fields) {
    const [drawn, typed] = before[nameOf(one)] ?? [];
    if (typed === undefined || !alike(drawn, drawnIn(one)) || now(one) !== drawnIn(one) || alike(typed, now(one))) continue;
    if (ticked(one)) one.checked = typed; else one.value = typed;
    again = true;
    for (let at = one.closest("details"); at; at = at.parentElement?.closest("details")) at.open = true;
  }
  if (again) form.append(told(form, key));
  form.addEventListener("input", () => {
    const all = held(key);
    for (const one of fields) {
      const [drawn, typed] = all[nameOf(one)] ?? [];
      if (typed === undefined && now(one) === drawnIn(one)) continue;
      const same = typed !== undefined && (alike(drawn, drawnIn(one)) || alike(typed, drawnIn(one)));
      all[nameOf(one)] = [same ? drawn : drawnIn(one), now(one)];
    }
    sessionStorage.setItem(key, JSON.stringify(all));
  });
}

function told(form, key) {
  const line = Object.assign(document.createElement("p"), { className: "again small soft", textContent: "What you typed before is here again. " });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet small", textContent: "Begin anew" });
  button.onclick = () => { sessionStorage.removeItem(key); form.reset(); line.remove(); };
  line.append(button);
  return line;
}

export function forget(name) {
  sessionStorage.removeItem(keyOf(name));
  document.querySelector(`form[data-keep="${name}"] .again`)?.remove();
}

// A button that was pressed says that it works.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const button = event.submitter ?? event.target.querySelector("button");
  if (event.target.dataset.sure && !confirm(event.target.dataset.sure)) return event.preventDefault();
  const keep = event.target.dataset.keep;
  if (keep) sessionStorage.setItem(SENT, keyOf(keep)); else sessionStorage.removeItem(SENT);
  if (button && event.target.method === "post") setTimeout(() => { button.disabled = true; button.setAttribute("aria-busy", "true"); });
});
document.querySelector("form[action='/signout']")?.addEventListener("submit", () => ours().forEach((key) => sessionStorage.removeItem(key)));
addEventListener("pageshow", () => {
  for (const one of document.querySelectorAll("button[aria-busy]")) { one.disabled = false; one.removeAttribute("aria-busy"); }
});
document.addEventListener("click", (event) => {
  for (const one of document.querySelectorAll("details.who[open]")) if (!one.contains(event.target)) one.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const one of document.querySelectorAll("details.who[open]")) one.open = false;
});

// Going back to an address that a script had gone on from draws its page again.
let drawn = location.pathname;
export function moved(path) { history.pushState(null, "", path); drawn = path; }
addEventListener("popstate", () => { if (location.pathname !== drawn) location.reload(); });

const here = document.querySelector(".bar nav [aria-current]"); // to scroll it into view would move the focus there
if (here) here.closest("ul").scrollLeft = here.offsetLeft - here.closest("ul").offsetLeft - 24;
times();
cleared();
document.querySelectorAll("form[data-keep]").forEach(kept);
