// What Chart.js does not draw by itself: numbers above columns, names of lanes, where the history begins.
(() => {
  const SIZE = "11px";
  const GAP = 4; // pixels between a column and its number

  // The top of everything that stands in one lane at one week, or null where nothing does.
  const topOf = (chart, axis, week) => {
    const tops = chart
      .getSortedVisibleDatasetMetas()
      .filter(
        (meta) => meta.yAxisID === axis && chart.data.datasets[meta.index].data[week] !== null,
      )
      .map((meta) => meta.data[week]?.y)
      .filter(Number.isFinite);
    return tops.length ? Math.min(...tops) : null;
  };

  // Numbers stand where there is room; where there is not, only above the highest column.
  const heads = {
    id: "heads",
    afterDatasetsDraw(chart, _arguments, { lanes, ink }) {
      if (!lanes) return;
      const { ctx, chartArea } = chart;
      const slot = chartArea.width / chart.data.labels.length;
      ctx.save();
      ctx.font = `${SIZE} ${Chart.defaults.font.family}`;
      ctx.fillStyle = ink;
      ctx.textAlign = "center";
      ctx.textBaseline = "bottom";
      lanes.forEach(({ heads: words }, lane) => {
        const tops = words.map((_, week) => topOf(chart, `y${lane}`, week));
        const fits = words.every((word) => ctx.measureText(word).width < slot - 2);
        const highest = tops.indexOf(Math.min(...tops.filter((top) => top !== null)));
        words.forEach((word, week) => {
          if (tops[week] === null || !(fits || week === highest)) return;
          const half = ctx.measureText(word).width / 2;
          const middle = chartArea.left + slot * (week + 0.5);
          const x = Math.min(Math.max(middle, chartArea.left + half), chartArea.right - half);
          ctx.fillText(word, x, tops[week] - GAP);
        });
      });
      ctx.restore();
    },
  };

  // The name of each lane above it, at the left; a lone lane has the chart's title instead.
  const names = {
    id: "names",
    afterDatasetsDraw(chart, _arguments, { lanes, ink, line }) {
      if (!lanes || lanes.length < 2) return;
      const { ctx, chartArea, scales } = chart;
      ctx.save();
      ctx.font = `600 ${SIZE} ${Chart.defaults.font.family}`;
      ctx.textBaseline = "top";
      lanes.forEach(({ name }, lane) => {
        const { top, bottom } = scales[`y${lane}`];
        ctx.fillStyle = ink;
        ctx.fillText(name, chartArea.left, top + 8);
        ctx.fillStyle = line;
        ctx.fillRect(chartArea.left, bottom, chartArea.width, 1);
      });
      ctx.restore();
    },
  };

  // A dashed line where the history begins; left of it nothing was read, which is not "nothing was".
  const boundary = {
    id: "boundary",
    beforeDatasetsDraw(chart, _arguments, { at, says, ink, shade }) {
      if (at === undefined || at === null) return;
      const { ctx, chartArea: area, scales } = chart;
      const x = chart.data.labels.length
        ? area.left + (area.width / chart.data.labels.length) * at
        : scales.x.getPixelForValue(at);
      if (x < area.left || x > area.right) return;
      ctx.save();
      ctx.fillStyle = shade;
      ctx.fillRect(area.left, area.top, x - area.left, area.height);
      ctx.strokeStyle = ink;
      ctx.setLineDash([4, 3]);
      ctx.beginPath();
      ctx.moveTo(x, area.top);
      ctx.lineTo(x, area.bottom);
      ctx.stroke();
      ctx.font = `${SIZE} ${Chart.defaults.font.family}`;
      ctx.fillStyle = ink;
      ctx.textBaseline = "top";
      const isLate = x + ctx.measureText(says).width + GAP > area.right;
      ctx.textAlign = isLate ? "right" : "left";
      ctx.fillText(says, isLate ? x - GAP : x + GAP, area.top - 14);
      ctx.restore();
    },
  };

  if (window.Chart) Chart.register(heads, names, boundary);
})();
