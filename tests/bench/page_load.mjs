// The page with a thousand campaigns, fifty of them sending at once.
//
//   page_load.mjs [--minutes 10] [--campaigns 1000] [--sending 50]
//
// Measures in Debian's Chromium, against the real engine and an SMTP sink: the time to the first card and to the
// whole state (nothing cached), the longest time between two frames while updates stream and somebody scrolls,
// searches, sorts and filters, and the page's memory after each minute (after a garbage collection). Prints each
// figure as JSON beside what is wanted of it; page_figures.py runs it and prints the table.
import { parseArgs } from "node:util";
import { launch, open } from "../e2e/page/browser.mjs";
import { Engine } from "../e2e/page/engine.mjs";

const firstViewMax = 1000;
const frameMax = 100;
const growthMax = 1.1;
const lettersASecond = 500;

const { values: said } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    campaigns: { type: "string", default: "1000" },
    sending: { type: "string", default: "50" },
  },
});
const [minutes, campaigns, sending] = [said.minutes, said.campaigns, said.sending].map(Number);
const tell = (words) => process.stderr.write(words + "\n");
// As report.py's.
const figures = [];
const figure = (what, measured, unit, wanted, bound, note = "", digits = 0) =>
  figures.push({ what, measured, unit, wanted, bound, note, digits });

async function fill(engine) {
  const many = await engine.call("import", { count: 2 * Math.ceil((lettersASecond * 60 * (minutes + 2)) / sending) });
  const few = await engine.call("import", { count: 1000 });
  const later = { start_at: "2036-12-01T09:00:00Z", parts: { size: 200, every: "30m", growth: 0 } };
  for (let at = 0; at < campaigns; ++at) {
    const isSending = at % Math.round(campaigns / sending) === 0;
    const id = await engine.call("create", {
      audience: isSending ? many : few,
      name: `Campaign ${at} of the autumn`,
      ...(isSending ? {} : { plan: later }),
    });
    await engine.http("POST", `/v1/campaigns/${id}/start`);
    if (at % 3 === 1) await engine.http("POST", `/v1/campaigns/${id}/pause`);
  }
}

/** Before the page's own scripts: when the first card is there, and how long each frame took. */
function watchFrames() {
  const firstCard = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("no card after 20 s")), 20_000);
    new MutationObserver((_, watch) => {
      if (!document.querySelector(".card")) return;
      requestAnimationFrame(() => resolve(performance.now()));
      watch.disconnect();
    }).observe(document, { childList: true, subtree: true });
  });
  window.measured = { firstCard, frames: [] };
  let last = null;
  const frame = (now) => {
    if (last !== null) window.measured.frames.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

async function use(page, forMilliseconds) {
  const search = page.getByRole("searchbox");
  const deadline = Date.now() + forMilliseconds;
  while (Date.now() < deadline) {
    for (let step = 0; step < 10; ++step) {
      await page.mouse.wheel(0, step < 7 ? 700 : -1600);
      await page.waitForTimeout(100);
    }
    await search.fill("");
    await search.pressSequentially("Campaign 5", { delay: 60 });
    await search.fill("");
    for (const order of ["name", "start", "changed"]) await page.getByLabel("Sort by").selectOption(order);
    await page.getByLabel("Status").selectOption("sending");
    await page.waitForTimeout(1000);
    await page.getByLabel("Status").selectOption("");
  }
}

const takeFrames = (page) => page.evaluate(() => window.measured.frames.splice(0));

async function memory(devtools) {
  await devtools.send("HeapProfiler.collectGarbage");
  const { usedSize } = await devtools.send("Runtime.getHeapUsage");
  const { nodes } = await devtools.send("Memory.getDOMCounters");
  return { megabytes: usedSize / 1e6, nodes };
}

const browser = await launch();
const engine = await Engine.start({
  environment: { SLUICE_RELAY_LETTERS_PER_SECOND: String(lettersASecond) },
});
try {
  tell(`making ${campaigns} campaigns, ${sending} of which send ${lettersASecond} letters/s together …`);
  await fill(engine);
  // The first page is for the browser's own start; each measured one has a context, and so a cache, of its own.
  await (await open(browser, engine)).context().close();
  const firstViews = [];
  for (let round = 0; round < 5; ++round) {
    const context = await browser.newContext({ viewport: { width: 1200, height: 860 }, locale: "en-GB" });
    const page = await context.newPage();
    await page.addInitScript(watchFrames);
    await page.goto(`${engine.url}/#token=${engine.token}`);
    firstViews.push(await page.evaluate(() => window.measured.firstCard));
    await context.close();
  }
  firstViews.sort((left, right) => left - right);
  figure("first view, median", firstViews[2], "ms", firstViewMax, "below",
    `five: ${firstViews.map((one) => one.toFixed(0)).join(", ")}`);

  const context = await browser.newContext({ viewport: { width: 1200, height: 860 }, locale: "en-GB" });
  const page = await context.newPage();
  await page.addInitScript(watchFrames);
  await page.goto(`${engine.url}/#token=${engine.token}`);
  await page.getByText("Live", { exact: true }).waitFor();
  const devtools = await context.newCDPSession(page);
  const heap = [];
  const longest = [];
  await takeFrames(page);
  for (let minute = 1; minute <= minutes; ++minute) {
    await use(page, 30_000);
    await page.waitForTimeout(28_000);
    const frames = (await takeFrames(page)).sort((left, right) => right - left);
    const { megabytes, nodes } = await memory(devtools);
    await takeFrames(page); // the collection's own pause is ours, not the page's
    heap.push(megabytes);
    // Frames are whole ticks of the screen, told to a tenth of a millisecond: six of them, 100 ms, may read 100.1.
    longest.push(Math.round(frames[0]));
    tell(
      `minute ${minute}: ${frames.length} frames, the longest ${frames.slice(0, 3).map((one) => one.toFixed(0)).join(", ")} ms; ` +
        `${megabytes.toFixed(1)} MB of heap, ${nodes} nodes`,
    );
  }
  figure("longest frame", Math.max(...longest), "ms", frameMax, "at most", `${minutes} minutes`);
  figure("heap, most beside the first minute's", Math.max(...heap) / heap[0], "", growthMax, "at most",
    `${Math.min(...heap).toFixed(1)} to ${Math.max(...heap).toFixed(1)} MB`, 2);
} finally {
  await browser.close();
  await engine.end();
}
for (const one of figures) console.log(JSON.stringify(one));
