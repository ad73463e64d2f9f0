// What holds of the book: every link leads somewhere, every picture is seen, and search finds what is there.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { pages, serve } from "./server.js";

let browser;
let context;
let server;
/** For each page that was opened: its anchors and the links into the book. */
const seen = new Map();

before(async () => {
  server = await serve();
  const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args });
  context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  // The longest page has thousands of rows, and machines that build are busy.
  context.setDefaultTimeout(180_000);
});
after(async () => {
  await browser.close();
  server.close();
});

/** Opens a page of the book; `page.trouble` lists errors, what is missing, and requests that leave the book. */
async function open(path) {
  const page = await context.newPage();
  page.trouble = [];
  page.on("console", (message) => { if (message.type() === "error") page.trouble.push(message.text()); });
  page.on("pageerror", (error) => page.trouble.push(String(error)));
  page.on("response", (response) => { if (response.status() >= 400) page.trouble.push(`missing: ${response.url()}`); });
  page.on("request", (request) => {
    if (!request.url().startsWith(server.address) && !request.url().startsWith("data:")) page.trouble.push(`leaves the book: ${request.url()}`);
  });
  await page.goto(`${server.address}/${path}`, { waitUntil: "load" });
  return page;
}

test("every page opens in order, and every picture is seen", async () => {
  const all = pages();
  assert.ok(all.length > 40, `${all.length} pages`);
  for (const path of all) {
    const page = await open(path);
    const found = await page.evaluate(async () => {
      const images = [...document.querySelectorAll("main img")];
      await Promise.all(images.map((image) => image.decode().catch(() => null)));
      return {
        unseen: images.filter((image) => image.naturalWidth === 0).map((image) => image.src),
        anchors: [...document.querySelectorAll("[id]")].map((element) => element.id),
        links: [...document.querySelectorAll("main a[href], nav a[href]")].map((link) => link.href),
      };
    });
    assert.deepEqual(found.unseen, [], path);
    assert.deepEqual(page.trouble, [], path);
    seen.set(path, found);
    await page.close();
  }
});

test("no link of the book is dead", () => {
  const dead = [];
  for (const [path, { links }] of seen) {
    for (const link of links.filter((link) => link.startsWith(server.address))) {
      const url = new URL(link);
      const target = decodeURIComponent(url.pathname.slice(1)) || "index.html";
      const anchor = decodeURIComponent(url.hash.slice(1));
      const page = seen.get(target);
      if (!page && target.endsWith(".html") && !["print.html"].includes(target)) dead.push(`${path}: ${target}`);
      if (page && anchor && !page.anchors.includes(anchor)) dead.push(`${path}: ${target}#${anchor}`);
    }
  }
  assert.deepEqual(dead, []);
});

test("links to files of the book that are no pages lead to files", async () => {
  for (const [path, { links }] of seen) {
    for (const link of links.filter((link) => link.startsWith(server.address) && !/\.html|\/($|#)/.test(link))) {
      const { status } = await fetch(link);
      assert.equal(status, 200, `${path}: ${link}`);
    }
  }
});

test("search finds the tutorials", async () => {
  const page = await open("index.html?search=all-reduce%20alpha%20beta");
  const results = page.locator("#mdbook-searchresults a, #searchresults a");
  await results.first().waitFor();
  const targets = await results.evaluateAll((found) => found.map((link) => new URL(link.href).pathname));
  assert.ok(targets.some((target) => target === "/tutorial/all-reduce.html"), targets.join(" "));
  assert.deepEqual(page.trouble, []);
});

test("hints and answers open when they are asked for", async () => {
  const page = await open("tutorial/all-reduce.html");
  const details = page.locator("details", { hasText: "Count the steps first" });
  assert.equal(await details.evaluate((element) => element.open), false);
  await details.locator("summary").click();
  assert.equal(await details.evaluate((element) => element.open), true);
});
