// What charts are drawn with: the colours of the theme, patterns for columns, shapes for points.
window.ChartInks = (() => {
  const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

  // A colour of the theme as rgba: Chart.js cannot read oklch.
  const colour = (name, alpha = 1) => {
    const style = getComputedStyle(document.documentElement);
    probe.clearRect(0, 0, 1, 1);
    probe.fillStyle = style.getPropertyValue(`--chart-${name}`).trim();
    probe.fillRect(0, 0, 1, 1);
    const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
    return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
  };

  // Slanted lines on a ground: what is told apart by more than its colour.
  const hatch = (line, ground) => {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 6;
    const ink = tile.getContext("2d");
    ink.fillStyle = ground;
    ink.fillRect(0, 0, 6, 6);
    ink.strokeStyle = line;
    ink.lineWidth = 1.2;
    for (const shift of [-6, 0, 6]) {
      ink.moveTo(shift, 6);
      ink.lineTo(shift + 6, 0);
    }
    ink.stroke();
    return ink.createPattern(tile, "repeat");
  };

  // Dots on nothing: less than the same colour in full, and never mistaken for it on a pale column.
  const dots = (ink) => {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 5;
    const pen = tile.getContext("2d");
    pen.fillStyle = ink;
    pen.arc(2.5, 2.5, 1.5, 0, 2 * Math.PI);
    pen.fill();
    return pen.createPattern(tile, "repeat");
  };

  // How a tone fills a column; `faint`: of too few, or of a week that is not whole.
  const FILLS = {
    merged: (alpha) => colour("merged", alpha),
    stage: (alpha) => colour("stage", alpha),
    A: (alpha) => hatch(colour("panel", alpha), colour("ai", alpha)),
    B: (alpha) => colour("ai", alpha),
    C: (alpha) => dots(colour("ai", alpha)),
    D: (alpha) => colour("other", 0.4 * alpha),
    U: (alpha) => hatch(colour("ink", 0.45 * alpha), "rgba(0, 0, 0, 0)"),
  };

  // Of single pull requests: the shape says the class as well.
  const MARKS = {
    A: () => ({
      pointStyle: "triangle",
      pointRadius: 6,
      backgroundColor: colour("ai"),
      borderColor: colour("ink"),
    }),
    B: () => ({
      pointStyle: "circle",
      pointRadius: 4.5,
      backgroundColor: colour("ai"),
      borderColor: colour("ink", 0.6),
    }),
    C: () => ({
      pointStyle: "rectRot",
      pointRadius: 5,
      backgroundColor: colour("panel"),
      borderColor: colour("ai"),
      borderWidth: 2,
    }),
    D: () => ({
      pointStyle: "rect",
      pointRadius: 3.5,
      backgroundColor: colour("other", 0.55),
      borderColor: colour("other"),
    }),
    U: () => ({
      pointStyle: "crossRot",
      pointRadius: 4,
      borderColor: colour("ink", 0.7),
      borderWidth: 1.5,
    }),
  };

  return { colour, FILLS, MARKS };
})();
