// Television: all queues and each of them in turn, until a person chooses one.
const main = document.querySelector("main");
const QUEUES = ["all", "kk", "ru"];
const EACH = 12000; // ms
let chosen = new URLSearchParams(location.search).get("queue") || "turn";
let at = 0;

function show() {
  main.dataset.turn = chosen === "turn" ? QUEUES[at % QUEUES.length] : chosen;
  for (const each of document.querySelectorAll("[data-turn-to]"))
    each.setAttribute("aria-pressed", String(each.dataset.turnTo === chosen));
}

for (const each of document.querySelectorAll("[data-turn-to]"))
  each.addEventListener("click", () => { chosen = each.dataset.turnTo; at = 0; show(); });
if (!QUEUES.includes(chosen)) chosen = "turn";
show();
setInterval(() => { at += 1; show(); }, EACH);
