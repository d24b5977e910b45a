// The form of one appeal: each field saved by itself as it is typed, and nothing typed is ever lost.
import { showGuide, startFinder } from "./appeal_reasons.js";
import { shown } from "./appeal_shown.js";
import { watch } from "./appeal_watch.js";

const form = document.getElementById("appeal");
const csrf = document.querySelector("meta[name=csrf]").content;
const TYPED = 500; // ms without a key: then the field is saved
const AGAIN = [500, 1000, 2000, 3000]; // ms between two tries while the console is away
const away = document.getElementById("away");
export const fields = new Map();

export function post(path, values, more = {}) {
  return fetch(`/appeals/${path}`, {
    method: "POST", headers: { "X-CSRF": csrf }, body: new URLSearchParams(values), redirect: "manual", ...more,
  });
}

class Field {
  constructor(box) {
    this.box = box;
    this.id = box.dataset.field;
    this.controls = [...box.querySelectorAll(`[name="f.${this.id}"]`)];
    this.version = box.querySelector(`[name="v.${this.id}"]`);
    this.known = this.text; // what the register has, as far as this page knows
    this.change = ""; // the id of this text's saving: the same for each try of it, another for another text
    this.tried = new Set(); // texts that were sent and not answered: they may stand in the register by now
    this.timer = 0;
    this.busy = null;
    this.tries = 0;
    this.asks = false; // a conflict waits for its answer
  }
  get base() { return Number(this.version.value); }
  set base(number) { this.version.value = number; }
  get text() {
    const [first] = this.controls;
    if (first.type === "radio") return this.controls.find((one) => one.checked)?.value ?? "";
    return first.value;
  }
  set text(text) {
    const [first] = this.controls;
    if (first.type === "radio") for (const one of this.controls) one.checked = one.value === text;
    else {
      if (first.tagName === "SELECT" && ![...first.options].some((one) => one.value === text)) first.add(new Option(text, text));
      first.value = text;
    }
  }
  get dirty() { return this.text !== this.known; }
  get focused() { return this.controls.includes(document.activeElement); }
  get key() { return `appeal ${form.dataset.me} ${form.dataset.id} ${this.id}`; }
  say(text) { this.box.querySelector(".saved").textContent = text; }
  wrong(text) {
    const line = this.box.querySelector(".wrong");
    line.textContent = text;
    line.hidden = !text;
    for (const one of this.controls) one.toggleAttribute("aria-invalid", Boolean(text));
  }
  keep() { sessionStorage.setItem(this.key, JSON.stringify({ text: this.text, base: this.base, change: this.change })); }
  forget() { sessionStorage.removeItem(this.key); }

  typed(soon) {
    shown(fields);
    clearTimeout(this.timer);
    if (!this.dirty) { if (!this.busy) this.forget(); return; }
    this.change = newId();
    this.keep();
    if (!this.asks) this.timer = setTimeout(() => this.save(), soon ? 0 : TYPED);
  }
  save() {
    clearTimeout(this.timer);
    if (this.busy || this.asks || !this.dirty) return this.busy;
    this.busy = this.send().finally(() => {
      this.busy = null;
      if (!this.dirty || this.asks) return;
      if (this.tries) this.timer = setTimeout(() => this.save(), AGAIN[Math.min(this.tries, AGAIN.length) - 1]);
      else this.typed(true);
    });
    return this.busy;
  }
  async send() {
    const text = this.text;
    const change = this.change ||= newId();
    this.say(form.dataset.saving);
    let answer = null, told = {};
    try {
      const asked = { field: this.id, text, base: this.base, change };
      answer = await post(`${form.dataset.id}/field`, asked, { signal: AbortSignal.timeout(35000) });
      if ([200, 409, 422].includes(answer.status)) told = await answer.json();
    } catch { answer = null; }
    if (told.saved) return this.saved(text, told);
    if (told.conflict && this.tried.has(told.conflict.text.trim())) { // it was saved, only its answer was lost
      this.base = told.conflict.version;
      this.known = told.conflict.text;
      if (this.dirty) return undefined;
      return this.saved(text, { saved: { version: this.base, text: this.known, at: told.conflict.at }, wrong: "" });
    }
    if (told.conflict) return this.conflict(told.conflict);
    if (told.refused) { this.known = this.text; this.tries = 0; this.say(form.dataset.unsaved); return this.wrong(told.refused); }
    this.tries += 1;
    this.tried.add(text.trim());
    this.say(form.dataset.waiting);
    unreached(answer && [401, 403].includes(answer.status) ? away.dataset.out : away.dataset.away);
  }
  saved(text, told) {
    this.base = told.saved.version;
    this.tries = 0;
    this.known = text;
    this.tried.clear();
    if (!this.dirty) {
      this.change = "";
      this.forget();
      if (!this.focused || this.controls[0].type === "radio") { this.text = told.saved.text; }
      this.known = this.text;
    } else this.keep();
    this.say(form.dataset.saved.replace("{time}", told.saved.at));
    this.wrong(told.wrong);
    reached();
    watch.soon();
  }
  conflict(theirs) {
    this.asks = true;
    this.tries = 0;
    reached();
    this.say(form.dataset.unsaved);
    const box = this.box.querySelector(".conflict");
    const wrote = form.dataset.wrote.replace("{person}", theirs.by || "—").replace("{time}", theirs.at || "—");
    const end = (text) => {
      this.base = theirs.version;
      this.known = theirs.text;
      this.change = "";
      this.asks = false;
      box.hidden = true;
      box.replaceChildren();
      this.text = text;
      this.controls[0].focus();
      if (this.dirty) this.typed(true);
      else { this.forget(); this.say(form.dataset.saved.replace("{time}", theirs.at || "—")); shown(fields); }
    };
    const mine = this.text;
    box.replaceChildren(
      line("p", wrote), line("blockquote", this.word(theirs.text)), line("p", form.dataset.yours), line("blockquote", this.word(mine)),
      button(form.dataset.keep, () => end(this.text)), button(form.dataset.take, () => end(theirs.text)),
    );
    box.hidden = false;
  }
  word(text) {
    const [first] = this.controls;
    if (first.type === "radio") return this.controls.find((one) => one.value === text)?.parentElement.textContent.trim() || "—";
    if (first.tagName === "SELECT") return [...first.options].find((one) => one.value === text)?.text || "—";
    return text || "—";
  }
  // What another writer saved meanwhile, where nothing was typed here.
  learn(told) {
    if (told.version <= this.base || this.dirty || this.busy || this.asks || this.focused) return;
    this.base = told.version;
    this.text = told.text;
    this.known = this.text;
    this.say(`${form.dataset.saved.replace("{time}", told.at)} · ${told.by}`);
  }
}

