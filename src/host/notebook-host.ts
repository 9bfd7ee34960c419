/** The part of a notebook's host that training uses; `src/host/host.ts` describes the whole. */
interface NotebookHost {
  display(bundle: Record<string, unknown>, options?: { displayId?: string; update?: boolean }): void;
  interruptSignal(): AbortSignal;
  checkInterruptsWithin(ms: number): () => void;
}

/** The notebook's kernel that runs this program; `undefined` outside a notebook and in other kernels. */
export function notebookHost(): NotebookHost | undefined {
  return (globalThis as { [key: symbol]: NotebookHost | undefined })[Symbol.for("Jupyter.host")];
}
