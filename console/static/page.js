// What every page has: menus that close, the token of a form's own site, the theme.
// What hangs over the table is closed by what was chosen in it, by a click beside it, by Escape.
function close(but) {
  for (const each of document.querySelectorAll("#board details[open]")) if (each !== but) each.open = false;
}
document.addEventListener("click", (event) => close(event.target.closest("#board details")));
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && document.querySelector("#board details[open]");
  if (open) { open.open = false; open.querySelector("summary").focus(); }
});
document.addEventListener("htmx:before:request", (event) => {
  const open = event.target.closest?.("#board details[open]");
  if (open) open.open = false;
});
document.addEventListener("htmx:config:request", (event) => {
  event.detail.ctx.request.headers["X-CSRF"] = document.querySelector("meta[name=csrf]").content;
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-switch]")) return;
  const root = document.documentElement;
  root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.bsTheme);
});
