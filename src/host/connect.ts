import { displaySymbol, type Displayable, type JupyterHost } from "./host.js";

/** The part of a host that `display` needs. */
export type DisplayHost = Pick<JupyterHost, "display">;

/**
 * The host that runs this code: Manabi's kernel, Deno's kernel, upstream tslab, or else a terminal, where the
 * plain text of a value is printed.
 */
export function connect(): DisplayHost {
  const host = globalProperty(Symbol.for("Jupyter.host")) as JupyterHost | undefined;
  if (host) return host;
  const deno = globalProperty("Deno") as { jupyter?: DenoJupyter } | undefined;
  if (deno?.jupyter) return denoHost(deno.jupyter);
  const tslab = upstreamTslab();
  if (tslab) return tslabHost(tslab);
  return {
    display: (bundle) => console.log(bundle["text/plain"] ?? `[${Object.keys(bundle).join(", ")}]`),
  };
}

/**
 * The display functions of upstream tslab, if it runs this code. It has no protocol for values that show
 * themselves: the value that ends a cell goes to `console.log` (https://github.com/yunabe/tslab,
 * `src/executor.ts`), so there a value shows itself while it is being inspected; see `SelfShowing`.
 */
export function upstreamTslab(): Tslab | undefined {
  if (globalProperty(Symbol.for("Jupyter.host"))) return undefined;
  const scope = globalProperty("__tslab__") as { require(id: "tslab"): Tslab } | undefined;
  return scope?.require("tslab");
}

function globalProperty(key: PropertyKey): unknown {
  return Reflect.get(globalThis, key);
}

/** https://docs.deno.com/runtime/reference/cli/jupyter/ */
interface DenoJupyter {
  broadcast(messageType: string, content: Record<string, unknown>): Promise<void>;
}

interface TslabDisplay {
  raw(contentType: string, content: string | Uint8Array): void;
}

/** The public functions of the tslab package that are used here. */
export interface Tslab {
  display: TslabDisplay;
  newDisplay(): TslabDisplay;
}

function denoHost(jupyter: DenoJupyter): DisplayHost {
  return {
    display(data, { metadata = {}, displayId, update = false } = {}) {
      const transient = displayId === undefined ? {} : { display_id: displayId };
      void jupyter.broadcast(update ? "update_display_data" : "display_data", { data, metadata, transient });
    },
  };
}

/** tslab's public functions send one MIME type per output: the first of these that a bundle has is sent. */
const tslabTypes = [
  "image/svg+xml",
  "image/png",
  "image/jpeg",
  "text/html",
  "text/markdown",
  "text/latex",
  "text/plain",
];

/** tslab makes display ids itself: ours are mapped to its display objects, which update from the second use on. */
const tslabDisplays = new Map<string, TslabDisplay>();

function tslabHost(tslab: Tslab): DisplayHost {
  return {
    display(bundle, { displayId } = {}) {
      let target = tslab.display;
      if (displayId !== undefined) {
        target = tslabDisplays.get(displayId) ?? tslab.newDisplay();
        tslabDisplays.set(displayId, target);
      }
      const type = tslabTypes.find((name) => name in bundle);
      if (type) target.raw(type, bundle[type] as string);
      else target.raw("text/plain", JSON.stringify(bundle, undefined, 2));
    },
  };
}

/** Whether `value` shows itself. Asked by calling for the method: proxies (nodejs-polars) hide it from `in`. */
export function isDisplayable(value: unknown): value is Displayable {
  return (
    ((typeof value === "object" && value !== null) || typeof value === "function") &&
    typeof (value as Partial<Displayable>)[displaySymbol] === "function"
  );
}
