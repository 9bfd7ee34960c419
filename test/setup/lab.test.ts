import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { jupyterEnvironment, labArguments } from "../../src/setup/lab.js";
import { lessonFolder } from "../../src/setup/lesson-folder.js";
import { projectAt, projectRoot } from "../../src/setup/project.js";
import { bareProject, temporaryFolder } from "./sandbox.js";

describe("setup/lab", function () {
  this.timeout(60_000);

  it("passes the user's options on, last, and --allow-root only for root", () => {
    const project = projectAt("/p");
    const options = ["--no-browser", "--port", "8899"];
    const args = labArguments(project, options, false);
    assert.deepEqual(args.slice(0, 2), ["-m", "jupyterlab"]);
    assert.ok(args.includes("--ServerApp.root_dir=/p/my-lessons"));
    assert.deepEqual(args.slice(-3), options);
    assert.equal(args.includes("--allow-root"), false);
    assert.ok(labArguments(project, options, true).includes("--allow-root"));
  });

  it("opens the map of the lessons the first time, then what was open, and nothing of ours in another folder", () => {
    // npm test names a folder for workspaces.
    const project = bareProject({ env: {} });
    const page = (...options: string[]) =>
      labArguments(project, options, false).filter((each) => each.includes("default_url"));
    assert.deepEqual(page(), ["--LabApp.default_url=/lab/tree/index.ipynb"]);
    assert.ok(fs.existsSync(path.join(projectRoot, "notebooks/index.ipynb")));
    assert.deepEqual(page("--ServerApp.root_dir=/elsewhere"), []);
    const workspaces = jupyterEnvironment(project).JUPYTERLAB_WORKSPACES_DIR!;
    fs.mkdirSync(workspaces, { recursive: true });
    fs.writeFileSync(path.join(workspaces, "default.jupyterlab-workspace"), "{}");
    assert.deepEqual(page(), []);
  });

  it("keeps what Jupyter writes inside the project, unless a variable says otherwise", () => {
    const env = jupyterEnvironment(
      projectAt("/p", { env: { HOME: "/home/u", JUPYTER_CONFIG_DIR: "/mine" } }),
    );
    assert.equal(env.JUPYTER_DATA_DIR, "/p/.manabi/jupyter/data");
    assert.equal(env.JUPYTER_RUNTIME_DIR, "/p/.manabi/jupyter/runtime");
    assert.equal(env.JUPYTER_CONFIG_DIR, "/mine");
  });

  it("serves, writes nothing into the home folder, and ends on Ctrl-C", async function () {
    const { python } = projectAt(projectRoot);
    if (!fs.existsSync(python)) this.skip();
    const project = bareProject();
    const home = temporaryFolder();
    fs.mkdirSync(lessonFolder(project));
    fs.mkdirSync(path.dirname(project.python), { recursive: true });
    const module = path.join(import.meta.dirname, "../../src/setup");
    const script = `
      const { runLab } = await import(${JSON.stringify(`${module}/lab.js`)});
      const { projectAt } = await import(${JSON.stringify(`${module}/project.js`)});
      const project = { ...projectAt(${JSON.stringify(project.root)}), python: ${JSON.stringify(python)} };
      process.exitCode = await runLab(project, ["--no-browser", "--port=0"]);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      env: { ...process.env, HOME: home },
      stdio: ["ignore", "ignore", "pipe"],
    });
    after(() => child.kill());
    const ended = new Promise((resolve) => child.on("close", resolve));
    let log = "";
    child.stderr.on("data", (chunk) => (log += chunk));
    const answers = async (): Promise<boolean> => {
      const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(log) ?? [];
      return (
        url !== undefined &&
        fetch(`${url}/api`).then(
          ({ ok }) => ok,
          () => false,
        )
      );
    };
    while (child.exitCode === null && !(await answers())) await setTimeout(100);
    child.kill("SIGINT");
    assert.equal(await ended, 0, log);
    assert.doesNotMatch(log, /Fail to get yarn configuration/);
    assert.deepEqual(fs.readdirSync(home), []);
  });
});
