// While a trial is under way, look again now and then; not while somebody fills in the form.

const WAIT = 5000;

function again() {
  const typing = document.activeElement?.matches("input, select, textarea");
  if (typing || document.hidden) setTimeout(again, WAIT);
  else location.reload();
}
if (document.querySelector("[data-working]")) setTimeout(again, WAIT);
