import assert from "node:assert/strict";
import type { JsonObject } from "../../src/kernel/contracts.js";
import type { Message } from "../../src/kernel/front/wire/message.js";

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string";
const flag: Check = (value) => typeof value === "boolean";
const count: Check = (value) => Number.isInteger(value) && Number(value) >= 0;
const amount: Check = (value) => typeof value === "number" && value >= 0;
const object: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const oneOf =
  (...values: unknown[]): Check =>
  (value) =>
    values.includes(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const mimeBundle: Check = (value) =>
  object(value) && Object.keys(value as object).every((key) => /^[\w.+-]+\/[\w.+-]+(;.*)?$/.test(key));
const pair: Check = (value) =>
  Array.isArray(value) && value.length === 2 && text(value[0]) && (value[1] === null || text(value[1]));

const error = { ename: text, evalue: text, traceback: listOf(text) };
const failure = { status: oneOf("error"), ...error };
const executeFailure = {
  ...failure,
  execution_count: count,
  user_expressions: optional(object),
  payload: optional(listOf(object)),
};
const aborted = { status: oneOf("aborted"), execution_count: optional(count) };
const display = { data: mimeBundle, metadata: object, transient: object };
const ok = oneOf("ok");

/** Content of every message that a kernel sends, after the specification of protocol 5.5; no other fields allowed. */
const contents: Record<string, Record<string, Check>> = {
  status: { execution_state: oneOf("busy", "idle", "starting") },
  stream: { name: oneOf("stdout", "stderr"), text },
  display_data: display,
  update_display_data: display,
  execute_input: { code: text, execution_count: count },
  execute_result: { execution_count: count, data: mimeBundle, metadata: object },
  error,
  clear_output: { wait: flag },
  iopub_welcome: { subscription: text },
  comm_open: { comm_id: text, target_name: text, data: object, target_module: optional(text) },
  comm_msg: { comm_id: text, data: object },
  comm_close: { comm_id: text, data: object },
  input_request: { prompt: text, password: flag },
  execute_reply: { status: ok, execution_count: count, user_expressions: object, payload: listOf(object) },
  complete_reply: {
    status: ok,
    matches: listOf(text),
    cursor_start: count,
    cursor_end: count,
    metadata: object,
  },
  inspect_reply: { status: ok, found: flag, data: mimeBundle, metadata: object },
  is_complete_reply: {
    status: oneOf("complete", "incomplete", "invalid", "unknown"),
    indent: optional(text),
  },
  history_reply: {
    status: ok,
    history: listOf(
      (row) =>
        Array.isArray(row) &&
        row.length === 3 &&
        count(row[0]) &&
        count(row[1]) &&
        (text(row[2]) || pair(row[2])),
    ),
  },
  comm_info_reply: {
    status: ok,
    comms: (value) =>
      object(value) &&
      Object.values(value as object).every(
        (comm) => object(comm) && text((comm as JsonObject)["target_name"]),
      ),
  },
  // Of no specification: as ipykernel sends it, with tensors.
  usage_reply: {
    status: ok,
    hostname: text,
    pid: count,
    cpu_count: count,
    kernel_memory: optional(count),
    kernel_cpu: optional(amount),
    host_cpu_percent: optional(amount),
    host_virtual_memory: object,
    kernel_tensors: optional(count),
    kernel_tensor_bytes: optional(count),
  },
  kernel_info_reply: {
    status: ok,
    protocol_version: (value) => /^\d+\.\d+$/.test(String(value)),
    implementation: text,
    implementation_version: text,
    language_info: (value) =>
      object(value) &&
      ["name", "version", "mimetype", "file_extension"].every((key) => text((value as JsonObject)[key])),
    banner: text,
    debugger: flag,
    supported_features: listOf(text),
    help_links: listOf(
      (link) => object(link) && text((link as JsonObject)["text"]) && text((link as JsonObject)["url"]),
    ),
  },
  shutdown_reply: { status: ok, restart: flag },
  connect_reply: {
    status: ok,
    shell_port: count,
    control_port: count,
    stdin_port: count,
    iopub_port: count,
    hb_port: count,
  },
  interrupt_reply: { status: ok },
  create_subshell_reply: { status: ok, subshell_id: text },
  delete_subshell_reply: { status: ok },
  list_subshell_reply: { status: ok, subshell_id: listOf(text) },
};

const withoutParent = new Set(["iopub_welcome", "status"]);

/** Throws if a message that the kernel sent is not as the protocol says. */
export function assertValid({ header, parentHeader, metadata, content }: Message): void {
  for (const name of ["msg_id", "msg_type", "session", "username", "date", "version"] as const) {
    assert.equal(typeof header[name], "string", `header.${name}`);
  }
  assert.ok(!Number.isNaN(Date.parse(header.date)), header.date);
  assert.equal(header.version, "5.5");
  assert.ok(object(metadata));
  if (!withoutParent.has(header.msg_type)) assert.ok(parentHeader.msg_id, `${header.msg_type} has a parent`);
  const checks = contents[header.msg_type];
  assert.ok(checks, `${header.msg_type} is a message type of a kernel`);
  let expected = checks;
  if (content["status"] === "error")
    expected = header.msg_type === "execute_reply" ? executeFailure : failure;
  if (content["status"] === "aborted") expected = aborted;
  for (const [name, check] of Object.entries(expected)) {
    assert.ok(
      check(content[name]),
      `${header.msg_type}.${name}: ${JSON.stringify(content[name])?.slice(0, 200)}`,
    );
  }
  const unknown = Object.keys(content).filter((name) => !(name in expected));
  assert.deepEqual(unknown, [], `${header.msg_type} has unknown fields`);
}
