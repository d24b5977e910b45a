// An open appeal asks every few seconds: who else has it, what they wrote, what is missing, what contradicts.
import { shown } from "./appeal_shown.js";

const EVERY = 8000; // ms
const SOON = 250; // ms after a field was saved
let form, fields, post, timer = 0;

function list(place, rows) {
  place.replaceChildren(...rows.map(([id, text]) => {
    const line = document.createElement("li"), link = document.createElement("a");
    link.href = `#f-${id}`;
    link.textContent = text;
    line.append(link);
    return line;
  }));
}
function label(id) {
  return fields.get(id)?.box.querySelector("legend, label")?.textContent ?? id;
}

function show(told) {
  const others = document.getElementById("others");
  const text = others.dataset.text.replace("{people}", told.others.join(", "));
  if (told.others.length && others.textContent !== text) others.textContent = text;
  others.hidden = !told.others.length;
  for (const [id, value] of Object.entries(told.fields)) fields.get(id)?.learn(value);
  shown(fields);
  for (const place of document.querySelectorAll("#missing [data-moment]")) {
    const ids = told.missing[place.dataset.moment].filter((id) => fields.has(id));
    list(place.querySelector("ul"), ids.map((id) => [id, label(id)]));
    place.hidden = !ids.length;
  }
  document.getElementById("nothing-missing").hidden = Object.values(told.missing).some((ids) => ids.length);
  const doubts = document.getElementById("doubts");
  list(doubts.querySelector("ul"), told.doubts.map((one) => [one.fields[0], one.text]));
  doubts.hidden = !told.doubts.length;
}

async function ask() {
  clearTimeout(timer);
  timer = setTimeout(ask, EVERY);
  try {
    const answer = await post(`${form.dataset.id}/open`, {}, { signal: AbortSignal.timeout(35000) });
    if (answer.status === 200) show(await answer.json());
  } catch { /* away: the fields say so where something waits to be saved */ }
}

// A link to a field opens the way to its control, for hands and for keyboards.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#f-"]');
  const box = link && document.getElementById(link.hash.slice(1));
  if (!box || box.hidden) return;
  event.preventDefault();
  box.scrollIntoView({ block: "center" });
  box.querySelector("input:not([type=hidden]):not([disabled]), select, textarea")?.focus({ preventScroll: true });
});

export const watch = {
  start(form_, fields_, post_) {
    [form, fields, post] = [form_, fields_, post_];
    timer = setTimeout(ask, EVERY);
  },
  soon() { clearTimeout(timer); timer = setTimeout(ask, SOON); },
};
