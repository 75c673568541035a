// A claim and the words that it rests on light up together; n and p go from one to the next.

let at = -1;

export function cite(root = document) {
  const claims = [...root.querySelectorAll(".claim")];
  const marks = [...root.querySelectorAll("[data-claims]")];
  const anchors = [...root.querySelectorAll(".cite[data-anchor]")];
  at = -1;

  function light(number, scroll) {
    for (const one of claims) one.classList.toggle("lit", one.dataset.claim === number);
    let first = null;
    for (const one of marks) {
      const lit = number !== null && one.dataset.claims.split(" ").includes(number);
      one.classList.toggle("lit", lit);
      first ??= lit ? one : null;
    }
    if (scroll && first) within(first);
  }

  // Only the sources move: the reader's place in the answer stays.
  function within(mark) {
    const pane = mark.closest(".sources");
    if (pane && pane.scrollHeight > pane.clientHeight) {
      const box = pane.getBoundingClientRect();
      const seen = Math.min(box.bottom, innerHeight) - box.top;  // the page may show only the upper part of them
      pane.scrollTo({ top: mark.getBoundingClientRect().top - box.top + pane.scrollTop - seen / 3 });
    }
  }

  for (const claim of claims) {
    claim.addEventListener("mouseenter", () => light(claim.dataset.claim, true));
    claim.addEventListener("focusin", () => light(claim.dataset.claim, true));
  }
  root.querySelector(".claims")?.addEventListener("mouseleave", () => light(null, false));

  function go(step) {
    if (!anchors.length) return;
    at = (at + step + anchors.length) % anchors.length;
    anchors[at].focus({ preventScroll: false });
  }
  cite.go = go;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  if (event.key === "n") cite.go?.(1);
  if (event.key === "p") cite.go?.(-1);
});

cite();
