// The line above the board that tells what became of an order.
export const main = document.querySelector("main[data-stream]");

export function say(text) {
  const line = document.createElement("p");
  line.className = "bad";
  line.textContent = text;
  document.getElementById("said").replaceChildren(line);
  fade();
}

// An order's answer is said once, and goes by itself; what it changed comes with the stream.
function fade() {
  const said = document.getElementById("said");
  clearTimeout(said.timer);
  said.timer = setTimeout(() => said.replaceChildren(), 8000);
}
document.addEventListener("htmx:after:swap", (event) => {
  const said = document.getElementById("said");
  if (said && said.firstElementChild && event.detail.ctx.target === said) fade();
});