function line(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
function button(text, act) {
  const made = line("button", text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}
function newId() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((one) => one.toString(16).padStart(2, "0")).join("");
}
function unreached(text) {
  if (away.textContent !== text) away.textContent = text;
  away.hidden = false;
}
function reached() {
  if ([...fields.values()].every((one) => !one.tries)) away.hidden = true;
  else for (const one of fields.values()) if (one.tries && !one.busy) one.save();
}

// Words that a page of this appeal could not save before it was closed or reloaded: they go on from there.
function restore() {
  for (const field of fields.values()) {
    const kept = sessionStorage.getItem(field.key);
    if (!kept) continue;
    const { text, base, change } = JSON.parse(kept);
    if (text === field.known) { field.forget(); continue; }
    field.text = text;
    field.base = base;
    field.change = change;
    field.save();
  }
  const mine = `appeal ${form.dataset.me} `;
  for (const key of Object.keys(sessionStorage)) if (key.startsWith("appeal ") && !key.startsWith(mine)) sessionStorage.removeItem(key);
}

// A step's button waits for what is on its way, so that no version in the form is an old one.
let flushed = false;
async function flush(event) {
  if (flushed) return;
  const open = [...fields.values()].filter((one) => one.dirty || one.busy);
  if (!open.length) return;
  event.preventDefault();
  const button_ = event.submitter;
  await Promise.race([Promise.all(open.map((one) => one.save())), new Promise((done) => setTimeout(done, 3000))]);
  if ([...fields.values()].some((one) => one.asks)) return;
  flushed = true;
  form.requestSubmit(button_);
  flushed = false;
}

if (form) {
  for (const box of form.querySelectorAll(".field")) fields.set(box.dataset.field, new Field(box));
  shown(fields);
  if (form.dataset.writes) {
    const of = (event) => fields.get(event.target.closest(".field")?.dataset.field);
    const typed = (event, soon) => { if (event.target.name?.startsWith("f.")) of(event)?.typed(soon); };
    form.addEventListener("input", (event) => typed(event, event.target.type === "radio"));
    form.addEventListener("change", (event) => typed(event, true));
    form.addEventListener("submit", flush);
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("input")) event.preventDefault(); // no step by chance
    });
    addEventListener("pagehide", () => { post(`${form.dataset.id}/left`, {}, { keepalive: true }).catch(() => {}); });
    restore();
    startFinder(form, fields, post);
    watch.start(form, fields, post);
  }
  document.getElementById("i-reason")?.addEventListener("change", (event) => showGuide(event.target.value, post));
}
const told = document.querySelector("#plan-title") || document.querySelector("[role=alert]:not([hidden])");
if (told && !location.hash) told.scrollIntoView({ block: "start" });
document.getElementById("plan-title")?.focus({ preventScroll: true });
