import assert from "node:assert/strict";
import { projectAt } from "../../src/setup/project.js";
import { findPython, pythonCandidates } from "../../src/setup/python.js";
import { fakeProgram, temporaryFolder } from "./sandbox.js";

describe("setup/python", () => {
  const withPath = (...folders: string[]) =>
    projectAt(temporaryFolder(), { env: { PATH: folders.join(":") }, platform: "linux" });

  it("takes the first Python that is new enough", async () => {
    const old = fakeProgram("python3", "echo 3.8.10");
    const good = fakeProgram("python3.12", "echo 3.12.1");
    assert.deepEqual(await findPython(withPath(old, good)), {
      command: "python3.12",
      args: [],
      version: "3.12.1",
    });
  });

  it("compares versions as numbers", async () => {
    assert.equal((await findPython(withPath(fakeProgram("python3", "echo 3.10.0")))).version, "3.10.0");
    await assert.rejects(findPython(withPath(fakeProgram("python3", "echo 3.9.20"))), {
      message: "JupyterLab needs Python 3.10 or newer, but python3 is 3.9.20.",
    });
  });

  it("says how to get one when there is none", async () => {
    await assert.rejects(findPython(withPath(temporaryFolder())), {
      message: "JupyterLab needs Python, but none was found in PATH.",
      fix: /apt install python3 python3-venv.*MANABI_PYTHON=/s,
    });
  });

  it("takes MANABI_PYTHON and nothing else when it is set", async () => {
    const env = { PATH: fakeProgram("python3", "echo 3.12.1"), MANABI_PYTHON: "/nowhere/python3" };
    await assert.rejects(
      findPython(projectAt(temporaryFolder(), { env })),
      /none was found at MANABI_PYTHON=\/nowhere/,
    );
  });

  it("asks Windows' launcher first there", () => {
    assert.deepEqual(pythonCandidates({ env: {}, platform: "win32" })[0], { command: "py", args: ["-3"] });
  });
});
