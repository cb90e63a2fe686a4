// Draws the dashboard's charts. All words and numbers come from the server, as JSON beside a canvas:
// <figure data-chart><canvas></canvas><script type="application/json">…</script></figure>.
// The table below each chart says the same; it stays open where nothing can be drawn.
(() => {
  const FIGURES = "figure[data-chart]";
  const { colour, FILLS, MARKS } = window.ChartInks;

  const marks = (data) => ({
    heads: { lanes: data.lanes, ink: colour("ink") },
    names: { lanes: data.lanes, ink: colour("ink"), line: colour("line") },
    boundary: { ...data.boundary, ink: colour("ink", 0.75), shade: colour("line", 0.35) },
    legend: { display: false }, // the page has one that can be read out
    tooltip: {
      displayColors: false,
      backgroundColor: colour("ink"),
      bodyColor: colour("panel"),
      callbacks: { title: () => "" },
    },
  });

  const weekly = (data) => ({
    type: "bar",
    data: {
      labels: data.labels,
      datasets: data.series.map((one) => ({
        label: one.name,
        data: one.values,
        yAxisID: `y${one.lane}`,
        stack: one.lane,
        grouped: false, // lanes share the width of a week; they never stand side by side
        backgroundColor: one.values.map((_, week) => FILLS[one.tone](one.faint[week] ? 0.4 : 1)),
        borderColor: one.tone === "U" ? colour("ink", 0.5) : undefined,
        borderWidth: one.tone === "U" ? 1 : 0,
        categoryPercentage: 0.86,
        barPercentage: 1,
        maxBarThickness: 72,
        minBarLength: data.lanes.length > 1 ? 2 : 0,
      })),
    },
    options: {
      interaction: { mode: "index", intersect: false },
      scales: {
        x: {
          stacked: true,
          grid: { display: false },
          border: { color: colour("line") },
          ticks: { color: colour("ink"), maxRotation: 0, autoSkipPadding: 6 },
        },
        // From the top down: Chart.js stacks axes from the bottom up.
        ...Object.fromEntries(
          data.lanes
            .map((lane, place) => [
              `y${place}`,
              {
                stack: "lanes",
                stackWeight: lane.top,
                weight: -place,
                stacked: true,
                min: 0,
                max: lane.top,
                ticks: { display: false },
                grid: { display: false },
                border: { display: false },
              },
            ])
            .reverse(),
        ),
      },
      layout: { padding: { top: 16 } },
      plugins: plugins(data, ([item]) => data.says[item.dataIndex]),
    },
    open: ({ index }) => data.links[index],
  });

  const points = (data) => ({
    type: "scatter",
    data: {
      labels: [],
      datasets: data.series.map((one) => ({
        label: one.name,
        data: one.points.map(([x, y]) => ({ x, y })),
        ...MARKS[one.tone](),
      })),
    },
    options: {
      clip: 8, // the newest stand at the very edge, and are no half ones
      interaction: { mode: "nearest", intersect: true },
      scales: {
        x: {
          type: "linear",
          min: data.from,
          max: data.until,
          ...axis(data.days),
          grid: { display: false },
        },
        y: {
          type: "logarithmic",
          min: data.lowest,
          max: data.highest,
          ...axis(data.times),
          grid: { color: colour("line", 0.6) },
        },
      },
      layout: { padding: { top: 16, right: 8 } },
      plugins: plugins(data, (items) =>
        items.map((item) => data.series[item.datasetIndex].points[item.dataIndex][3]),
      ),
    },
    open: ({ datasetIndex, index }) =>
      data.card.replace("/0/", `/${data.series[datasetIndex].points[index][2]}/`),
  });

  // An axis with the ticks that the server has chosen and worded.
  const axis = (ticks) => ({
    border: { color: colour("line") },
    ticks: {
      color: colour("ink"),
      maxRotation: 0,
      autoSkip: true,
      callback: (value) => ticks.find(([at]) => at === value)?.[1] ?? "",
    },
    afterBuildTicks: (scale) => {
      scale.ticks = ticks.map(([value]) => ({ value }));
    },
  });

  const plugins = (data, says) => {
    const all = marks(data);
    all.tooltip.callbacks.beforeBody = says; // a sentence of the server's, not a line per series
    all.tooltip.callbacks.label = () => null;
    return all;
  };

  const configured = (data, canvas) => {
    const { open, ...config } = (data.kind === "points" ? points : weekly)(data);
    config.options.animation = false; // numbers, not a show; and prefers-reduced-motion is kept
    config.options.responsive = true;
    config.options.maintainAspectRatio = false;
    config.options.onHover = (_event, found) => {
      canvas.style.cursor = found.length ? "pointer" : "";
    };
    config.options.onClick = (_event, [found]) => {
      if (found) location.assign(open(found));
    };
    return config;
  };

  const draw = (figure) => {
    const canvas = figure.querySelector("canvas");
    const data = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
    const config = configured(data, canvas);
    const chart = Chart.getChart(canvas);
    if (chart) {
      chart.data = config.data;
      chart.options = config.options;
      chart.update("none");
    } else {
      new Chart(canvas, config);
    }
  };

  // The table beside a chart folds once there is a chart; if drawing fails, it is what there is.
  const settle = (figure, isDrawn) => {
    const isNew = !figure.dataset.drawn;
    figure.dataset.drawn = isDrawn ? "yes" : "no";
    if (isNew) figure.querySelector("details").open = !isDrawn;
  };

  const drawAll = () => {
    for (const figure of document.querySelectorAll(FIGURES)) {
      let isDrawn = false;
      try {
        if (window.Chart) draw(figure);
        isDrawn = Boolean(window.Chart);
      } finally {
        settle(figure, isDrawn);
      }
    }
  };

  // On paper: the colours of the day, and the tables of the charts unfolded.
  const folded = new Set();
  const toPaper = () => {
    document.documentElement.classList.add("printing");
    for (const table of document.querySelectorAll(`${FIGURES} > details:not([open])`)) {
      folded.add(table);
      table.open = true;
    }
    drawAll();
  };
  const fromPaper = () => {
    document.documentElement.classList.remove("printing");
    for (const table of folded) table.open = false;
    folded.clear();
    drawAll();
  };

  // While fresh numbers come in, a canvas keeps what is drawn on it, and a table its fold.
  if (window.Idiomorph) {
    const { callbacks } = Idiomorph.defaults;
    const before = callbacks.beforeAttributeUpdated;
    callbacks.beforeNodeMorphed = (old) => old.nodeName !== "CANVAS";
    callbacks.beforeAttributeUpdated = (name, element, change) =>
      !element.matches(`${FIGURES}, ${FIGURES} > details`) && before?.(name, element, change);
  }
  if (window.Chart) Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  drawAll();
  document.addEventListener("htmx:afterSettle", drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  addEventListener("beforeprint", toPaper);
  addEventListener("afterprint", fromPaper);
})();
