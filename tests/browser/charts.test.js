// What charts do: tell the values of results.json, switch series off and on, zoom and come back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Chart, launch, open, resultsOf } from "./browser.js";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** Opens a report, hands over one of its charts, and holds that nothing went wrong meanwhile. */
function chartTest(description, [report, name], body, options) {
  test(description, async () => {
    const page = await open(browser, report, options);
    await body(new Chart(page, name), page);
    assert.deepEqual(page.trouble, []);
    await page.context().close();
  });
}

/** Whether a text says a value with four digits, which end in a unit. */
function assertSays(text, value, unit) {
  assert.ok(text.endsWith(` ${unit}`), text);
  const shown = Number(text.slice(0, -unit.length - 1).replaceAll(",", ""));
  assert.ok(Math.abs(shown - value) <= Math.abs(value) * 5.1e-4, `${text} is not ${value}`);
}

/** What the chart says from its left to its right edge, once for each position. */
async function allSaid(chart, stops) {
  const said = new Map();
  for (let stop = 0; stop <= stops; stop += 1) {
    const here = await chart.hover(stop / stops);
    if (here) said.set(here.position, here.values);
  }
  return said;
}

for (const [name, metric] of [["mfu", "mfu"], ["exposed_communication_share", "exposed_communication_share"]]) {
  chartTest(`the pointer tells the ${name} of results.json`, ["founding", name], async (chart) => {
    const points = resultsOf("founding").results;
    const said = await allSaid(chart, 4);
    assert.equal(said.size, new Set(points.map((point) => point.chips)).size);
    for (const point of points) {
      const values = said.get(`number of chips: ${point.chips.toLocaleString("en-US")}`);
      assertSays(values[point.system], point[metric] * 100, "%");
    }
  });
}

chartTest("the pointer tells the energy of results.json and its ends, below the figure", ["founding", "energy"], async (chart) => {
  const points = resultsOf("founding").results;
  assert.ok(await chart.figure.locator(".still svg").isVisible(), "the parts of the energy stay");
  const said = await allSaid(chart, 4);
  for (const point of points) {
    const text = said.get(`number of chips: ${point.chips.toLocaleString("en-US")}`)[point.system];
    const { value, low, high } = point.energy_breakdown_j_per_token.total;
    assert.ok(low < value && value < high);
    const [, shown, from, to] = text.match(/^(.* J) \((.*) to (.* J)\)$/);
    assertSays(shown, value, "J");
    assertSays(`${from} J`, low, "J");
    assertSays(to, high, "J");
  }
});

chartTest("a band is drawn, and goes and comes with its series", ["founding", "energy"], async (chart) => {
  const [system] = resultsOf("founding").results.map((point) => point.system);
  const colours = () => chart.figure.locator(".plot canvas").first().evaluate((canvas) => {
    // A copy is read, as canvases that are drawn on complain about many reads.
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    let drawn = 0;
    for (let at = 3; at < data.length; at += 4) drawn += data[at] > 0 ? 1 : 0;
    return drawn / (canvas.width * canvas.height);
  });
  const whole = await colours();
  assert.ok(whole > 0.1, `bands cover ${whole} of the chart`);
  await chart.legend(system).click();
  assert.ok(await colours() < whole - 0.01);
  await chart.legend(system).click();
  assert.ok(Math.abs(await colours() - whole) < 1e-3);
});

chartTest("the busiest links are views after the steps", ["explained", "link_utilization"], async (chart) => {
  const { results } = resultsOf("explained");
  const options = await chart.figure.locator("option").allTextContents();
  assert.equal(options.length, 2 * results.length);
  const label = options[results.length];
  assert.ok(label.startsWith(results[0].system) && label.endsWith(": the busiest links"), label);
  await chart.figure.locator("select").selectOption({ label });
  const { busiest } = results[0].links;
  const { position, values } = await chart.hover(0.5);
  assert.match(position, /^time: /);
  for (const link of busiest) {
    const said = Object.keys(values).find((name) => name.startsWith(`${link.link} (${link.tier}`));
    assert.ok(said, `${link.link} is not among ${Object.keys(values)}`);
    assert.ok(parseFloat(values[said]) <= link.peak * 100 + 0.1, `${values[said]} is above ${link.peak}`);
  }
});

chartTest("the pointer tells the bus bandwidth of results.json", ["collective", "busbw"], async (chart) => {
  const points = resultsOf("collective").results;
  const said = await allSaid(chart, 8);
  const first = points[0];
  assert.equal(first.size_bytes, 1024);
  assertSays(said.get("message size: 1 KiB")[`${first.system} (8 chips)`], first.busbw_gb_per_s, "GB/s");
  const last = points.findLast((point) => point.size_bytes === 2 ** 30);
  assertSays(said.get("message size: 1 GiB")[`${last.system} (8 chips)`], last.busbw_gb_per_s, "GB/s");
});

