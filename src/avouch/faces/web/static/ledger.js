// What takes longer than a moment says that it works.

for (const form of document.querySelectorAll("form[data-working]")) {
  form.addEventListener("submit", () => {
    const said = form.parentElement.querySelector("[role=status]");
    said.hidden = false;
    said.textContent = form.dataset.working;
  });
}
addEventListener("pageshow", () => {
  for (const one of document.querySelectorAll("form[data-working] ~ [role=status]")) one.hidden = true;
});
