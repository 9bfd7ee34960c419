import type { Tensor } from "@tensorflow/tfjs-node";
import type { Program } from "./program.js";

/** What is recorded: takes tensors, and gives tensors that are the caller's to dispose. */
export type StepFunction = (inputs: Tensor[]) => Tensor[];

/** What became of one signature of a step. */
export interface SignatureReport {
  /** The types and shapes of the inputs. */
  inputs: string;
  state: "recording" | "compiled" | "eager";
  /** Why it runs eagerly. */
  reason?: string;
  /** How many operations of each kind its graph has. */
  operations?: Record<string, number>;
}

/** How many operations of each kind a program's graph has. */
export function operationsOf({ graph }: Program): Record<string, number> {
  const operations: Record<string, number> = {};
  for (const { op } of graph.nodes) operations[op] = (operations[op] ?? 0) + 1;
  return operations;
}
