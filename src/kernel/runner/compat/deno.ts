/**
 * What cells get as `Deno`: the display functions of Deno's kernel, so that notebooks written for it show what they
 * have to show, and the few functions of Deno itself that they use. It is visible to cells only, since libraries tell by `Deno` where they run.
 * @see https://docs.deno.com/api/deno/~/Deno.jupyter
 */
import type { JsonObject, MimeBundle } from "../../contracts.js";
import { readFileSync } from "../../intrinsics.js";
import type { Host } from "../show/jupyter-host.js";
import { denoOnNode } from "./deno-on-node.js";
import { displaySymbol, toMimeBundle, type Formatted } from "../show/mime-bundle.js";

interface Displayable {
  [displaySymbol]: () => MimeBundle;
}

export function createDeno(host: Host) {
  async function broadcast(
    type: string,
    content: JsonObject,
    { metadata = {}, buffers = [] }: { metadata?: JsonObject; buffers?: Uint8Array[] } = {},
  ): Promise<void> {
    switch (type) {
      case "display_data":
      case "update_display_data": {
        const { display_id: displayId } = (content["transient"] ?? {}) as { display_id?: string };
        host.display(content["data"] as MimeBundle, {
          metadata: (content["metadata"] ?? {}) as JsonObject,
          ...(displayId !== undefined && { displayId }),
          update: type === "update_display_data",
        });
        return;
      }
      case "stream":
        process[content["name"] === "stderr" ? "stderr" : "stdout"].write(String(content["text"]));
        return;
      case "clear_output":
        return host.clearOutput({ wait: content["wait"] === true });
      case "comm_open":
      case "comm_msg":
      case "comm_close":
        return host.comms.send(type, content, { metadata, buffers });
      default:
        throw new TypeError(
          `broadcast cannot send "${type}"; it sends display_data, update_display_data, stream, clear_output, ` +
            "comm_open, comm_msg and comm_close.",
        );
    }
  }

  const jupyter = {
    $display: displaySymbol,
    broadcast,
    async display(
      value: unknown,
      { raw, update, display_id }: { raw?: boolean; update?: boolean; display_id?: string } = {},
    ): Promise<void> {
      await host.displayValue(value, {
        ...(raw && { raw }),
        ...(update && { update }),
        ...(display_id !== undefined && { displayId: display_id }),
      });
    },
    async format(value: unknown): Promise<MimeBundle> {
      return (await toMimeBundle(value)).data;
    },
    html: template("text/html"),
    md: template("text/markdown"),
    svg: template("image/svg+xml"),
    /** A picture, by its bytes or its file. */
    image(source: string | Uint8Array): Displayable {
      const { data } = toMimeBundle(typeof source === "string" ? readFileSync(source) : source) as Formatted;
      return { [displaySymbol]: () => data };
    },
  };
  return { ...denoOnNode, jupyter };
}

/** A template tag: the text as a value that shows itself. */
function template(type: string) {
  return (strings: TemplateStringsArray, ...values: unknown[]): Displayable => {
    const text = String.raw({ raw: strings }, ...values);
    return { [displaySymbol]: () => ({ [type]: text }) };
  };
}
