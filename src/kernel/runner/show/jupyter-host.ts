/** What code of cells can ask of the notebook, offered on `globalThis[Symbol.for("Jupyter.host")]`. */
import type { JsonObject, MimeBundle } from "../../contracts.js";
import { randomUUID } from "../../intrinsics.js";
import { errorText } from "../evaluate/cell-errors.js";
import { sendBundle } from "./encodable-bundle.js";
import { displaySymbol, normalizeBundle, toMimeBundle, type Formatted } from "./mime-bundle.js";
import type { Comms } from "./comms.js";
import type { OutputChannel } from "../output/output-channel.js";
import { currentCell, type RunningCell } from "../evaluate/running-cell.js";

export interface DisplayOptions {
  /** Names the output, so that a later call can replace it. */
  displayId?: string;
  /** Replaces the outputs that bear `displayId` instead of adding one. */
  update?: boolean;
  /** The value is a MIME bundle already. */
  raw?: boolean;
  metadata?: JsonObject;
}

/** What `display` gives back. As the result of a cell it shows nothing. */
export interface DisplayHandle {
  readonly displayId: string;
  /** Replaces what the output shows by `value`. */
  update(value: unknown): Promise<DisplayHandle>;
}

/** A cell that ends with `display(…)` has shown its value already. */
const silent = <Value extends object>(value: Value): Value =>
  Object.assign(value, { [displaySymbol]: () => ({}) });

export class Host {
  constructor(
    private readonly channel: OutputChannel,
    readonly comms: Comms,
  ) {}

  /** Sends a MIME bundle for the calling cell. */
  readonly display = (
    bundle: MimeBundle,
    options: { metadata?: JsonObject; displayId?: string; update?: boolean } = {},
  ): void => {
    this.send(currentCell(), normalizeBundle(bundle), options);
  };

  /**
   * Sends any value for the calling cell; `display` of every cell. At once, unless the value's own display method is
   * asynchronous: then the promise resolves when it has been sent, and the cell waits for it anyway.
   */
  readonly displayValue = (value: unknown, given: DisplayOptions = {}): Promise<DisplayHandle> => {
    const cell = currentCell();
    const displayId = given.displayId ?? randomUUID();
    // Without an id, `update` has nothing to replace: `send` says so.
    const options = { ...given, displayId: given.update ? given.displayId : displayId };
    const handle = silent({
      displayId,
      update: (next: unknown) => this.displayValue(next, { ...given, displayId, update: true }),
    });
    const send = ({ data, failure }: Formatted): void => {
      this.send(cell, data, options);
      if (failure !== undefined) this.reportFailure(cell, failure);
    };
    const formatted = options.raw ? { data: normalizeBundle(value as MimeBundle) } : toMimeBundle(value);
    if (!(formatted instanceof Promise)) {
      send(formatted);
      return silent(Promise.resolve(handle));
    }
    const sent = formatted.then(send);
    cell.waitFor(sent);
    return silent(sent.then(() => handle));
  };

  readonly clearOutput = ({ wait = false }: { wait?: boolean } = {}): void => {
    this.channel.message({ type: "clear_output", cellId: currentCell().cellId, wait });
  };

  readonly interruptSignal = (): AbortSignal => currentCell().controller.signal;

  /** See `JupyterHost`. */
  readonly checkInterruptsWithin = (ms: number): (() => void) => {
    const before = this.channel.patienceMs;
    this.channel.patienceMs = ms;
    return () => {
      this.channel.patienceMs = before;
    };
  };

  /** A display method failed; the value's plain text stands in its place. */
  reportFailure(cell: RunningCell, failure: unknown): void {
    this.channel.text(cell.cellId, "stderr", `The value could not display itself. ${errorText(failure)}\n`);
  }

  private send(
    cell: RunningCell,
    data: MimeBundle,
    {
      metadata = {},
      displayId,
      update = false,
    }: { metadata?: JsonObject; displayId?: string; update?: boolean },
  ): void {
    if (update && displayId === undefined) {
      throw new TypeError("display(…, { update: true }) needs the displayId of the output that it replaces.");
    }
    const type = update ? "update_display_data" : "display_data";
    sendBundle(this.channel, { type, cellId: cell.cellId, data, metadata, displayId });
  }
}
