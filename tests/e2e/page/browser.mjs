// Debian's Chromium (its headless shell where there is one: a test takes two thirds of the time), driven by
// playwright-core from the page's own packages (SLUICE_PAGE_PACKAGES).
import { createRequire } from "node:module";
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fakePreviews } from "./fake_lists.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const packages = process.env.SLUICE_PAGE_PACKAGES ?? join(here, "../../../build/release/web");
const require = createRequire(join(packages, "package.json"));
const { chromium } = require("playwright-core");
const axeSource = require.resolve("axe-core/axe.min.js");

const executablePath = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
export const screenshots = join(here, "../screenshots");
mkdirSync(screenshots, { recursive: true });

/** Chromium's own sandbox does not start under root. */
export async function launch() {
  return chromium.launch({ executablePath, headless: true, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** A page of its own, signed in, that keeps every complaint of the browser's console in `complaints`. */
export async function open(browser, engine, options = {}) {
  const { token = engine.token, locale = "en-GB", width = 1200, height = 860, dark = false } = options;
  const context = await browser.newContext({
    locale,
    timezoneId: "UTC",
    viewport: { width, height },
    colorScheme: dark ? "dark" : "light",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(8_000);
  page.complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") page.complaints.push(message.text());
  });
  page.on("pageerror", (fault) => page.complaints.push(String(fault)));
  if (!engine.knowsPreviews) await fakePreviews(page, engine);
  await page.goto(`${engine.url}/${token ? `#token=${token}` : ""}`);
  if (token) await page.getByRole("tablist").waitFor();
  return page;
}

/** A module of the page's own that needs no browser. */
export async function loadWords(path) {
  const { outputFiles } = await require("esbuild").build({
    entryPoints: [join(here, "../../../adapters/web/src", path)],
    bundle: true,
    format: "esm",
    target: "node18",
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

export function shoot(page, name, fullPage = false) {
  return page.screenshot({ path: join(screenshots, `${name}.png`), fullPage });
}

/** The second half of a double click, come after the first has been carried out: the browser says that it is the second. */
export async function clickSecond(page, button) {
  await button.hover();
  await page.mouse.down({ clickCount: 2 });
  await page.mouse.up({ clickCount: 2 });
}

/** The faults that axe-core calls serious or critical, in a form that a failing test can show. */
export async function axeFaults(page) {
  await page.evaluate((await import("node:fs")).readFileSync(axeSource, "utf8"));
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => `${one.id}: ${one.nodes.map((node) => `${node.target} ${node.failureSummary}`).join(" | ")}`);
}

/** Looks again until it holds. */
export async function until(holds, what, seconds = 20) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await holds();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
