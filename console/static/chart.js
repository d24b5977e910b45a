// Offered, answered and abandoned by quarters of an hour (uPlot).
const box = document.getElementById("chart");
let plot = null;

function draw(chart) {
  const step = chart.step;
  const x = chart.offered.map((_, i) => chart.since + i * step);
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const pad = step >= 86400 ? step / 2 : 0;
  const bars = uPlot.paths.bars({ size: [0.9] });
  const line = (label, stroke) => ({ label, stroke, width: 2, points: { show: x.length < 3 } });
  const axis = { stroke: colour("--bs-body-color"), grid: { stroke: colour("--bs-border-color") } };
  const options = {
    width: box.clientWidth, height: 180, cursor: { show: true }, legend: { live: false },
    tzDate: (ts) => uPlot.tzDate(new Date(ts * 1000), box.dataset.zone),
    scales: { x: { range: (u, low, high) => [low - pad, high + pad] }, y: { range: (u, low, high) => [0, Math.max(4, high)] } },
    axes: [{ ...axis, ...(step >= 86400 ? { splits: () => days(x) } : {}), values: (u, marks) => marks.map((at) => label(at, step)) }, { ...axis, size: 36 }],
    series: [
      {},
      { label: box.dataset.offered, stroke: colour("--offered"), fill: colour("--offered-fill"), paths: bars, width: 1 },
      line(box.dataset.answered, colour("--answered")),
      line(box.dataset.abandoned, colour("--abandoned")),
    ],
  };
  if (plot) plot.destroy();
  plot = new uPlot(options, [x, chart.offered, chart.answered, chart.abandoned], box);
}

// One mark a day, or fewer when there is no room for all.
function days(x) {
  const every = Math.ceil(x.length / Math.max(2, Math.floor(box.clientWidth / 60)));
  return x.filter((_, i) => i % every === 0);
}

function label(at, step) {
  const day = { timeZone: box.dataset.zone, day: "2-digit", month: "2-digit" };
  const time = { timeZone: box.dataset.zone, hour: "2-digit", minute: "2-digit", hour12: false };
  return new Date(at * 1000).toLocaleString("ru-RU", step >= 86400 ? day : time);
}

if (box) {
  let last = box.dataset.chart;
  draw(JSON.parse(last));
  document.addEventListener("board", (event) => {
    const text = JSON.stringify(event.detail.chart);
    if (event.detail.chart && text !== last) draw(JSON.parse((last = text)));
  });
  addEventListener("resize", () => draw(JSON.parse(last)));
}
