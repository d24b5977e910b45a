import { main, say } from "./messages.js";

// What cannot be taken back is asked about once: for the one it was asked about, and for no other whose row or
// call has come into its place meanwhile. Escape and the button beside it leave all as it is.
const dialog = document.getElementById("sure");
const DOUBLE_CLICK = 400; // ms: the second half of a double click is no answer
const REPEAT_AFTER = 3000; // ms: what was ordered shows within; so long the same order is not given again
const justOrdered = new Set();
let asked = null; // {form, button, said, at}
let confirmed = null; // the form that was answered for
function orderOf(form) {
  return `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))} ${form.dataset.sure}`;
}
function stillThere() {
  return asked && asked.form.isConnected && orderOf(asked.form) === asked.said;
}
function ask(form, button) {
  if (justOrdered.has(orderOf(form))) return;
  asked = { form, button, said: orderOf(form), at: performance.now() };
  document.getElementById("sure-text").textContent = form.dataset.sure;
  const yes = document.getElementById("sure-yes");
  yes.textContent = button.textContent.trim();
  yes.disabled = false;
  dialog.showModal();
  document.getElementById("sure-no").focus();
}
function confirmAsked() {
  if (!asked || performance.now() - asked.at < DOUBLE_CLICK) return;
  const { form, button, said } = asked, right = stillThere();
  document.getElementById("sure-yes").disabled = true;
  dialog.close();
  if (!right) { if (main) say(main.dataset.gone); return; }
  justOrdered.add(said);
  setTimeout(() => justOrdered.delete(said), REPEAT_AFTER);
  confirmed = form;
  form.requestSubmit(button.isConnected && button.form === form ? button : undefined);
  confirmed = null; // submitted by now, or refused by the browser
}
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.sure) return;
  if (confirmed === form) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!dialog.open) ask(form, event.submitter || form.querySelector("button"));
}, true);
if (dialog) {
  document.getElementById("sure-yes").addEventListener("click", confirmAsked);
  document.getElementById("sure-no").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { asked = null; });
  document.addEventListener("board", () => {
    if (!dialog.open || stillThere()) return;
    dialog.close();
    say(main.dataset.gone);
  });
}
document.addEventListener("htmx:after:swap", (event) => {
  const said = document.getElementById("said");
  if (!said || event.detail.ctx.target !== said) return;
  if (said.querySelector(".bad")) justOrdered.clear(); // refused: it may be ordered again
});