chartTest("the highest slice of time is the peak of results.json", ["founding", "link_utilization"], async (chart) => {
  const seen = await chart.plot.evaluate((plot) => {
    const highest = {};
    const press = (key) => plot.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey: true }));
    let last = null;
    for (press("Home"); plot.querySelector(".tip p").textContent !== last; press("ArrowRight")) {
      last = plot.querySelector(".tip p").textContent;
      for (const line of plot.querySelectorAll(".tip .value")) {
        const value = line.querySelector("b").textContent;
        const tier = line.textContent.slice(0, -value.length);
        highest[tier] = Math.max(highest[tier] ?? 0, parseFloat(value));
      }
    }
    return highest;
  });
  const [point] = resultsOf("founding").results;
  assert.deepEqual(Object.keys(seen).sort(), Object.keys(point.link_utilization).sort());
  for (const [tier, { peak }] of Object.entries(point.link_utilization)) {
    assert.ok(Math.abs(seen[tier] - peak * 100) < 0.1, `${tier}: ${seen[tier]} is not ${peak * 100}`);
  }
});

for (const viewport of [{ width: 1280, height: 900 }, { width: 390, height: 844 }]) {
  chartTest(`what the pointer tells lies in the chart, ${viewport.width} wide`, ["founding", "mfu"], async (chart) => {
    for (const share of [0.05, 0.5, 0.95]) {
      await chart.hover(share);
      const [tip, plot] = [await chart.tip.boundingBox(), await chart.plot.boundingBox()];
      const inside = tip.x >= plot.x && tip.x + tip.width <= plot.x + plot.width && tip.y + tip.height <= plot.y + plot.height;
      assert.ok(inside && tip.height < plot.height / 2, JSON.stringify({ tip, plot }));
    }
  }, { viewport });
}

chartTest("another step can be chosen", ["founding", "link_utilization"], async (chart) => {
  const before = await chart.pixels();
  const options = await chart.figure.locator("option").allTextContents();
  assert.equal(options.length, resultsOf("founding").results.length);
  await chart.figure.locator("select").selectOption({ label: options[1] });
  assert.notEqual(await chart.pixels(), before);
});

chartTest("a click on the legend switches a series off and on", ["founding", "mfu"], async (chart) => {
  const [system] = resultsOf("founding").results.map((point) => point.system);
  const [entry, whole] = [chart.legend(system), await chart.pixels()];
  assert.equal(await entry.getAttribute("aria-pressed"), "true");
  await entry.click();
  assert.equal(await entry.getAttribute("aria-pressed"), "false");
  assert.notEqual(await chart.pixels(), whole);
  assert.ok(!(system in (await chart.hover(0.1)).values));
  await entry.click();
  assert.equal(await entry.getAttribute("aria-pressed"), "true");
  assert.ok(system in (await chart.hover(0.1)).values);
});

chartTest("keys on the legend do the same", ["founding", "mfu"], async (chart, page) => {
  const entry = chart.legend(resultsOf("founding").results[0].system);
  for (const [key, pressed] of [["Enter", "false"], ["Space", "true"]]) {
    await entry.focus();
    await page.keyboard.press(key);
    assert.equal(await entry.getAttribute("aria-pressed"), pressed);
  }
});

chartTest("a drag zooms, the button and a double click come back", ["collective", "busbw"], async (chart, page) => {
  assert.ok(await chart.reset.isDisabled());
  assert.equal((await chart.hover(0.02)).position, "message size: 1 KiB");
  for (const back of [() => chart.reset.click(), () => chart.over.dblclick()]) {
    await chart.drag(0.5, 0.9);
    assert.ok(await chart.reset.isEnabled());
    const zoomed = (await chart.hover(0.02)).position;
    assert.match(zoomed, /(MiB)$/);
    await back();
    assert.ok(await chart.reset.isDisabled());
    await page.mouse.move(0, 0);
    assert.equal((await chart.hover(0.02)).position, "message size: 1 KiB");
  }
});

chartTest("keys read values aloud and zoom", ["collective", "busbw"], async (chart, page) => {
  await chart.plot.focus();
  await page.keyboard.press("Home");
  const spoken = chart.figure.locator("[aria-live]");
  const [first] = resultsOf("collective").results;
  assert.match(await spoken.textContent(), /^message size: 1 KiB; .*GB\/s/);
  assert.ok((await spoken.textContent()).includes(first.system));
  await page.keyboard.press("ArrowRight");
  assert.match(await spoken.textContent(), /^message size: 4 KiB;/);
  await page.keyboard.press("+");
  assert.ok(await chart.reset.isEnabled());
  await page.keyboard.press("Escape");
  assert.ok(await chart.reset.isDisabled());
});

chartTest("the vertical axis can be logarithmic", ["collective", "busbw"], async (chart) => {
  const before = await chart.pixels();
  const button = chart.figure.getByRole("button", { name: "Logarithmic" });
  await button.click();
  assert.equal(await button.getAttribute("aria-pressed"), "true");
  assert.notEqual(await chart.pixels(), before);
});

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
chartTest("two fingers zoom on a phone", ["collective", "busbw"], async (chart, page) => {
  await chart.over.scrollIntoViewIfNeeded();
  const box = await chart.over.boundingBox();
  const session = await page.context().newCDPSession(page);
  const fingers = (...shares) => shares.map((share, id) => ({ x: box.x + box.width * share, y: box.y + box.height / 2, id }));
  const touch = (type, ...shares) => session.send("Input.dispatchTouchEvent", { type, touchPoints: fingers(...shares) });
  await touch("touchStart", 0.4, 0.6);
  for (const spread of [0.05, 0.1, 0.15, 0.2]) await touch("touchMove", 0.4 - spread, 0.6 + spread);
  await touch("touchEnd");
  assert.ok(await chart.reset.isEnabled());
  await chart.reset.tap();
  assert.ok(await chart.reset.isDisabled());
}, phone);
