// Keeps a page true: one stream of whole states, and a plain word when there is none (decision 0050).
import "./confirm.js";
import { main, say } from "./messages.js";
import "./page.js";

const place = document.getElementById("board");
const stale = document.getElementById("stale");
const stamp = document.getElementById("stamp");
const QUIET = 2500; // ms without a sign of life: no longer fresh
const SLEPT = 3000; // ms between two ticks: the machine slept or the tab was frozen
const UNSEEN = 10000; // ms: a tab hidden so long lets its stream go

let source = null;
let offset = 0; // server's clock minus ours, ms
let lastSign = moment(); // the last sign of life
let openedAt = moment();
let lastTrue = null; // server's clock, ms: until then what is shown was true
let shown = 0; // event number
let first = true; // the next board is the first of its connection: it counts, whatever its number
let lastTick = performance.now();
let retry = 0;
let turn = 0;
let hiddenAt = null;

// Two clocks: one stands still while the machine sleeps, the other may be set back. The longer time counts.
function moment() {
  return { steady: performance.now(), wall: Date.now() };
}
function ago(then) {
  return Math.max(performance.now() - then.steady, Date.now() - then.wall);
}

function clock(ms) {
  return new Date(ms).toLocaleTimeString("kk-KZ", {
    hour12: false, timeZone: main.dataset.zone, hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
}

function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const h = Math.floor(whole / 3600), m = Math.floor(whole / 60) % 60, s = whole % 60;
  const two = (n) => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

function tickTimes() {
  const now = (Date.now() + offset) / 1000;
  for (const each of document.querySelectorAll("time[data-since]")) {
    const seconds = now - Number(each.dataset.since);
    const text = span(seconds);
    if (each.textContent !== text) each.textContent = text;
    if (each.dataset.warn) {
      each.classList.toggle("warn", seconds >= Number(each.dataset.warn) && seconds < Number(each.dataset.critical));
      each.classList.toggle("critical", seconds >= Number(each.dataset.critical));
    }
  }
  for (const each of document.querySelectorAll("time[data-until]")) {
    const text = span(Math.ceil(Number(each.dataset.until) - now));
    if (each.textContent !== text) each.textContent = text;
  }
}

function markStale() {
  if (!stale.hidden) return;
  const since = lastTrue === null ? "—" : clock(lastTrue);
  stale.textContent = stale.dataset.text.replace("{time}", since);
  stale.hidden = false;
  main.classList.add("is-stale");
  for (const each of document.querySelectorAll("#board button, #board select")) each.disabled = true;
}

function markFresh() {
  stale.hidden = true;
  main.classList.remove("is-stale");
}

function agree(told) {
  // The server's clock rules: a browser's may be wrong by minutes. Small differences are the network's.
  const found = told.at * 1000 - Date.now();
  if (Math.abs(found - offset) > 300) offset = found;
}

function trueFor(told) {
  shown = told.event;
  place.dataset.event = told.event;
  lastTrue = told.at * 1000;
  stamp.textContent = stamp.dataset.text.replace("{number}", told.event).replace("{time}", clock(lastTrue));
}

async function show(board) {
  if (!first && board.event < shown) return;
  first = false;
  agree(board);
  const before = rowsNow();
  await htmx.swap({ sourceElement: place, target: place, swap: "innerMorph", text: board.html });
  noteMoves(before);
  for (const each of document.querySelectorAll("select.takers"))
    if (each.value && each !== document.activeElement) fill(each);
  trueFor(board);
  if (board.fresh) markFresh();
  else {
    if (board.since) lastTrue = board.since * 1000;
    stale.hidden = true; // the time may have changed
    markStale();
  }
  tickTimes();
  document.dispatchEvent(new CustomEvent("board", { detail: board }));
}

// A board that comes while a button is being pressed waits until it is released: rows must not move under it.
const HELD = 1000; // ms: a press whose end was never told
let pressed = false;
let pressedAt = 0;
let newest = null;
function take(board) {
  newest = board;
  if (!pressed || performance.now() - pressedAt > HELD) release();
}
function release() {
  pressed = false;
  const board = newest;
  newest = null;
  if (board) show(board);
}

// A click on a row that a new board has just moved there was meant for the row that was there before.
const MOVED = 700; // ms
let moves = [];
function rowsNow() {
  return [...place.querySelectorAll("tr[id]")].map((row) => {
    const { top, bottom } = row.getBoundingClientRect();
    return { id: row.id, top: top + scrollY, bottom: bottom + scrollY };
  });
}
function noteMoves(before) {
  const tops = new Map(before.map(({ id, top }) => [id, top]));
  const moved = new Set(rowsNow().filter(({ id, top }) => tops.get(id) !== top).map(({ id }) => id));
  const now = performance.now();
  moves = moves.filter(({ at }) => now - at < MOVED);
  if (moved.size) moves.push({ at: now, before, moved });
}
function movedUnder(event) {
  const row = event.target.closest("details") ? null : event.target.closest("tr[id]"); // what hangs open was opened
  const y = event.clientY + scrollY, now = performance.now();
  return Boolean(row) && moves.some(({ at, before, moved }) => {
    const was = now - at < MOVED && moved.has(row.id) && before.find(({ top, bottom }) => top <= y && y < bottom);
    return was && was.id !== row.id;
  });
}

// Who can take a caller stands once in the page; a row's select is filled when a person comes near it.
function fill(select) {
  const every = document.getElementById("takers");
  if (!every) return;
  const chosen = select.value;
  const told = [...every.options].map((one) => new Option(one.text, one.value));
  select.replaceChildren(select.options[0], ...told);
  select.value = told.some((one) => one.value === chosen) ? chosen : ""; // nobody else takes the place of one who left
}
function near(event) {
  const select = event.target.closest?.("select.takers");
  if (select && (event.type !== "pointerover" || document.activeElement !== select)) fill(select);
}

function open() {
  if (source) source.close();
  first = true;
  openedAt = moment();
  const mine = source = new EventSource(main.dataset.stream);
  mine.addEventListener("board", (message) => {
    if (mine !== source) return;
    lastSign = moment();
    retry = 0;
    take(JSON.parse(message.data));
  });
  mine.addEventListener("beat", (message) => {
    if (mine !== source) return;
    lastSign = moment();
    const beat = JSON.parse(message.data);
    agree(beat);
    if (!beat.fresh) {
      if (beat.since) lastTrue = beat.since * 1000;
      markStale();
    } else if (!first && !stale.hidden) open(); // after any gap the whole state is fetched again
    else if (!first && !newest) trueFor(beat); // what this page shows is the same for this event
  });
  mine.addEventListener("signed-out", () => location.assign("/sign-in?ended=1"));
  mine.onerror = () => {
    if (mine !== source) return;
    markStale();
    shut();
    knock();
    retry = Math.min(retry + 1, 2); // at most a second between two tries: right two seconds after the return
  };
}

// A stream that does not open says not why: a session that has ended leads to the door, all else is waited for.
function knock() {
  fetch(main.dataset.stream, { cache: "no-store" }).then((answer) => {
    if (answer.status === 401) location.assign("/sign-in?ended=1");
    answer.body?.cancel();
  }).catch(() => {});
}

function shut() {
  if (source) source.close();
  source = null;
}

function tick() {
  const now = performance.now();
  const slept = now - lastTick > SLEPT;
  lastTick = now;
  tickTimes();
  if (slept || ago(lastSign) > QUIET) markStale();
  if (pressed && now - pressedAt > HELD) release();
  if (document.hidden && hiddenAt !== null && now - hiddenAt > UNSEEN) {
    markStale(); // nobody looks: the stream is another page's (a browser has six for all its tabs)
    shut();
  } else if (slept || source === null || Math.min(ago(lastSign), ago(openedAt)) > 2 * QUIET) {
    // navigator.onLine is not asked: it says "offline" on machines that reach the console well.
    if (slept || (turn = turn + 1) % Math.max(1, retry) === 0) open();
  }
}

if (main) {
  addEventListener("offline", () => { markStale(); shut(); });
  addEventListener("online", () => { retry = 0; open(); });
  addEventListener("pagehide", shut);
  addEventListener("pageshow", (event) => { if (event.persisted) { markStale(); open(); } });
  document.addEventListener("visibilitychange", () => {
    hiddenAt = document.hidden ? performance.now() : null;
    // A hidden tab's timers are slowed: what it shows on return is made anew before it counts.
    if (document.hidden) return;
    if (source === null || performance.now() - lastTick > 1500 || ago(lastSign) > QUIET) markStale();
    open();
  });
  document.addEventListener("pointerdown", (event) => {
    pressed = place.contains(event.target);
    pressedAt = performance.now();
  });
  // The click comes after pointerup, in the same turn of the browser's.
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => setTimeout(release, 0));
  document.addEventListener("click", (event) => {
    const meant = event.detail === 0 || !event.target.closest("#board button") || !movedUnder(event);
    if (meant) return; // detail 0: pressed by keyboard
    event.preventDefault();
    event.stopImmediatePropagation();
    say(main.dataset.moved);
  }, true);
  for (const kind of ["focusin", "pointerover"]) document.addEventListener(kind, near);
  open();
  setInterval(tick, 500);
}
