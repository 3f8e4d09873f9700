/* Draws the plots of a report with Chart.js. "?plot=ID" shows one plot and nothing else. */
"use strict";
(() => {
  const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3]];
  const plots = JSON.parse(document.getElementById("plots").textContent);
  const only = new URLSearchParams(location.search).get("plot");
  const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const colour = n => (n < 0 ? style("--faint") : style("--c" + (n % 10)));
  const number = v => (v === 0 ? "0" : String(Number(v.toPrecision(3))));

  /** Ticks of a logarithmic axis: 1, 2 and 5 of each power of ten. */
  const round = v => [1, 2, 5].includes(Number((v / 10 ** Math.floor(Math.log10(v) + 1e-9)).toPrecision(3)));

  function axis(of, more) {
    const log = of.log ? { type: "logarithmic" } : { type: "linear" };
    return {
      ...log,
      title: { display: of.label !== "", text: of.label, color: style("--ink") },
      grid: { color: style("--line") },
      border: { color: style("--line") },
      ticks: {
        color: style("--faint"),
        maxRotation: 0,
        callback: v => (of.log && !round(v) ? null : number(v)),
      },
      ...more,
    };
  }

  /** Writes each point's label beside it, where no other one is yet. */
  const pointLabels = {
    id: "pointLabels",
    afterDatasetsDraw(chart) {
      const ctx = chart.ctx;
      const taken = [];
      ctx.save();
      ctx.font = "12px " + Chart.defaults.font.family;
      ctx.fillStyle = style("--ink");
      ctx.strokeStyle = style("--paper");
      ctx.lineWidth = 4;
      ctx.lineJoin = "round";
      ctx.textBaseline = "middle";
      chart.data.datasets.forEach((set, i) =>
        chart.getDatasetMeta(i).data.forEach((at, j) => {
          const text = set.data[j].label;
          if (text) place(chart, at, text, taken);
        }));
      ctx.restore();
    },
  };

  function place(chart, at, text, taken) {
    const w = chart.ctx.measureText(text).width;
    const spots = [[8, -10], [-w - 8, -10], [8, 12], [-w - 8, 12], [-w / 2, -20], [-w / 2, 20]];
    const area = chart.chartArea;
    for (const [dx, dy] of spots) {
      const box = { l: at.x + dx, r: at.x + dx + w, t: at.y + dy - 8, b: at.y + dy + 8 };
      const inside = box.l >= area.left && box.r <= area.right && box.t >= area.top && box.b <= area.bottom;
      if (inside && !taken.some(o => box.l < o.r && box.r > o.l && box.t < o.b && box.b > o.t)) {
        taken.push(box);
        chart.ctx.strokeText(text, box.l, at.y + dy);
        chart.ctx.fillText(text, box.l, at.y + dy);
        return;
      }
    }
  }

  /** Writes each part's length into it where there is room, and the sum behind the bar. */
  const barLabels = {
    id: "barLabels",
    afterDatasetsDraw(chart) {
      const ctx = chart.ctx;
      ctx.save();
      ctx.font = "12px " + Chart.defaults.font.family;
      ctx.textBaseline = "middle";
      const sums = [];
      chart.data.datasets.forEach((set, i) =>
        chart.getDatasetMeta(i).data.forEach((bar, row) => {
          const v = set.data[row];
          sums[row] = sums[row] || { total: 0, x: 0, y: bar.y };
          sums[row].total += v;
          sums[row].x = Math.max(sums[row].x, bar.x);
          const text = number(v);
          if (ctx.measureText(text).width + 6 < Math.abs(bar.x - bar.base)) {
            ctx.fillStyle = dark(set.backgroundColor) ? "#fff" : "#000";
            ctx.textAlign = "center";
            ctx.fillText(text, (bar.x + bar.base) / 2, bar.y);
          }
        }));
      ctx.fillStyle = style("--ink");
      ctx.textAlign = "left";
      sums.forEach(sum => ctx.fillText(number(sum.total), sum.x + 6, sum.y));
      ctx.restore();
    },
  };

  function dark(hex) {
    const [r, g, b] = [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16));
    return 0.299 * r + 0.587 * g + 0.114 * b < 140;
  }

  /** Limits of a logarithmic axis that leave some room beside the outermost points. */
  function around(plot, value) {
    const values = plot.lines.flatMap(line => line.points).map(value);
    const [least, most] = values.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, 0]);
    return { min: least / 1.25, max: most * 1.25 };
  }

  function lines(plot) {
    const share = plot.id.startsWith("latency");
    return {
      type: "line",
      data: {
        datasets: plot.lines.map(line => ({
          label: line.name,
          data: line.points,
          borderColor: colour(line.colour),
          backgroundColor: colour(line.colour),
          borderDash: DASHES[line.dash % DASHES.length],
          borderWidth: 2,
          pointRadius: line.points.length > 40 ? 0 : share ? 1.5 : 4,
          pointHitRadius: 6,
        })),
      },
      options: options({
        x: axis(plot.x, plot.x.log ? around(plot, p => p.x) : {}),
        y: axis(plot.y, share ? { min: 0, max: 100 } : plot.y.log ? around(plot, p => p.y) : { beginAtZero: true, grace: "5%" }),
      }, item => `${item.dataset.label}: ${number(item.parsed.x)}, ${number(item.parsed.y)} ${item.raw.label}`),
      plugins: [pointLabels],
    };
  }

  function bars(plot) {
    return {
      type: "bar",
      data: {
        labels: plot.rows,
        datasets: plot.lines.map(part => ({
          label: part.name,
          data: part.points.map(point => point.x),
          backgroundColor: colour(part.colour),
          borderColor: style("--paper"),
          borderWidth: { right: 1 },
          borderSkipped: false,
          maxBarThickness: 34,
        })),
      },
      options: {
        ...options({
          x: axis(plot.x, { stacked: true, grace: "8%" }),
          y: { stacked: true, grid: { display: false }, border: { color: style("--line") }, ticks: { color: style("--ink") } },
        }, item => `${item.dataset.label}: ${number(item.parsed.x)} ms`),
        indexAxis: "y",
      },
      plugins: [barLabels],
    };
  }

  function options(scales, label) {
    return {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "nearest", intersect: false },
      plugins: { legend: { display: false }, tooltip: { callbacks: { title: () => "", label } } },
      scales,
    };
  }

  /** The legend, as elements: it wraps, and is copied with the page's text. */
  function legend(at, plot) {
    at.replaceChildren(...plot.lines.map(line => {
      const entry = document.createElement("span");
      const dash = DASHES[line.dash % DASHES.length].join(" ");
      const wide = plot.rows.length ? 12 : 2.5;
      entry.innerHTML = `<svg width="26" height="12"><path d="M0 6H26" stroke="${colour(line.colour)}" stroke-width="${wide}" stroke-dasharray="${dash}"/></svg>`;
      entry.append(line.name);
      return entry;
    }));
  }

  function draw() {
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    for (const plot of plots) {
      const figure = document.getElementById(plot.id);
      const canvas = figure.querySelector("canvas");
      Chart.getChart(canvas)?.destroy();
      const rows = plot.rows.length;
      canvas.parentNode.style.height = rows ? 70 + 42 * rows + "px" : "380px";
      legend(figure.querySelector(".legend"), plot);
      new Chart(canvas, rows ? bars(plot) : lines(plot));
    }
  }

  if (only) {
    document.body.classList.add("one");
    document.getElementById(only)?.classList.add("shown");
  }
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
})();
