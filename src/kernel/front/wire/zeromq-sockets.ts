import { Router, XPublisher } from "zeromq";
import { logWarning } from "../log.js";
import { type ConnectionInfo, endpoint } from "./connection.js";
import type { Channel, RequestChannel, Sockets } from "./sockets.js";

/** How long closing a socket may wait for what is not sent yet. */
const lingerMs = 1000;

/**
 * A front end that reads nothing for so many messages loses the next ones: else one that hangs would cost the
 * kernel its memory. At the publisher's rate of stream messages that takes more than ten minutes.
 */
const slowSubscriberMessages = 10_000;

const routerOptions = {
  linger: lingerMs,
  sendHighWaterMark: 0,
  // A front end that connects again, with the same identity, takes over from its lost connection.
  handover: true,
};

/** Sockets as the Jupyter protocol names them, on zeromq.js. */
export class ZeromqSockets implements Sockets {
  onMessage: Sockets["onMessage"] = () => {};
  onSubscription: Sockets["onSubscription"] = () => {};

  readonly #connection: ConnectionInfo;
  readonly #shell = new Router(routerOptions);
  readonly #control = new Router(routerOptions);
  // mandatory: asking for input fails at once if the front end has gone, instead of never being answered.
  readonly #stdin = new Router({ ...routerOptions, mandatory: true, sendTimeout: 0 });
  readonly #iopub = new XPublisher({ linger: lingerMs, sendHighWaterMark: slowSubscriberMessages });
  readonly #heartbeat = new Router({ linger: 0 });
  /** The last send on each channel: zeromq.js allows one at a time. */
  readonly #sent: Record<Channel, Promise<void>> = {
    shell: Promise.resolve(),
    control: Promise.resolve(),
    stdin: Promise.resolve(),
    iopub: Promise.resolve(),
  };

  constructor(connection: ConnectionInfo) {
    this.#connection = connection;
    // Every subscription is reported, not only the first one to a topic.
    this.#iopub.verbosity = "allSubs";
  }

  async bind(): Promise<void> {
    const to = (port: number) => endpoint(this.#connection, port);
    await Promise.all([
      this.#shell.bind(to(this.#connection.shell_port)),
      this.#control.bind(to(this.#connection.control_port)),
      this.#stdin.bind(to(this.#connection.stdin_port)),
      this.#iopub.bind(to(this.#connection.iopub_port)),
      this.#heartbeat.bind(to(this.#connection.hb_port)),
    ]);
    void this.#receive("shell", this.#shell);
    void this.#receive("control", this.#control);
    void this.#receive("stdin", this.#stdin);
    void this.#watchSubscriptions();
    void this.#echoHeartbeats();
  }

  send(channel: Channel, frames: readonly Uint8Array[]): Promise<void> {
    const socket = { shell: this.#shell, control: this.#control, stdin: this.#stdin, iopub: this.#iopub }[
      channel
    ];
    const sent = this.#sent[channel].then(() => socket.send(frames as Buffer[]));
    this.#sent[channel] = sent.catch(() => {}); // the caller sees it; the next send must not
    return sent;
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#sent));
    for (const socket of [this.#shell, this.#control, this.#stdin, this.#iopub, this.#heartbeat])
      socket.close();
  }

  async #receive(channel: RequestChannel, socket: Router): Promise<void> {
    for await (const frames of socket) {
      try {
        this.onMessage(channel, frames);
      } catch (error) {
        logWarning(`receiving on ${channel} failed`, error);
      }
    }
  }

  async #watchSubscriptions(): Promise<void> {
    for await (const [frame] of this.#iopub) {
      if (frame?.[0] === 1) this.onSubscription(frame.subarray(1));
    }
  }

  async #echoHeartbeats(): Promise<void> {
    for await (const frames of this.#heartbeat) await this.#heartbeat.send(frames);
  }
}
