// Draws the overview's charts from the tables beside them, so that both say the same. Loaded by that page alone.
import {
  ArcElement,
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  type ChartDataset,
  DoughnutController,
  LinearScale,
  Tooltip,
} from "chart.js";

Chart.register(ArcElement, BarController, BarElement, CategoryScale, DoughnutController, LinearScale, Tooltip);

Chart.defaults.font = { ...Chart.defaults.font, family: getComputedStyle(document.body).fontFamily, size: 13 };

const MOTION_MS = 140;

/** A row of a table: what it is called, how many, where the list of them is, and its swatch. */
type Row = Readonly<{ name: string; number: number; href: string; swatch: Element }>;
type Drawn = Readonly<{ chart: Chart; rows: readonly Row[]; table: HTMLTableElement }>;

const drawn: Drawn[] = [...document.querySelectorAll<HTMLCanvasElement>("canvas[data-chart]")].flatMap((canvas) => {
  const table = document.getElementById(canvas.dataset.table ?? "");
  if (!(table instanceof HTMLTableElement)) return [];
  const rows = [...table.querySelectorAll("tbody tr")].flatMap(readRow);
  const chart = new Chart(canvas, canvas.dataset.chart === "bar" ? bars(rows) : doughnut(rows));
  return [{ chart, rows, table }];
});

paint();
new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: light)").addEventListener("change", paint);

function readRow(row: Element): Row[] {
  const cell = row.querySelector<HTMLElement>("[data-drawn]");
  const link = cell?.querySelector("a");
  const swatch = row.querySelector(".swatch");
  if (!cell || !link || !swatch) return [];
  const name = row.querySelector("th")?.textContent?.trim() ?? "";
  return [{ name, number: Number(cell.dataset.drawn), href: link.href, swatch }];
}

function doughnut(rows: readonly Row[]): ChartConfiguration {
  return {
    type: "doughnut",
    data: {
      labels: rows.map(({ name }) => name),
      datasets: [{ data: rows.map(({ number }) => number), borderWidth: 2, cutout: "62%" } as ChartDataset<"doughnut">],
    },
    options: shared(rows),
  };
}

function bars(rows: readonly Row[]): ChartConfiguration {
  const highest = Math.max(1, ...rows.map(({ number }) => number));
  return {
    type: "bar",
    data: {
      labels: rows.map(({ name }) => name),
      datasets: [{ data: rows.map(({ number }) => number), borderRadius: 3, maxBarThickness: 28, minBarLength: 2 }],
    },
    options: {
      ...shared(rows),
      indexAxis: "y",
      scales: {
        x: { display: false, beginAtZero: true, max: highest },
        y: { border: { display: false }, grid: { display: false }, ticks: { padding: 4 } },
      },
    },
  };
}

/** What both have: as large as their box, still for those who asked for it, and a way to the list behind each part. */
function shared(rows: readonly Row[]): NonNullable<ChartConfiguration["options"]> {
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? false : { duration: MOTION_MS },
    plugins: { tooltip: { displayColors: false, animation: false } },
    onHover: ({ native }, parts) => {
      if (native?.target instanceof Element) native.target.classList.toggle("leads-on", parts.length > 0);
    },
    onClick: (_, parts) => {
      const row = rows[parts[0]?.index ?? -1];
      if (row) location.assign(row.href);
    },
  };
}

/** Colors as the style sheet has them now; `light-dark()` is resolved on elements only. */
function paint(): void {
  for (const { chart, rows, table } of drawn) {
    const { color: text, backgroundColor: ground } = getComputedStyle(table);
    const [dataset] = chart.data.datasets;
    if (dataset === undefined) continue;
    dataset.backgroundColor = rows.map(({ swatch }) => getComputedStyle(swatch).backgroundColor);
    dataset.borderColor = ground;
    chart.options.color = text;
    const names = chart.options.scales?.y?.ticks;
    if (names) names.color = text;
    const tooltip = chart.options.plugins?.tooltip;
    // The other way round than the page, as a label that lies above it.
    if (tooltip) Object.assign(tooltip, { backgroundColor: text, titleColor: ground, bodyColor: ground });
    chart.update("none");
    chart.canvas.dataset.drawnAs = [dataset.backgroundColor].flat().join(" ");
  }
}
