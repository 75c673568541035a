// A check goes on in the server: here one sees how far it is, without loading the page again.

import { times } from "./page.js";

async function look() {
  const reply = await fetch(location.pathname, { headers: { accept: "text/html" } });
  if (!reply.ok) return;
  const told = new DOMParser().parseFromString(await reply.text(), "text/html").querySelector("#state");
  if (!told) return;
  document.querySelector("#state").replaceWith(told);
  times(told);
  if (told.querySelector("[data-checking]")) setTimeout(look, 1000);
  else document.querySelector("#heard").textContent = told.querySelector("b").textContent;
}

if (document.querySelector("[data-checking]")) setTimeout(look, 400);
