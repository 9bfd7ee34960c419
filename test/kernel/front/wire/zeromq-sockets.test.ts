import assert from "node:assert/strict";
import { Dealer, Request, Subscriber } from "zeromq";
import { endpoint, type ConnectionInfo } from "../../../../src/kernel/front/wire/connection.js";
import { freeConnection } from "../../kernel-process.js";
import { ZeromqSockets } from "../../../../src/kernel/front/wire/zeromq-sockets.js";

describe("ZeromqSockets", () => {
  let connection: ConnectionInfo;
  let sockets: ZeromqSockets;

  beforeEach(async () => {
    connection = await freeConnection();
    sockets = new ZeromqSockets(connection);
    await sockets.bind();
  });
  afterEach(() => sockets.close());

  it("receives requests with the sender's identity and answers to it", async () => {
    for (const channel of ["shell", "control", "stdin"] as const) {
      const front = new Dealer({ routingId: "me", linger: 0 });
      front.connect(endpoint(connection, connection[`${channel}_port`]));
      const arrived = new Promise<[string, string[]]>((resolve) => {
        sockets.onMessage = (on, frames) => resolve([on, frames.map(String)]);
      });
      await front.send(["a", "b"]);
      assert.deepEqual(await arrived, [channel, ["me", "a", "b"]]);
      const sent = ["1", "2", "3"].map((n) => sockets.send(channel, [Buffer.from("me"), Buffer.from(n)]));
      await Promise.all(sent);
      for (const n of ["1", "2", "3"]) assert.deepEqual((await front.receive()).map(String), [n]);
      front.close();
    }
  });

  it("reports every subscription and publishes to all subscribers", async () => {
    const topics: string[] = [];
    const both = new Promise<void>((resolve) => {
      sockets.onSubscription = (topic) => {
        topics.push(Buffer.from(topic).toString());
        if (topics.length === 2) resolve();
      };
    });
    const fronts = [new Subscriber({ linger: 0 }), new Subscriber({ linger: 0 })];
    for (const front of fronts) {
      front.connect(endpoint(connection, connection.iopub_port));
      front.subscribe("");
    }
    await both;
    assert.deepEqual(topics, ["", ""]);
    await sockets.send("iopub", [Buffer.from("topic"), Buffer.from("text")]);
    for (const front of fronts) {
      assert.deepEqual((await front.receive()).map(String), ["topic", "text"]);
      front.close();
    }
  });

  it("echoes heartbeats", async () => {
    const front = new Request({ linger: 0 });
    front.connect(endpoint(connection, connection.hb_port));
    for (const beat of ["ping", "pong"]) {
      await front.send(beat);
      assert.deepEqual((await front.receive()).map(String), [beat]);
    }
    front.close();
  });

  it("says that the front end to be asked for input has gone, and goes on", async () => {
    await assert.rejects(sockets.send("stdin", [Buffer.from("nobody"), Buffer.from("x")]));
    await assert.rejects(sockets.send("stdin", [Buffer.from("nobody"), Buffer.from("x")]));
  });
});
