// The link to a voucher is all that it takes to share it: whoever opens it sees what they may.

const copied = document.querySelector("#copied");
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const path = location.pathname.replace(/\/replay$/, "");
    try {
      await navigator.clipboard.writeText(location.origin + path);
      copied.textContent = "Copied. Whoever opens it sees what they may.";
    } catch {
      copied.textContent = `The browser did not allow it. The link: ${location.origin}${path}`;
    }
  });
}
