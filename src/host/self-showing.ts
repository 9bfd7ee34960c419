import { inspect, type InspectOptionsStylized } from "node:util";
import { connect, upstreamTslab } from "./connect.js";
import { displaySymbol, type Displayable, type MimeBundle } from "./host.js";

/**
 * A value that shows itself: the form of everything in `figures/`.
 *
 * Nothing is drawn until somebody looks. Manabi's and Deno's kernels ask by `Symbol.for("Jupyter.display")`
 * for the value that ends a cell and for the arguments of `display`. tslab prints the value that ends a cell
 * by `console.log`, so under tslab being inspected sends the picture: the same notebook shows the same figures
 * on every host, and a notebook never calls anything for it. In a terminal the plain text is printed.
 */
export class SelfShowing implements Displayable {
  readonly #draw: () => MimeBundle;
  #bundle: MimeBundle | undefined;

  /** `draw` makes the MIME bundle; it is called once, at the first look. */
  constructor(draw: () => MimeBundle) {
    this.#draw = draw;
  }

  [displaySymbol](): MimeBundle {
    this.#bundle ??= this.#draw();
    return this.#bundle;
  }

  [inspect.custom](depth: number, options: InspectOptionsStylized): string {
    const bundle = this[displaySymbol]();
    const text = typeof bundle["text/plain"] === "string" ? bundle["text/plain"] : "[picture]";
    // Only the value itself, not one inside of an object that is printed, is a picture asked for.
    if (!upstreamTslab() || depth !== (options.depth ?? depth)) return text;
    connect().display(bundle);
    return "";
  }
}
