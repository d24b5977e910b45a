// Reasons found by typing, with the guide of the one that is chosen (A13, A22).
const SOON = 150; // ms

export async function showGuide(id, post) {
  const place = document.getElementById("guide");
  if (!place) return;
  if (!id) { place.hidden = true; return; }
  try {
    const [reason] = await (await post("reasons", { text: id })).json();
    if (reason?.id !== id) return;
    const list = document.createElement("dl");
    for (const one of reason.guide) list.append(item("dt", place.dataset[one.part]), item("dd", one.text));
    place.replaceChildren(item("h3", `${reason.id} ${reason.label}`), list);
    place.hidden = false;
  } catch { place.hidden = true; }
}

function item(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

export function startFinder(form, fields, post) {
  const input = document.getElementById("find-reason");
  const list = document.getElementById("found-reasons");
  if (!input) return;
  input.closest(".finder").hidden = false;
  let timer = 0, turn = 0, at = -1;

  function mark(next) {
    at = next;
    [...list.children].forEach((one, n) => one.setAttribute("aria-selected", n === at ? "true" : "false"));
    const one = list.children[at];
    input.setAttribute("aria-activedescendant", one?.id ?? "");
    one?.scrollIntoView({ block: "nearest" });
  }
  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  }
  function choose(one) {
    if (!one?.dataset.id) return;
    set("reason", one.dataset.id);
    if (!fields.get("topic").text) set("topic", one.dataset.topic);
    input.value = "";
    close();
    showGuide(one.dataset.id, post);
  }
  function set(id, value) {
    const field = fields.get(id);
    field.text = value;
    field.typed(true);
  }
  async function find() {
    const mine = ++turn, text = input.value.trim();
    if (!text) return close();
    let found;
    try { found = await (await post("reasons", { text })).json(); } catch { return; }
    if (mine !== turn) return;
    list.replaceChildren(...(found.length ? found.map((one, n) => {
      const made = item("li", `${one.id} ${one.label} · ${one.direction}`);
      made.id = `reason-${n}`;
      made.dataset.id = one.id;
      made.dataset.topic = one.topic;
      made.setAttribute("role", "option");
      return made;
    }) : [Object.assign(item("li", form.dataset.nothing), { role: "option" })]));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(found.length ? 0 : -1);
  }
  input.addEventListener("input", (event) => {
    event.stopPropagation();
    clearTimeout(timer);
    timer = setTimeout(find, SOON);
  });
  input.addEventListener("keydown", (event) => {
    const last = list.children.length - 1;
    if (event.key === "ArrowDown" && !list.hidden) mark(Math.min(at + 1, last));
    else if (event.key === "ArrowUp" && !list.hidden) mark(Math.max(at - 1, 0));
    else if (event.key === "Enter" && !list.hidden) choose(list.children[at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", () => setTimeout(close, 200));
  list.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(event.target.closest("li")); });
}
