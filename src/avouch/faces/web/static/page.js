// On every page: times in the reader's zone, what was typed kept, one menu open at a time.

const zoned = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export function times(root = document) {
  for (const one of root.querySelectorAll("time[datetime*=T]:not([data-local])")) {
    one.textContent = zoned.format(new Date(one.dateTime));
    one.dataset.local = "";
  }
}

// A form with data-keep="name" keeps what was typed in this tab until it was sent and answered well.
function kept(form) {
  const key = `avouch:${form.dataset.keep}`;
  const fields = [...form.elements].filter((one) => one.name && !["hidden", "password", "file"].includes(one.type));
  try {
    const held = JSON.parse(sessionStorage.getItem(key) ?? "{}");
    for (const one of fields) if (!one.value && held[one.name]) one.value = held[one.name];
  } catch { sessionStorage.removeItem(key); }
  form.addEventListener("input", () => {
    sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(fields.map((one) => [one.name, one.value]))));
  });
  if (form.dataset.done !== undefined) sessionStorage.removeItem(key);
}

export const forget = (name) => sessionStorage.removeItem(`avouch:${name}`);

// A button that was pressed says that it works.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const button = event.submitter ?? event.target.querySelector("button");
  if (event.target.dataset.sure && !confirm(event.target.dataset.sure)) return event.preventDefault();
  if (button && event.target.method === "post") setTimeout(() => { button.disabled = true; button.setAttribute("aria-busy", "true"); });
});
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
document.querySelectorAll("form[data-keep]").forEach(kept);
