// Turns figures of a report into charts: values under the pointer, series on and off, zoom. The block `data` of the page
// holds their numbers; a figure without numbers stays a picture, as all do where no script runs.
"use strict";
(() => {
  const HEIGHT = 320;
  const FONT = "12px Inter, system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif";
  /** Pixels that a label on the horizontal axis needs. */
  const LABEL_WIDTH = 72;
  /** The shortest part of a chart that can be zoomed to, as a share of the whole. */
  const SMALLEST_PART = 1e-3;
  const darkness = matchMedia("(prefers-color-scheme: dark)");

  /** A new element with these properties and children; text stays text. */
  function element(name, properties = {}, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  function colorOf(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function seriesColor(series) {
    return darkness.matches ? series.color.dark : series.color.light;
  }

  /** A number with up to four significant digits, and all digits before the point. */
  function numberText(value) {
    const digits = value !== 0 && Math.abs(value) >= 1000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 4 };
    return value.toLocaleString("en-US", digits);
  }

  function sizeText(bytes) {
    const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    const power = Math.min(Math.max(Math.floor(Math.log2(bytes) / 10), 0), units.length - 1);
    return `${numberText(bytes / 2 ** (10 * power))} ${units[power]}`;
  }

  /** A value of an axis as people read it. */
  function valueText(value, axis) {
    switch (axis.quantity) {
      case "share": return `${numberText(value * 100)} %`;
      case "size": return sizeText(value);
      default: return axis.unit ? `${numberText(value)} ${axis.unit}` : numberText(value);
    }
  }

  /** A value as a label on its axis, whose title has the unit. */
  function tickText(value, axis) {
    return valueText(value, axis.quantity === "number" ? { ...axis, unit: "" } : axis).replace(/ %$/, "");
  }

  function axisTitle(axis) {
    const unit = axis.quantity === "share" ? "%" : axis.unit;
    return unit ? `${axis.title} (${unit})` : axis.title;
  }

  /** The outline of a marker of about this size around a place. */
  function traceMarker(path, marker, x, y, radius) {
    const corners = {
      square: [[-1, -1], [1, -1], [1, 1], [-1, 1]],
      diamond: [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]],
      triangle: [[0, -1.2], [1.2, 0.9], [-1.2, 0.9]],
    }[marker];
    if (corners) {
      corners.forEach(([right, down], index) => {
        path[index ? "lineTo" : "moveTo"](x + right * radius, y + down * radius);
      });
      path.closePath();
    } else {
      path.moveTo(x + radius, y);
      path.arc(x, y, radius, 0, 2 * Math.PI);
    }
  }

  /** The line and the marker of a series, for legends. */
  function swatch(series, shape) {
    const canvas = element("canvas", { className: "swatch", width: 56, height: 28, ariaHidden: "true" });
    const pen = canvas.getContext("2d");
    pen.strokeStyle = pen.fillStyle = seriesColor(series);
    pen.lineWidth = 4;
    pen.setLineDash(series.dashed ? [10, 6] : []);
    pen.stroke(new Path2D("M0 14H56"));
    if (shape === "lines") {
      const marker = new Path2D();
      traceMarker(marker, series.marker, 28, 14, 8);
      pen.fill(marker);
    }
    return canvas;
  }

  /** A chart in the place of a figure, or below it. */
  class Chart {
    constructor(figure, chart) {
      this.chart = chart;
      this.view = chart.views[0];
      /** The labels of the series that are switched off. */
      this.off = new Set();
      this.logarithmic = chart.y.logarithmic;
      this.build(figure);
      this.show(this.view);
      if (chart.place === "instead") figure.classList.add("live");
      darkness.addEventListener("change", () => this.draw());
      new ResizeObserver(() => this.fit()).observe(this.plot);
    }

    /** What surrounds the drawing. */
    build(figure) {
      this.reset = element("button", { type: "button", textContent: "Reset zoom", onclick: () => this.zoom(null) });
      this.scale = element("button", { type: "button", textContent: "Logarithmic", onclick: () => this.turnScale() });
      this.plot = element("div", { className: "plot", tabIndex: 0, onkeydown: (event) => this.press(event) });
      this.plot.setAttribute("role", "application");
      this.plot.setAttribute("aria-label", `Chart: ${this.chart.title}. Left and right arrow keys go from value to value, ` +
        "plus and minus zoom, Escape shows all. The values are also in the table below.");
      this.legend = element("ul", { className: "legend", ariaLabel: "Series" });
      this.spoken = element("p", { className: "unseen", ariaLive: "polite" });
      const hint = "Drag across the chart, or spread two fingers, to zoom.";
      const scales = this.chart.y.quantity === "number" ? [this.scale] : [];
      const controls = element("div", { className: "controls" }, ...this.choice(), ...scales, this.reset);
      const parts = [controls, this.plot, this.legend, this.spoken, element("p", { className: "hint", textContent: hint })];
      const above = figure.querySelector(this.chart.place === "instead" ? "figcaption" : ".still");
      above.after(element("div", { className: "chart" }, ...parts));
    }

    /** The choice among several views. */
    choice() {
      const views = this.chart.views;
      if (views.length < 2) return [];
      const options = views.map((view, index) => element("option", { value: index, textContent: view.label }));
      const select = element("select", { onchange: () => this.show(views[select.value]) }, ...options);
      return [element("label", {}, "Show ", select)];
    }

    show(view) {
      this.view = view;
      this.whole = [view.x[0], view.x.at(-1)];
      if (this.chart.shape === "lines") this.whole = this.padded(this.whole);
      this.part = this.whole;
      this.draw();
    }

    /** A little room on both sides, so that markers are whole. */
    padded(ends) {
      const [from, to] = ends.map((end) => this.toRoom(end));
      const room = (to - from) * 0.04;
      return [from - room, to + room].map((end) => this.fromRoom(end));
    }

    /** Positions on the paper, up to a factor, of values on the horizontal axis, and back. */
    toRoom(value) { return this.chart.x.logarithmic ? Math.log(value) : value; }
    fromRoom(place) { return this.chart.x.logarithmic ? Math.exp(place) : place; }

    draw() {
      this.uplot?.destroy();
      this.tip = element("div", { className: "tip", hidden: true, ariaHidden: "true" });
      const banded = this.view.series.filter((series) => series.band);
      const data = [this.view.x, ...this.view.series.map((series) => series.values),
        ...banded.flatMap((series) => [series.band.high, series.band.low])];
      this.uplot = new uPlot(this.options(), data, this.plot);
      this.uplot.over.append(this.tip);
      this.touch(this.uplot.over);
      this.zoom(this.part);
      this.drawLegend();
      this.scale.setAttribute("aria-pressed", String(this.logarithmic));
    }

    options() {
      const { x, y } = this.chart;
      const axis = { font: FONT, labelFont: FONT, stroke: colorOf("--quiet"), labelSize: 20, gap: 6 };
      const lines = { stroke: colorOf("--grid"), width: 1 };
      const distribution = (logarithmic) => ({ distr: logarithmic ? 3 : 1, log: 10 });
      return {
        width: this.plot.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        scales: {
          x: { time: false, ...distribution(x.logarithmic) },
          y: { ...distribution(this.logarithmic), range: (_, low, high) => this.verticalRange(low, high) },
        },
        axes: [
          { ...axis, label: axisTitle(x), grid: lines, ticks: lines, ...this.horizontalLabels() },
          { ...axis, label: axisTitle(y), grid: lines, ticks: lines, size: 62,
            values: (_, values) => values.map((value) => value === null ? "" : tickText(value, y)) },
        ],
        series: [{}, ...this.view.series.map((series) => this.seriesOptions(series)), ...this.endOptions()],
        bands: this.bands().map(({ series, ends }) => ({ series: ends, fill: `${seriesColor(series)}38` })),
        cursor: {
          y: false,
          drag: { x: true, y: false, setScale: false },
          bind: { dblclick: () => () => this.zoom(null) },
        },
        hooks: { setCursor: [(uplot) => this.tell(uplot)], setSelect: [(uplot) => this.select(uplot)] },
      };
    }

    /** The series with bands, and where the high and low ends of these are in the data: after all series. */
    bands() {
      const { series } = this.view;
      return series.filter((one) => one.band).map((one, index) => {
        const high = series.length + 1 + 2 * index;
        return { series: one, ends: [high, high + 1] };
      });
    }

    /** The ends of bands are seen by what lies between them. */
    endOptions() {
      return this.bands().flatMap(({ series }) => {
        const end = { show: !this.off.has(series.label), stroke: `${seriesColor(series)}70`, width: 1, spanGaps: true };
        return [{ ...end, points: { show: false } }, { ...end, points: { show: false } }];
      });
    }

    /** Values of lines are labelled where they are; time has round numbers. */
    horizontalLabels() {
      const text = (value) => this.labelOf(value) ?? tickText(value, this.chart.x);
      const values = (_, values) => values.map((value) => value === null ? "" : text(value));
      if (this.chart.shape !== "lines") return { values, space: LABEL_WIDTH };
      return { values, filter: (_, splits) => splits, splits: (_, axis, low, high) => this.spaced(low, high) };
    }

    /** The positions between both ends that have room for a label. */
    spaced(low, high) {
      const [from, to] = [low, high].map((end) => this.toRoom(end));
      const apart = (LABEL_WIDTH / this.plot.clientWidth) * (to - from);
      const kept = [];
      for (const position of this.view.x.filter((position) => position >= low && position <= high)) {
        if (!kept.length || this.toRoom(position) - this.toRoom(kept.at(-1)) >= apart) kept.push(position);
      }
      return kept;
    }

    /** From zero to a little above the highest value in sight; whole powers of ten on a logarithmic axis. */
    verticalRange(low, high) {
      if (this.logarithmic) return low > 0 ? uPlot.rangeLog(low, high, 10, false) : [0.01, 1];
      return [0, high > 0 ? high * 1.06 : 1];
    }

    seriesOptions(series) {
      const color = seriesColor(series);
      const shared = { label: series.label, show: !this.off.has(series.label), stroke: color, spanGaps: true };
      if (this.chart.shape === "steps") {
        return { ...shared, width: 1, fill: `${color}40`, paths: uPlot.paths.stepped({ align: 1 }), points: { show: false } };
      }
      const paths = (uplot, index, first, last) => this.markers(uplot, index, first, last);
      const points = { show: true, paths, fill: color, stroke: color, width: 0 };
      return { ...shared, width: 2, dash: series.dashed ? [8, 5] : undefined, points };
    }

    markers(uplot, index, first, last) {
      const fill = new Path2D();
      for (let place = first; place <= last; place += 1) {
        const value = uplot.data[index][place];
        if (value === null) continue;
        const [x, y] = [uplot.valToPos(uplot.data[0][place], "x", true), uplot.valToPos(value, "y", true)];
        traceMarker(fill, this.view.series[index - 1].marker, x, y, 4 * devicePixelRatio);
      }
      return { fill, stroke: fill };
    }

    drawLegend() {
      const items = this.view.series.map((series, index) => {
        const button = element("button", { type: "button" }, swatch(series, this.chart.shape), series.label);
        button.ariaPressed = String(!this.off.has(series.label));
        button.onclick = () => {
          const show = this.off.delete(series.label);
          if (!show) this.off.add(series.label);
          button.ariaPressed = String(show);
          const ends = this.bands().filter((band) => band.series === series).flatMap((band) => band.ends);
          for (const place of [index + 1, ...ends]) this.uplot.setSeries(place, { show });
        };
        return element("li", {}, button);
      });
      this.legend.replaceChildren(...items);
    }

    turnScale() {
      this.logarithmic = !this.logarithmic;
      this.draw();
    }

    /** Shows this part of the horizontal axis, within the whole; everything for `null`. */
    zoom(part) {
      const [first, last] = this.whole.map((end) => this.toRoom(end));
      let [from, to] = (part ?? this.whole).map((end) => Math.min(Math.max(this.toRoom(end), first), last));
      if (!(to - from > (last - first) * SMALLEST_PART)) [from, to] = this.part.map((end) => this.toRoom(end));
      const isWhole = part === null || (from <= first && to >= last);
      this.part = isWhole ? this.whole : [this.fromRoom(from), this.fromRoom(to)];
      this.uplot.setScale("x", { min: this.part[0], max: this.part[1] });
      this.reset.disabled = isWhole;
    }

    /** Zooms about the cursor, or the middle; a factor below one shows more. */
    zoomBy(factor) {
      const [from, to] = this.part.map((end) => this.toRoom(end));
      const at = this.uplot.cursor.idx;
      const middle = at == null ? (from + to) / 2 : this.toRoom(this.view.x[at]);
      const ends = [middle - (middle - from) / factor, middle + (to - middle) / factor];
      this.zoom(ends.map((end) => this.fromRoom(end)));
    }

    select(uplot) {
      const { left, width } = uplot.select;
      if (width < 2) return;
      this.zoom([uplot.posToVal(left, "x"), uplot.posToVal(left + width, "x")]);
      uplot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    }

    /** Shows what all series have at the cursor. */
    tell(uplot) {
      const at = uplot.cursor.left < 0 ? null : uplot.cursor.idx;
      const known = at == null ? [] : this.known(at);
      this.tip.hidden = known.length === 0;
      if (this.tip.hidden) return;
      const rows = known.map(([series, value]) => element("p", { className: "value" },
        swatch(series, this.chart.shape), series.label, element("b", { textContent: value })));
      this.tip.replaceChildren(element("p", { textContent: this.position(at) }), ...rows);
      const free = uplot.over.clientWidth - this.tip.offsetWidth;
      const beside = uplot.cursor.left + 16;
      const left = beside <= free ? beside : Math.max(uplot.cursor.left - this.tip.offsetWidth - 16, 0);
      this.tip.style.left = `${left}px`;
      this.tip.style.top = "8px";
    }

    /** The series that are shown and have a value there, with its text. */
    known(at) {
      const shown = this.view.series.filter((series) => !this.off.has(series.label) && series.values[at] !== null);
      return shown.map((series) => [series, this.textAt(series, at)]);
    }

    /** A value, and between which ends it may lie. */
    textAt(series, at) {
      const value = valueText(series.values[at], this.chart.y);
      const [low, high] = [series.band?.low[at] ?? null, series.band?.high[at] ?? null];
      if (low === null || high === null) return value;
      return `${value} (${tickText(low, this.chart.y)} to ${valueText(high, this.chart.y)})`;
    }

    position(at) {
      const value = this.view.x[at];
      return `${this.chart.x.title}: ${this.labelOf(value) ?? valueText(value, this.chart.x)}`;
    }

    /** The text that a position brings with it, if it does. */
    labelOf(position) {
      return this.view.labels[this.view.x.indexOf(position)];
    }

    /** Goes to a value and says it. */
    go(at) {
      const { uplot } = this;
      const last = this.view.x.length - 1;
      const index = Math.min(Math.max(at, 0), last);
      uplot.setCursor({ left: uplot.valToPos(this.view.x[index], "x"), top: uplot.over.clientHeight / 2 });
      const values = this.known(index).map(([series, value]) => `${series.label} ${value}`);
      this.spoken.textContent = `${this.position(index)}; ${values.join(", ")}`;
    }

    press(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const at = this.uplot.cursor.idx ?? -1;
      const stride = this.chart.shape === "steps" && !event.shiftKey ? 8 : 1;
      const actions = {
        ArrowRight: () => this.go(at < 0 ? 0 : at + stride),
        ArrowLeft: () => this.go(at < 0 ? this.view.x.length : at - stride),
        Home: () => this.go(0),
        End: () => this.go(this.view.x.length),
        "+": () => this.zoomBy(2),
        "=": () => this.zoomBy(2),
        "-": () => this.zoomBy(0.5),
        Escape: () => this.zoom(null),
      };
      if (!actions[event.key]) return;
      event.preventDefault();
      actions[event.key]();
    }

    /** One finger reads values; two keep what is under them under them. */
    touch(over) {
      const fingers = new Map();
      const places = () => [...fingers.values()].map((finger) => finger.now).sort((a, b) => a - b);
      let held = null;
      const grip = () => {
        held = fingers.size === 2 ? places().map((place) => this.toRoom(this.uplot.posToVal(place, "x"))) : null;
      };
      const placeOf = (event) => event.clientX - over.getBoundingClientRect().left;
      over.addEventListener("pointerdown", (event) => {
        if (event.pointerType !== "touch") return;
        fingers.set(event.pointerId, { now: placeOf(event) });
        grip();
      });
      over.addEventListener("pointermove", (event) => {
        if (!fingers.has(event.pointerId)) return;
        fingers.get(event.pointerId).now = placeOf(event);
        const [left, right] = places();
        if (!held) {
          this.uplot.setCursor({ left, top: over.clientHeight / 2 });
        } else if (right - left > 8) {
          const perPixel = (held[1] - held[0]) / (right - left);
          const from = held[0] - perPixel * left;
          this.zoom([from, from + perPixel * over.clientWidth].map((end) => this.fromRoom(end)));
        }
      });
      for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
        over.addEventListener(end, (event) => {
          fingers.delete(event.pointerId);
          grip();
        });
      }
    }

    fit() {
      const width = this.plot.clientWidth;
      if (width > 0 && width !== this.uplot.width) this.uplot.setSize({ width, height: HEIGHT });
    }
  }

  /** A button that copies what stands in a block of text; where that is not allowed it selects the text. */
  function addCopyButton(block) {
    const button = element("button", { type: "button", className: "copy", textContent: "Copy" });
    button.onclick = async () => {
      try {
        await navigator.clipboard.writeText(block.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(block);
        button.textContent = "Selected";
      }
    };
    block.after(button);
  }

  for (const chart of JSON.parse(document.getElementById("data").textContent)) {
    const figure = document.getElementById(`figure-${chart.name}`);
    if (figure) new Chart(figure, chart);
  }
  document.querySelectorAll("pre.copied").forEach(addCopyButton);
})();
