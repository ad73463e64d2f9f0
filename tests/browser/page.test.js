// What holds of every report: it opens alone and in order, on every screen, for everybody.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { launch, names, open, resultsOf } from "./browser.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

for (const name of names) {
  test(`${name}: opens without errors and without any request`, async () => {
    const page = await open(browser, name);
    assert.ok(await page.locator(".answer p").textContent());
    assert.ok(await page.locator("figure").count() > 0);
    assert.ok(await page.locator("figure.live .plot canvas").count() > 0, "no figure has become a chart");
    assert.deepEqual(page.trouble, []);
    await page.context().close();
  });

  test(`${name}: fits a phone without scrolling sideways`, async () => {
    const page = await open(browser, name, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.equal(width, 390);
    assert.deepEqual(page.trouble, []);
    await page.context().close();
  });

  for (const colorScheme of ["light", "dark"]) {
    test(`${name}: has no known hindrance for readers, ${colorScheme}`, async () => {
      // The checker is put into the page, which its policy forbids to all but us.
      const page = await open(browser, name, { colorScheme, bypassCSP: true });
      await page.evaluate(axe);
      await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
      const { violations } = await page.evaluate(() => window.axe.run());
      const found = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 200)).join(" ")}`);
      assert.deepEqual(found, []);
      await page.context().close();
    });
  }
}

test("explanations name the catalog values that a step rests on", async () => {
  const page = await open(browser, "explained");
  const [point] = resultsOf("explained").results;
  const section = page.locator("section", { has: page.locator("#why") });
  assert.equal(await section.locator("details").count(), resultsOf("explained").results.length);
  const first = section.locator("details").first();
  assert.ok(!(await first.locator("ul").first().isVisible()));
  await first.locator("summary").click();
  assert.ok(await first.locator("ul").first().isVisible());
  const [value] = point.explain.rests_on;
  const item = first.locator("li", { hasText: ` ${value.key} = ` }).last();
  assert.ok((await item.textContent()).includes(`${value.elasticity.toFixed(2)} %`));
  assert.deepEqual(page.trouble, []);
  await page.context().close();
});

test("hostile names are text", async () => {
  const page = await open(browser, "hostile");
  const results = resultsOf("hostile");
  const systems = [...new Set(results.results.map((point) => point.system))];
  assert.ok(systems.every((name) => name.includes("document.title='taken'")), "systems have lost their names");
  assert.ok((await page.locator(".question").textContent()).startsWith("<svg onload"));
  assert.equal(await page.title(), "hostile · Copperlight");
  const rows = await page.locator("#results ~ .scroll tbody th").allTextContents();
  assert.deepEqual([...new Set(rows)], systems);
  const legend = await page.locator("#figure-mfu .legend button").allTextContents();
  assert.deepEqual(legend, systems);
  const strangers = "img, iframe, object, embed, link, base, form, [onload], [onerror], [onclick]";
  assert.equal(await page.locator(strangers).count(), 0);
  assert.equal(await page.locator("script").count(), 2);
  assert.deepEqual(page.trouble, []);
  await page.context().close();
});

test("what is put into the page afterwards neither runs nor loads", async () => {
  const page = await open(browser, "founding");
  const loaded = [];
  page.on("requestfinished", (request) => loaded.push(request.url()));
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "document.title = 'taken'";
    const image = document.createElement("img");
    image.src = "https://example.org/a.png";
    document.body.append(script, image);
    document.body.insertAdjacentHTML("beforeend", "<p onclick=\"document.title = 'taken'\" id=trap>trap</p>");
    document.getElementById("trap").click();
  });
  assert.notEqual(await page.title(), "taken");
  assert.ok(page.trouble.some((text) => text.includes("Content Security Policy")), page.trouble.join("\n"));
  assert.deepEqual(loaded, []);
  await page.context().close();
});

test("dark and light pages differ, and so do their charts", async () => {
  const page = await open(browser, "founding", { colorScheme: "light" });
  const look = () => page.evaluate(() => [
    getComputedStyle(document.body).backgroundColor,
    document.querySelector(".plot canvas").toDataURL(),
  ]);
  const light = await look();
  await page.emulateMedia({ colorScheme: "dark" });
  await page.waitForFunction((before) => document.querySelector(".plot canvas").toDataURL() !== before, light[1]);
  const dark = await look();
  assert.equal(light[0], "rgb(255, 255, 255)");
  assert.notEqual(dark[0], light[0]);
  assert.notEqual(dark[1], light[1]);
  await page.context().close();
});

test("without scripts every figure is a picture", async () => {
  const page = await open(browser, "founding", { javaScriptEnabled: false });
  const pictures = page.locator("figure svg");
  assert.equal(await pictures.count(), await page.locator("figure").count());
  for (const picture of await pictures.all()) assert.ok(await picture.isVisible());
  await page.context().close();
});

test("on paper every figure is a picture", async () => {
  const page = await open(browser, "founding");
  await page.emulateMedia({ media: "print" });
  for (const picture of await page.locator("figure .still svg").all()) assert.ok(await picture.isVisible());
  assert.equal(await page.locator(".chart:visible").count(), 0);
  await page.context().close();
});

test("the command can be copied or is selected", async () => {
  const page = await open(browser, "founding");
  const button = page.locator("button.copy").first();
  await button.click();
  await page.waitForFunction(() => document.querySelector("button.copy").textContent !== "Copy");
  assert.match(await button.textContent(), /^(Copied|Selected)$/);
  await page.context().close();
});

test("the first key leads past everything to the answer", async () => {
  const page = await open(browser, "founding");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  assert.ok(page.url().endsWith("#main"));
  await page.context().close();
});
