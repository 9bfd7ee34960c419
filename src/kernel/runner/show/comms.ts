/** Comms: channels between code in cells and its counterpart in the front end, as widgets use them. */
import type { JsonObject } from "../../contracts.js";
import { randomUUID } from "../../intrinsics.js";
import type { CommMessage } from "../../channel/messages.js";
import type { OutputChannel } from "../output/output-channel.js";
import { currentCell, runForMessage } from "../evaluate/running-cell.js";

export interface CommData {
  data: JsonObject;
  metadata: JsonObject;
  buffers: Uint8Array[];
}

type CommListener = (message: CommData) => void;

/** One open comm. */
export class Comm {
  /** Called for each message of the front end. */
  onMessage: CommListener | undefined;
  /** Called when the front end closes the comm. */
  onClose: CommListener | undefined;

  constructor(
    readonly commId: string,
    readonly targetName: string,
    private readonly comms: Comms,
  ) {}

  send(data: JsonObject, options: { metadata?: JsonObject; buffers?: Uint8Array[] } = {}): void {
    this.comms.send("comm_msg", { comm_id: this.commId, data }, options);
  }

  close(data: JsonObject = {}): void {
    this.comms.forget(this);
    this.comms.send("comm_close", { comm_id: this.commId, data }, {});
  }
}

export class Comms {
  private readonly open = new Map<string, Comm>();
  private readonly targets = new Map<string, (comm: Comm, message: CommData) => void>();

  constructor(private readonly channel: OutputChannel) {}

  /** Opens a comm to a target that the front end knows. */
  readonly openComm = (
    targetName: string,
    data: JsonObject = {},
    options: { metadata?: JsonObject; buffers?: Uint8Array[] } = {},
  ): Comm => {
    const comm = new Comm(randomUUID(), targetName, this);
    this.open.set(comm.commId, comm);
    this.send("comm_open", { comm_id: comm.commId, target_name: targetName, data }, options);
    return comm;
  };

  /** `onOpen` is called for each comm that the front end opens to this target. */
  readonly registerTarget = (targetName: string, onOpen: (comm: Comm, message: CommData) => void): void => {
    this.targets.set(targetName, onOpen);
  };

  /** A message of the front end. What is done about it belongs to it, not to the latest cell. */
  receive(message: CommMessage): void {
    runForMessage(message.cellId, () => this.handle(message));
  }

  private handle({ type, content, metadata, buffers }: CommMessage): void {
    const commId = String(content.comm_id);
    const message = { data: (content.data ?? {}) as JsonObject, metadata, buffers };
    if (type === "comm_open") {
      const targetName = String(content.target_name);
      const comm = new Comm(commId, targetName, this);
      const onOpen = this.targets.get(targetName);
      if (!onOpen) {
        // The protocol asks for a comm_close if nobody knows the target.
        comm.close();
        return;
      }
      this.open.set(commId, comm);
      onOpen(comm, message);
      return;
    }
    const comm = this.open.get(commId);
    if (type === "comm_msg") comm?.onMessage?.(message);
    else if (comm) {
      this.forget(comm);
      comm.onClose?.(message);
    }
  }

  forget(comm: Comm): void {
    this.open.delete(comm.commId);
  }

  send(
    type: CommMessage["type"],
    content: JsonObject,
    { metadata = {}, buffers = [] }: { metadata?: JsonObject; buffers?: Uint8Array[] },
  ): void {
    this.channel.message({ type, cellId: currentCell().cellId, content, metadata }, buffers);
  }
}
