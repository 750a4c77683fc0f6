/* global document, matchMedia, getComputedStyle, ResizeObserver, uPlot */
/** Draws the plots in the page; inlined by report.ts. All numbers come from the JSON beside it. */
(() => {
  const policies = JSON.parse(document.getElementById("plot-data").textContent);
  // A line is told by its dashes too, not by its colour alone.
  const DASHES = [[], [9, 4], [2, 3], [9, 3, 2, 3], [5, 2], [12, 6], [3, 6], [1, 2]];
  const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];
  const LABEL_ROWS = 5;
  const LABEL_HEIGHT = 14;
  let drawn = [];

  const clock = (value) => {
    const total = Math.round(value);
    return `${Math.floor(total / 60)}:${String(total % 60).padStart(2, "0")}`;
  };
  const shown = (unit, value) =>
    value === null || value === undefined ? "" : unit === "share" ? `${Math.round(value * 1000) / 10} %` : String(value);

  const dashOf = ({ color }) => (typeof color === "number" ? DASHES[color] : color === "off" ? [6, 4] : []);

  function colours() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(`--${name}`).trim();
    return { read, font: `12px ${style.getPropertyValue("--font").trim()}` };
  }

  function seriesOf(chart, { read }) {
    const stepped = uPlot.paths.stepped({ align: 1 });
    return chart.series.map(({ label, color }) => {
      const isRegion = typeof color === "number";
      return {
        label,
        stroke: read(isRegion ? `region-${color}` : color),
        width: 2,
        dash: dashOf({ color }),
        ...(color === "on" ? { fill: read("on-fill") } : {}),
        paths: stepped,
        points: { show: false },
        value: (_, value) => shown(chart.unit, value),
      };
    });
  }

  function shadeFaults(plot, policy, { read }) {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    const edges = policy.faults.map(({ from, to }) => [from, to].map((at) => plot.valToPos(at, "x", true)));
    // One path for all of them: where faults overlap it is no darker.
    ctx.beginPath();
    for (const [left, right] of edges) ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.fillStyle = read("fault-fill");
    ctx.fill();
    ctx.fillStyle = read("fault-edge");
    for (const edge of new Set(edges.flat())) ctx.fillRect(edge - uPlot.pxRatio / 2, bbox.top, uPlot.pxRatio, bbox.height);
    ctx.restore();
  }

  function drawMarkers(plot, policy, isLabelled, { read, font }) {
    const { ctx, bbox } = plot;
    const ratio = uPlot.pxRatio;
    const rowEnds = new Array(LABEL_ROWS).fill(-Infinity);
    ctx.save();
    ctx.font = font.replace("12px", `${11 * ratio}px`);
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    ctx.lineWidth = ratio;
    for (const { at, label } of labelsOf(policy)) {
      const x = Math.round(plot.valToPos(at, "x", true));
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      const width = ctx.measureText(label).width + 8 * ratio;
      const left = x + width > bbox.left + bbox.width ? x - width : x;
      const free = rowEnds.findIndex((end) => end <= left);
      const row = free < 0 ? LABEL_ROWS - 1 : free;
      rowEnds[row] = left + width;
      const y = bbox.top - (row + 0.5) * LABEL_HEIGHT * ratio - 2 * ratio;
      ctx.strokeStyle = read("marker");
      ctx.setLineDash([3 * ratio, 3 * ratio]);
      ctx.beginPath();
      ctx.moveTo(x + 0.5, isLabelled ? y : bbox.top);
      ctx.lineTo(x + 0.5, bbox.top + bbox.height);
      ctx.stroke();
      ctx.fillStyle = read("ink");
      if (isLabelled) ctx.fillText(label, left + 4 * ratio, y);
    }
    ctx.restore();
  }

  function labelsOf({ faults, markers }) {
    const onsets = faults.map(({ from }) => ({ at: from, label: "onset" }));
    const ends = faults.map(({ to }) => ({ at: to, label: "fault ends" }));
    const all = [...onsets, ...ends, ...markers].sort((a, b) => a.at - b.at);
    return all.filter(({ at, label }, index) => all.findIndex((other) => other.at === at && other.label === label) === index);
  }

  function optionsOf(element, policy, chart, isFirst, theme) {
    const axis = {
      stroke: theme.read("muted"),
      font: theme.font,
      grid: { stroke: theme.read("grid"), width: 1 },
      ticks: { stroke: theme.read("grid"), width: 1 },
    };
    return {
      width: element.clientWidth,
      height: isFirst ? 190 + LABEL_ROWS * LABEL_HEIGHT : 170,
      padding: [isFirst ? LABEL_ROWS * LABEL_HEIGHT + 4 : 10, 22, 0, 0],
      scales: { x: { time: false, min: 0, max: policy.endsAt, auto: false }, y: { auto: false, range: [0, chart.max * 1.06] } },
      axes: [
        {
          ...axis,
          incrs: [1, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600],
          values: (_, splits) => splits.map(clock),
          space: 56,
          size: 28,
        },
        {
          ...axis,
          ...(chart.unit === "requests" ? { incrs: WHOLE_STEPS } : {}),
          values: (_, splits) => splits.map((value) => shown(chart.unit, value)),
          size: 54,
          space: 30,
        },
      ],
      series: [
        { label: "Time", value: (_, value) => (value === null || value === undefined ? "" : clock(value)) },
        ...seriesOf(chart, theme),
      ],
      legend: {
        markers: {
          dash: (_, index) =>
            dashOf(chart.series[index - 1]).length === 0 ? "solid" : dashOf(chart.series[index - 1])[0] < 4 ? "dotted" : "dashed",
        },
      },
      cursor: {
        sync: { key: policy.key, scales: ["x", null] },
        drag: { x: true, y: false },
        y: false,
        // A value holds from its instant on: the point under the pointer is the last one before it, not the nearest.
        dataIdx: (plot, _, nearest, at) => (plot.data[0][nearest] > at && nearest > 0 ? nearest - 1 : nearest),
        points: { size: 6 },
        bind: { dblclick: () => () => show(policy.key, { min: 0, max: policy.endsAt }) },
      },
      hooks: {
        drawClear: [(plot) => shadeFaults(plot, policy, theme)],
        draw: [(plot) => chart.isMarked && drawMarkers(plot, policy, isFirst, theme)],
        setScale: [(plot, scale) => scale === "x" && pressButtons(policy.key, plot.scales.x)],
      },
    };
  }

  function drawAll() {
    const views = new Map(drawn.map(({ policy, plot }) => [policy.key, { min: plot.scales.x.min, max: plot.scales.x.max }]));
    for (const { plot } of drawn) plot.destroy();
    const theme = colours();
    drawn = [...document.querySelectorAll(".chart")].map((element) => {
      const policy = policies.find(({ key }) => key === element.dataset.policy);
      const index = Number(element.dataset.chart);
      const chart = policy.charts[index];
      const plot = new uPlot(
        optionsOf(element, policy, chart, index === 0, theme),
        [chart.x, ...chart.series.map(({ values }) => values)],
        element,
      );
      const view = views.get(policy.key);
      if (view) plot.setScale("x", view);
      return { element, policy, plot };
    });
  }

  function show(key, view) {
    for (const { policy, plot } of drawn) if (policy.key === key) plot.setScale("x", view);
  }

  const buttonsOf = (key) => [...document.querySelectorAll(`.zoom[data-policy="${key}"] button`)];
  const viewOf = ({ dataset }) => ({ min: Number(dataset.from), max: Number(dataset.to) });

  /** However the view was chosen, the button that would have chosen it is the pressed one. */
  function pressButtons(key, { min, max }) {
    for (const button of buttonsOf(key)) {
      const view = viewOf(button);
      button.setAttribute("aria-pressed", String(view.min === min && view.max === max));
    }
  }

  drawAll();
  for (const group of document.querySelectorAll(".zoom")) {
    group.hidden = false;
    for (const button of buttonsOf(group.dataset.policy))
      button.addEventListener("click", () => show(group.dataset.policy, viewOf(button)));
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  new ResizeObserver(() => {
    for (const { element, plot } of drawn) {
      if (element.clientWidth > 0 && element.clientWidth !== plot.width) plot.setSize({ width: element.clientWidth, height: plot.height });
    }
  }).observe(document.body);
})();
