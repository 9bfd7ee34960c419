import { Graph, nodeOf, type TensorSpec } from "./graph.js";
import { rules } from "./rewrite-rules.js";
import { RewrittenGraph } from "./rewritten-graph.js";

/**
 * Rewrites a recorded graph into one that computes the same with fewer operations, and with those that TensorFlow's
 * own optimizer can fuse.
 *
 * @param shapes shape and type of every tensor; those of new tensors are added
 * @returns the new graph, and a function from old tensors to new
 */
export function rewrite(
  graph: Graph,
  shapes: Map<string, TensorSpec>,
): { graph: Graph; rename: (tensor: string) => string } {
  const view = new RewrittenGraph(shapes);
  const renamed = new Map<string, string>();
  const rename = (tensor: string): string => renamed.get(tensor) ?? tensor;
  for (const original of graph.nodes) {
    const node = { ...original, inputs: original.inputs.map(rename) };
    const output = `${node.name}:0`;
    let replacement: string | undefined;
    for (const rule of rules) {
      replacement = rule(node, view);
      if (replacement !== undefined) break;
    }
    if (replacement !== undefined) {
      renamed.set(output, replacement);
      continue;
    }
    view.graph.add(node.op, node.inputs, node.attributes, node.name);
    view.note(view.graph.nodes.at(-1)!);
  }
  return { graph: view.graph, rename };
}

/** Leaves out the nodes that none of `wanted` (tensors, or nodes as `^name`) needs. */
export function prune(graph: Graph, wanted: string[]): Graph {
  const byName = new Map(graph.nodes.map((node) => [node.name, node]));
  const needed = new Set<string>();
  const pending = [...wanted];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const name = next.startsWith("^") ? next.slice(1) : nodeOf(next);
    if (needed.has(name)) continue;
    needed.add(name);
    pending.push(...byName.get(name)!.inputs);
  }
  const pruned = new Graph();
  for (const node of graph.nodes)
    if (needed.has(node.name)) pruned.add(node.op, node.inputs, node.attributes, node.name);
  return pruned;
}
