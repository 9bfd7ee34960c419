/** JupyterLab as `npm start` runs it, in headless Chromium: what the browser tests and the screenshots share. */
import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium } from "../../tools/chromium.js";
import { jupyterEnvironment, labArguments } from "../../src/setup/lab.js";
import { projectAt, projectRoot } from "../../src/setup/project.js";
import { type Browser, chromium, type Page } from "playwright-core";

const project = projectAt(projectRoot);

export class Lab {
  private constructor(
    readonly folder: string,
    private readonly url: string,
    private readonly server: ChildProcess,
    private readonly browser: Browser,
  ) {}

  /** Starts JupyterLab on a copy of `notebooks/` in a folder of its own, so that no test changes a lesson. */
  static async start(): Promise<Lab> {
    const folder = await mkdtemp(join(tmpdir(), "manabi-lab-"));
    await cp("notebooks", folder, { recursive: true });
    // Cells outside the window stay in the page, so that a test can look at them.
    const settings = join(folder, ".settings", "@jupyterlab", "notebook-extension");
    await mkdir(settings, { recursive: true });
    await writeFile(join(settings, "tracker.jupyterlab-settings"), `{ "windowingMode": "none" }`);
    const port = await freePort();
    const options = [
      "--no-browser",
      `--port=${port}`,
      "--IdentityProvider.token=",
      `--ServerApp.root_dir=${folder}`,
    ];
    const server = spawn(project.python, labArguments(project, options, process.getuid?.() === 0), {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...jupyterEnvironment(project), JUPYTERLAB_SETTINGS_DIR: join(folder, ".settings") },
    });
    const url = `http://localhost:${port}`;
    await answers(`${url}/api`, server);
    const browser = await chromium.launch({
      executablePath: findChromium()!,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
      ],
    });
    return new Lab(folder, url, server, browser);
  }

  /** Opens a notebook and waits until its kernel is idle. */
  async open(notebook: string, options: { width?: number; height?: number } = {}): Promise<Notebook> {
    const viewport = { width: options.width ?? 1200, height: options.height ?? 900 };
    const page = await this.browser.newPage({ viewport });
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(`${this.url}/lab/tree/${notebook}?reset`);
    const opened = new Notebook(page, errors);
    await page.locator(".jp-NotebookPanel .jp-CodeCell").first().waitFor({ timeout: 60_000 });
    await opened.kernelIs("Idle");
    return opened;
  }

  async stop(): Promise<void> {
    await this.browser.close();
    const ended = new Promise((resolve) => this.server.once("exit", resolve));
    this.server.kill("SIGTERM");
    await ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}

export class Notebook {
  constructor(
    readonly page: Page,
    /** Uncaught errors of the page: a bad extension shows here. */
    readonly errors: readonly string[],
  ) {}

  /** Chooses `item` of the menu `menu`, as a person would, and confirms the question that may follow. */
  async choose(menu: string, item: string, confirm?: string): Promise<void> {
    await this.page.locator(".lm-MenuBar-itemLabel", { hasText: new RegExp(`^${menu}$`) }).click();
    await this.page.locator(".lm-Menu-itemLabel", { hasText: item }).first().click();
    if (confirm) await this.page.locator(".jp-Dialog-buttonLabel", { hasText: confirm }).click();
  }

  /** Waits until the kernel is there and idle, or busy. */
  async kernelIs(status: "Idle" | "Busy", timeoutMs = 60_000): Promise<void> {
    const text = this.page.locator(".jp-StatusBar-TextItem", { hasText: `TypeScript (Manabi) | ${status}` });
    await text.waitFor({ timeout: timeoutMs });
  }

  /** The code cells, from the top. */
  cell(index: number): ReturnType<Page["locator"]> {
    return this.page.locator(".jp-NotebookPanel .jp-CodeCell").nth(index);
  }

  /** Runs all cells and waits for the last; returns the texts of the outputs that are errors. */
  async runAll(timeoutMs = 120_000): Promise<string[]> {
    await this.choose("Run", "Run All Cells");
    await this.settled(timeoutMs);
    return this.page.locator('[data-mime-type="application/vnd.jupyter.error"]').allInnerTexts();
  }

  /** Waits until every code cell has a number, none of them is waiting (`[*]`), and the kernel is idle. */
  async settled(timeoutMs = 60_000): Promise<void> {
    const everyCellHasRun = `[...document.querySelectorAll(".jp-NotebookPanel .jp-CodeCell .jp-InputPrompt")]
      .every((prompt) => /\\[\\d+\\]/.test(prompt.textContent))`;
    await this.page.waitForFunction(everyCellHasRun, undefined, { timeout: timeoutMs });
    await this.kernelIs("Idle", timeoutMs);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (server.exitCode !== null) throw new Error(`JupyterLab ended with exit code ${server.exitCode}.`);
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`JupyterLab did not answer at ${url} within 60 s.`);
}
