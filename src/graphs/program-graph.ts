import { dataType } from "../tfjs/backend.js";
import { type Graph, type GraphNode, nodeOf, type AttributeValue } from "./graph.js";
import { loopOf, type Loop } from "./loop.js";
import type { RecordedNumber, RecordedVariable, Recording } from "./recording.js";
import { prune, rewrite } from "./rewrite.js";

/** A recording as a complete graph, with what it takes to carry values in and out. */
export interface ProgramGraph {
  recording: Recording;
  graph: Graph;
  variables: ProgramVariable[];
  /** A tensor that is there once all variables were assigned. */
  allAssigned: string;
  numbers: RecordedNumber[];
  /** The outputs, or a tensor that is there once all is done. */
  fetches: string[];
  /** Set if the graph repeats the step. */
  loop?: Loop;
}

/** A variable in a graph, and the tensors that carry its value out and in. */
export interface ProgramVariable {
  recorded: RecordedVariable;
  /** Its value. */
  read: string;
  /** The placeholder of a value for it. */
  value: string;
  /** A tensor that is there once it was assigned that value. */
  assigned: string;
}

/** Adds a tensor that is there once the operations `after` are done. */
const done = (graph: Graph, after: string[], name: string): string =>
  graph.add(
    "Const",
    after,
    {
      dtype: { type: dataType.bool },
      value: { tensor: { dtype: dataType.bool, shape: [], bytes: Uint8Array.of(1) } },
    },
    name,
  );

/**
 * The graph that a program runs.
 *
 * @param repeated whether to repeat the step, whose first input is then the row numbers of a batch
 */
export function programGraph(recording: Recording, repeated: boolean): ProgramGraph {
  const { graph: rewritten, rename } = rewrite(recording.graph, recording.shapes);
  const updates = new Set(
    recording.variables.flatMap(({ update }) => (update ? [`^${nodeOf(update)}`] : [])),
  );
  const outputs = recording.outputs.map(rename);
  const step = prune(rewritten, [...outputs, ...updates, ...recording.inputs]);
  orderUpdates(step, recording.reads);
  const names = new Set(step.nodes.map((node) => node.name));
  const numbers = recording.numbers.filter(({ tensor }) => names.has(nodeOf(tensor)));
  const isNumber = (tensor: string) => {
    const { shape, dtype } = recording.shapes.get(tensor)!;
    return shape.length === 0 && dtype === dataType.float;
  };
  const loop =
    repeated && outputs.length > 0 && outputs.every(isNumber)
      ? loopOf({
          graph: step,
          rows: recording.inputs[0]!,
          batchSize: recording.shapes.get(recording.inputs[0]!)!.shape[0]!,
          numbers: numbers.map((one) => one.tensor),
          outputs,
          updates: [...updates],
        })
      : undefined;
  const graph = loop?.graph ?? step;
  const assignments: string[] = [];
  // Not the slots that an operation of ours has no use of.
  const used = recording.variables.filter(({ handle }) => names.has(nodeOf(handle)));
  const variables = used.map((recorded): ProgramVariable => {
    const { handle, variable } = recorded;
    const name = nodeOf(handle);
    const dtype: AttributeValue = { type: recorded.dtype };
    const read = graph.add("ReadVariableOp", [handle], { dtype }, `${name}/fetch`);
    const value = graph.placeholder(recorded.dtype, variable.shape, `${name}/value`);
    const assign = graph.add("AssignVariableOp", [handle, value], { dtype }, `${name}/assign`);
    assignments.push(`^${nodeOf(assign)}`);
    return { recorded, read, value, assigned: done(graph, assignments.slice(-1), `${name}/assigned`) };
  });
  // To fetch one tensor and not each prepares the run in half the time, which grows with what goes in and out.
  const allAssigned = done(graph, assignments, "allAssigned");
  const common = { recording, graph, variables, allAssigned, numbers };
  if (loop) return { ...common, fetches: [loop.outputs], loop };
  const fetches = outputs.map((output, i) => {
    const { dtype } = recording.shapes.get(output)!;
    return graph.add("Identity", [output, ...(i === 0 ? updates : [])], { T: { type: dtype } }, `output${i}`);
  });
  if (fetches.length === 0) fetches.push(done(graph, [...updates], "done"));
  return { ...common, fetches };
}

/**
 * An operation that changes variables must come after those that read their old values, and after who uses these,
 * because TensorFlow copies a variable before a change while its old value is in use. No more edges than needed: an
 * operation with one is not fused with others.
 */
function orderUpdates(graph: Graph, reads: Map<string, string[]>): void {
  const users = new Map<string, string[]>();
  const byName = new Map(graph.nodes.map((node) => [node.name, node]));
  for (const node of graph.nodes) {
    const read = (reads.get(node.name) ?? []).filter((tensor) => byName.has(nodeOf(tensor)));
    const before = new Set(read.flatMap((tensor) => [nodeOf(tensor), ...(users.get(tensor) ?? [])]));
    if (before.size > 0) {
      const finished = ancestorsOf(node, byName);
      for (const user of before) if (!finished.has(user)) node.inputs.push(`^${user}`);
    }
    for (const input of node.inputs) {
      if (!input.startsWith("^")) users.set(input, [...(users.get(input) ?? []), node.name]);
    }
  }
}

/** The names of all nodes that are done when `node` begins. */
function ancestorsOf(node: GraphNode, byName: Map<string, GraphNode>): Set<string> {
  const found = new Set<string>();
  const pending = [...node.inputs];
  for (let input = pending.pop(); input !== undefined; input = pending.pop()) {
    const name = input.startsWith("^") ? input.slice(1) : nodeOf(input);
    if (found.has(name)) continue;
    found.add(name);
    pending.push(...byName.get(name)!.inputs);
  }
  return found;
}
