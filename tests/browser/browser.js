// A browser without a window, and pages that remember everything that goes wrong in them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

/** The folder of reports, each in a folder of its own. */
const reports = process.env.REPORTS;

/** The reports that `.ci/browser` makes. */
export const names = ["founding", "collective", "traffic", "hostile", "explained"];

export function launch() {
  const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
  return chromium.launch({ executablePath: process.env.CHROMIUM, args });
}

export function resultsOf(name) {
  return JSON.parse(readFileSync(join(reports, name, "results.json"), "utf8"));
}

/** Opens a report; `page.trouble` lists errors, warnings, dialogs and requests other than that for the file. */
export async function open(browser, name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const url = pathToFileURL(join(reports, name, "report.html")).href;
  page.trouble = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) page.trouble.push(message.text());
  });
  page.on("pageerror", (error) => page.trouble.push(String(error)));
  page.on("dialog", (dialog) => {
    page.trouble.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url() !== url) page.trouble.push(`a request: ${request.url()}`);
  });
  await page.goto(url, { waitUntil: "load" });
  return page;
}

/** A chart of a page, as its users handle it. */
export class Chart {
  constructor(page, name) {
    this.page = page;
    this.figure = page.locator(`#figure-${name}`);
    this.plot = this.figure.locator(".plot");
    this.over = this.figure.locator(".u-over");
    this.tip = this.figure.locator(".tip");
    this.reset = this.figure.getByRole("button", { name: "Reset zoom" });
  }

  legend(label) {
    return this.figure.locator(".legend button", { hasText: label });
  }

  /** Moves the pointer to this share of the width; what it then says, as its lines. */
  async hover(share) {
    await this.over.scrollIntoViewIfNeeded();
    const box = await this.over.boundingBox();
    await this.page.mouse.move(box.x + box.width * share, box.y + box.height / 2);
    return this.said();
  }

  /** The position and, by the label of each series, the value beside the pointer. */
  async said() {
    if (await this.tip.isHidden()) return null;
    return this.tip.evaluate((tip) => {
      const values = [...tip.querySelectorAll(".value")].map((line) => {
        const value = line.querySelector("b").textContent;
        return [line.textContent.slice(0, -value.length), value];
      });
      return { position: tip.querySelector("p").textContent, values: Object.fromEntries(values) };
    });
  }

  async drag(from, to) {
    await this.over.scrollIntoViewIfNeeded();
    const box = await this.over.boundingBox();
    const y = box.y + box.height / 2;
    await this.page.mouse.move(box.x + box.width * from, y);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + box.width * to, y, { steps: 8 });
    await this.page.mouse.up();
  }

  /** The drawing as an address of its pixels. */
  pixels() {
    return this.figure.locator(".plot canvas").first().evaluate((canvas) => canvas.toDataURL());
  }
}
