import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findChromium } from "../../tools/chromium.js";
import { Lab } from "./lab.js";

const screenshots = ".manabi/screenshots";

describe("JupyterLab in a browser", function () {
  this.timeout(240_000);
  let lab: Lab;

  before(async function () {
    if (!findChromium()) this.skip();
    await mkdir(screenshots, { recursive: true });
    lab = await Lab.start();
  });
  after(async () => lab?.stop());

  it("runs a lesson and shows its pictures, plots and tables", async () => {
    const notebook = await lab.open("00-welcome.ipynb");
    await notebook.choose("Edit", "Clear Outputs of All Cells");
    assert.deepEqual(await notebook.runAll(), []);
    const { page } = notebook;
    await page.locator(".js-plotly-plot .main-svg").first().waitFor();
    assert.ok((await page.locator(".js-plotly-plot .scatterlayer .trace").count()) >= 2, "two curves");
    const grid = page.locator('.jp-OutputArea-output img[src^="data:image/svg+xml"]').first();
    const box = await grid.boundingBox();
    assert.ok(box && box.width > 300 && box.height > 80, `the image grid is ${JSON.stringify(box)}`);
    assert.ok(
      (await page.locator(".jp-RenderedHTMLCommon table").count()) >= 2,
      "a Markdown and a polars table",
    );
    assert.deepEqual(notebook.errors, []);
    await page.locator(".js-plotly-plot").first().scrollIntoViewIfNeeded();
    await page.screenshot({ path: join(screenshots, "welcome.png") });
    await page.close();
  });

  it("draws plots in the text colour of the theme, light and dark", async () => {
    await writeFile(
      join(lab.folder, "theme.ipynb"),
      notebookOf([`import { figure } from "manabi"; figure({ data: [{ y: [1, 4, 9] }] })`]),
    );
    const notebook = await lab.open("theme.ipynb");
    await notebook.runAll();
    const { page } = notebook;
    const brightness = async (): Promise<number> => {
      const fill = await page.evaluate<string>(
        'getComputedStyle(document.querySelector(".js-plotly-plot .xtick text")).fill',
      );
      return Math.max(...(fill.match(/\d+/g) ?? []).map(Number));
    };
    await page.locator(".js-plotly-plot .xtick text").first().waitFor();
    assert.ok((await brightness()) < 60, `text on white has brightness ${await brightness()}`);
    await notebook.choose("Settings", "Theme");
    await page.locator(".lm-Menu-itemLabel", { hasText: /^JupyterLab Dark$/ }).click();
    await page.locator('body[data-jp-theme-name="JupyterLab Dark"]').waitFor({ state: "attached" });
    const deadline = Date.now() + 10_000;
    while ((await brightness()) < 200 && Date.now() < deadline) await page.waitForTimeout(50);
    assert.ok((await brightness()) > 200, `text on black has brightness ${await brightness()}`);
    await page.screenshot({ path: join(screenshots, "dark.png") });
    await notebook.choose("Settings", "Theme");
    await page.locator(".lm-Menu-itemLabel", { hasText: /^JupyterLab Light$/ }).click();
    await page.close();
  });

  it("interrupts a running cell, keeps the variables, and restarts", async () => {
    await writeFile(
      join(lab.folder, "interrupt.ipynb"),
      notebookOf(["const kept = 41;", 'console.log("spinning"); while (true) {}', "kept + 1"]),
    );
    const notebook = await lab.open("interrupt.ipynb");
    const { page } = notebook;
    const outputs = page.locator(".jp-OutputArea-output");
    await page.locator(".jp-CodeCell").first().click();
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.press("Shift+Enter");
    await outputs.filter({ hasText: "spinning" }).waitFor();
    await notebook.kernelIs("Busy");
    await notebook.choose("Kernel", "Interrupt Kernel");
    await notebook
      .cell(1)
      .locator(".jp-OutputArea-output", { hasText: /interrupt/i })
      .waitFor();
    await notebook.kernelIs("Idle");
    await notebook.cell(2).click();
    await page.keyboard.press("Shift+Enter");
    await outputs.filter({ hasText: /^42$/ }).waitFor();

    await notebook.choose("Kernel", "Restart Kernel…", "Restart");
    await notebook.kernelIs("Idle");
    await notebook.cell(2).click();
    await page.keyboard.press("Shift+Enter");
    await outputs.filter({ hasText: /kept is not defined/ }).waitFor();
    await page.screenshot({ path: join(screenshots, "interrupt.png") });
    await page.close();
  });
});

function notebookOf(sources: string[]): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { display_name: "TypeScript (Manabi)", language: "typescript", name: "manabi" } },
    cells: sources.map((source, index) => ({
      cell_type: "code",
      id: `cell-${index}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source,
    })),
  });
}
