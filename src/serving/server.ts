import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { AccessLog } from "./access-log.js";
import { Application } from "./application.js";
import { BodyBudget } from "./http/body.js";
import { ServingMetrics } from "./metrics.js";
import { Registry } from "./models/registry.js";
import type { ServeHandle } from "./handle.js";
import { settingsOf, type ServeOptions, type Settings } from "./settings.js";

/** What `serve` documents. */
export async function startServer(options: ServeOptions): Promise<ServeHandle> {
  const settings = settingsOf(options);
  const metrics = new ServingMetrics();
  const registry = new Registry(settings, (name) => metrics.listener(name));
  metrics.watch(registry);
  const log = settings.accessLog && new AccessLog(settings.accessLog);
  const budget = new BodyBudget(settings.maxBodiesBytes, settings.maxBodyBytes);
  const application = new Application(settings, registry, metrics, budget, log);
  const server = createServer(
    {
      // Half a request does not hold a connection for longer.
      requestTimeout: settings.requestTimeoutMs,
      headersTimeout: Math.min(settings.requestTimeoutMs, 10_000),
      connectionsCheckingInterval: Math.min(settings.requestTimeoutMs, 1000),
      keepAliveTimeout: 75_000,
      noDelay: true,
    },
    (request, response) => void application.handle(request, response),
  );
  try {
    // Health checks are answered while models load.
    await listen(server, settings);
    await registry.open();
  } catch (error) {
    await stop(server);
    await registry.close(0);
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${settings.host.includes(":") ? `[${settings.host}]` : settings.host}:${port}`,
    port,
    host: settings.host,
    get isReady() {
      return application.isReady;
    },
    close: () => (closing ??= close(server, application, registry, settings).finally(() => log?.flush())),
  };
}

async function listen(server: Server, { port, host }: Settings): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new Error(
              `Port ${port} of ${host} is taken by another program. Choose another one, or 0 for a free one.`,
            )
          : error,
      ),
    );
    server.listen(port, host, 1024, resolve);
  });
}

async function close(
  server: Server,
  application: Application,
  registry: Registry,
  settings: Settings,
): Promise<void> {
  application.isDraining = true;
  if (settings.drainDelayMs > 0) await new Promise((resolve) => setTimeout(resolve, settings.drainDelayMs));
  const deadline = performance.now() + settings.drainTimeoutMs;
  const closed = new Promise((resolve) => server.close(resolve));
  while (application.inWork > 0 && performance.now() < deadline) {
    server.closeIdleConnections();
    // oxlint-disable-next-line no-await-in-loop -- it waits
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  server.closeAllConnections();
  await closed;
  await registry.close(Math.max(0, deadline - performance.now()));
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  if (server.listening) await new Promise((resolve) => server.close(resolve));
}
