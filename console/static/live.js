// Keeps a page true: one stream of whole states, and a plain word when there is none (issue 4, truth).
const main = document.querySelector("main[data-stream]");
const place = document.getElementById("board");
const stale = document.getElementById("stale");
const QUIET = 2500; // ms without a sign of life: no longer fresh
const SLEPT = 3000; // ms between two ticks: the machine slept or the tab was frozen

let source = null;
let offset = 0; // server's clock minus ours, ms
let lastSign = Date.now(); // our clock
let openedAt = 0;
let lastTrue = null; // server's clock, ms: until then what is shown was true
let shown = 0; // event number
let first = true; // the next board is the first of its connection: it counts, whatever its number
let lastTick = performance.now();
let retry = 0;
let turn = 0;

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

async function show(board) {
  if (!first && board.event < shown) return;
  first = false;
  shown = board.event;
  offset = board.at * 1000 - Date.now();
  await htmx.swap({ sourceElement: place, target: place, swap: "innerMorph", text: board.html });
  place.dataset.event = board.event;
  if (board.fresh) {
    lastTrue = board.at * 1000;
    markFresh();
  } else {
    if (board.since) lastTrue = board.since * 1000;
    stale.hidden = true; // the time may have changed
    markStale();
  }
  tickTimes();
  document.dispatchEvent(new CustomEvent("board", { detail: board }));
}

function open() {
  if (source) source.close();
  first = true;
  openedAt = Date.now();
  source = new EventSource(main.dataset.stream);
  source.addEventListener("board", (message) => {
    lastSign = Date.now();
    retry = 0;
    show(JSON.parse(message.data));
  });
  source.addEventListener("beat", (message) => {
    lastSign = Date.now();
    const beat = JSON.parse(message.data);
    if (beat.fresh && !first && stale.hidden && beat.event === shown) lastTrue = beat.at * 1000;
    if (beat.fresh && !stale.hidden && !first) open(); // after any gap the whole state is fetched again
    if (!beat.fresh) {
      if (beat.since) lastTrue = beat.since * 1000;
      markStale();
    }
  });
  source.addEventListener("signed-out", () => location.reload());
  source.onerror = () => {
    markStale();
    source.close();
    source = null;
    retry = Math.min(retry + 1, 2); // at most a second between two tries: right two seconds after the return
  };
}

function tick() {
  const now = performance.now();
  const slept = now - lastTick > SLEPT;
  lastTick = now;
  tickTimes();
  if (slept || Date.now() - lastSign > QUIET) markStale();
  if (slept || source === null || Date.now() - Math.max(lastSign, openedAt) > 2 * QUIET) {
    // navigator.onLine is not asked: it says "offline" on machines that reach the console well.
    if (slept || (turn = turn + 1) % Math.max(1, retry) === 0) open();
  }
}

if (main) {
  addEventListener("offline", () => { markStale(); if (source) { source.close(); source = null; } });
  addEventListener("online", () => { retry = 0; open(); });
  addEventListener("pageshow", (event) => { if (event.persisted) { markStale(); open(); } });
  document.addEventListener("visibilitychange", () => {
    // A hidden tab's timers are slowed: what it shows on return is made anew before it counts.
    if (document.hidden) return;
    if (performance.now() - lastTick > 1500 || Date.now() - lastSign > QUIET) markStale();
    open();
  });
  open();
  setInterval(tick, 500);
}

document.addEventListener("htmx:config:request", (event) => {
  event.detail.ctx.request.headers["X-CSRF"] = document.querySelector("meta[name=csrf]").content;
});
// An order's answer is said once, and goes by itself; what it changed comes with the stream.
document.addEventListener("htmx:after:swap", (event) => {
  const said = document.getElementById("said");
  if (said && said.firstElementChild && event.detail.ctx.target === said) {
    clearTimeout(said.timer);
    said.timer = setTimeout(() => said.replaceChildren(), 8000);
  }
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-switch]")) return;
  const root = document.documentElement;
  root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.bsTheme);
});
