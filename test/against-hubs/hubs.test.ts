import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { temporaryFolder } from "../setup/sandbox.js";
import {
  assertUsual,
  freePort,
  jupyterPath,
  project,
  runCells,
  start,
  stopAll,
  usualCells,
  write,
} from "./servers.js";

const token = "0123456789abcdef";
const root = process.getuid?.() === 0 ? ["--allow-root"] : [];

const gatewayArguments = ["kernel-id", "port-range", "response-address", "public-key"].flatMap((name) => [
  `--${name}`,
  `{${name.replace("-", "_")}}`,
]);

describe("the kernel through", function () {
  this.timeout(180_000);
  afterEach(function () {
    return stopAll(this.currentTest?.state === "failed");
  });

  it("JupyterHub, for two users", async () => {
    const folder = temporaryFolder();
    const [port, hubPort, proxyPort] = [await freePort(), await freePort(), await freePort()];
    const proxy = path.join(project.root, "node_modules/configurable-http-proxy/bin/configurable-http-proxy");
    const config = write(
      folder,
      "jupyterhub_config.py",
      `c = get_config()
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = ${JSON.stringify(`${folder}/{username}`)}
c.JupyterHub.bind_url = "http://127.0.0.1:${port}"
c.JupyterHub.hub_port = ${hubPort}
c.JupyterHub.db_url = ${JSON.stringify(`sqlite:///${folder}/hub.sqlite`)}
c.JupyterHub.cookie_secret_file = ${JSON.stringify(`${folder}/cookie`)}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:${proxyPort}"
c.ConfigurableHTTPProxy.command = ${JSON.stringify([process.execPath, proxy])}
c.JupyterHub.services = [{"name": "test", "api_token": "${token}"}]
c.JupyterHub.load_roles = [
    {"name": "test", "scopes": ["admin:users", "admin:servers", "access:servers"], "services": ["test"]}
]
c.Spawner.args = ${JSON.stringify(root)}
c.Spawner.env_keep = ["PATH", "JUPYTER_PATH", "LANG"]
`,
    );
    start("jupyterhub", ["-f", config], { JUPYTER_PATH: await jupyterPath() });
    const hub = (method: string, address: string) =>
      fetch(`http://127.0.0.1:${port}/hub/api${address}`, {
        method,
        headers: { authorization: `token ${token}` },
      }).catch(() => undefined);
    const until = async (isReady: () => Promise<boolean>): Promise<void> => {
      for (let tries = 0; tries < 120 && !(await isReady()); tries += 1) await pause(500);
    };
    await until(async () => (await hub("GET", "/"))?.ok ?? false);
    for (const user of ["ada", "bob"]) {
      assert.equal((await hub("POST", `/users/${user}`))?.status, 201);
      await hub("POST", `/users/${user}/server`);
    }
    for (const user of ["ada", "bob"]) {
      await until(async () => {
        const model = (await (await hub("GET", `/users/${user}`))?.json()) as {
          servers?: Record<string, { ready: boolean }>;
        };
        return model?.servers?.[""]?.ready ?? false;
      });
      const url = `http://127.0.0.1:${port}/user/${user}/`;
      const answer = runCells({ url, token, cells: [{ code: "process.cwd()" }, ...usualCells] });
      assert.match(answer.cells.shift()!.text, new RegExp(`/${user}'$`));
      assertUsual(answer);
    }
  });

  it("a Kernel Gateway, by a server's --gateway-url", async () => {
    const [gateway, port] = [await freePort(), await freePort()];
    start("jupyter-kernelgateway", [`--port=${gateway}`, "--KernelGatewayApp.auth_token=gateway"], {
      JUPYTER_PATH: await jupyterPath(),
    });
    start("jupyter-server", [
      "--no-browser",
      ...root,
      `--port=${port}`,
      `--IdentityProvider.token=${token}`,
      `--gateway-url=http://127.0.0.1:${gateway}`,
      "--GatewayClient.auth_token=gateway",
    ]);
    assertUsual(runCells({ url: `http://127.0.0.1:${port}`, token, cells: usualCells }));
  });

  it("Gateway Provisioners, with Enterprise Gateway's launcher", async () => {
    const port = await freePort();
    const main = path.join(project.root, "dist/src/cli/main.js");
    const launcher = await jupyterPath((spec) => ({
      ...spec,
      argv: [project.node, main, "launch-kernel", ...gatewayArguments],
      metadata: {
        kernel_provisioner: { provisioner_name: "distributed-provisioner", config: { launch_timeout: 60 } },
      },
    }));
    const folder = temporaryFolder();
    start(
      "jupyter-server",
      ["--no-browser", ...root, `--port=${port}`, `--IdentityProvider.token=${token}`],
      {
        JUPYTER_PATH: launcher,
        GP_KERNEL_LOG_DIR: folder,
        GP_RESPONSE_IP: "127.0.0.1",
        GP_RESPONSE_PORT: String(await freePort()),
        KERNEL_USERNAME: "ada",
        GP_UNAUTHORIZED_USERS: "nobody",
        GP_PROHIBITED_UIDS: "",
        GP_PROHIBITED_LOCAL_IPS: "",
        KERNEL_LAUNCH_TIMEOUT: "60",
      },
    );
    assertUsual(runCells({ url: `http://127.0.0.1:${port}`, token, cells: usualCells }));
    assert.ok(fs.readdirSync(folder).length > 0, "its log is there");
  });

  it("a server with jupyter-resource-usage, which shows what it uses", async () => {
    const port = await freePort();
    start(
      "jupyter-server",
      [
        "--no-browser",
        ...root,
        `--port=${port}`,
        `--IdentityProvider.token=${token}`,
        "--ServerApp.jpserver_extensions={'jupyter_resource_usage': True}",
      ],
      { JUPYTER_PATH: await jupyterPath() },
    );
    const cells = [{ code: "const kept = Buffer.alloc(2e8, 1); kept.length" }];
    const { usage } = runCells({ url: `http://127.0.0.1:${port}`, token, cells, usage: true });
    assert.ok(Number(usage!["kernel_memory"]) > 2e8, JSON.stringify(usage));
    assert.ok(Number(usage!["cpu_count"]) >= 1);
    assert.equal(typeof (usage!["host_virtual_memory"] as { total: number }).total, "number");
  });
});
