import Module from "node:module";
import path from "node:path";
import { patch } from "./patch.js";

type LoadFile = (module: NodeJS.Module, file: string) => void;
const { _extensions: extensions } = Module as unknown as { _extensions: Record<".node", LoadFile> };

/** Whom tfjs-node gives its binding. */
interface BindingOwner {
  binding: unknown;
}

let open: (() => unknown) | undefined;

/** Whether the binding waits for the first operation. */
export const isBindingWaiting = (): boolean => open !== undefined;

/** Loads the binding now, if it waits. @throws what Node throws */
export function openBinding(): unknown {
  return open?.();
}

/**
 * Runs `load`, which loads tfjs-node. Its binding, and with it native TensorFlow, is loaded when the first operation asks for it:
 * TensorFlow makes its threads then, and until then their number can be set.
 *
 * @param onFailure is told why the binding does not load, and throws
 */
export function withLazyBinding<T>(load: () => T, onFailure: (error: unknown) => never): T {
  const loadFile = extensions[".node"];
  let isLoading = true;
  extensions[".node"] = (module, file) => {
    if (path.basename(file) !== "tfjs_binding.node") return loadFile(module, file);
    // Asked when the backend is made. Set-up knows TensorFlow for processors only.
    const waiting = { isUsingGpuDevice: () => false };
    module.exports = waiting;
    open = () => {
      open = undefined;
      try {
        loadFile(module, file);
      } catch (error) {
        return onFailure(error);
      }
      return module.exports;
    };
    const { NodeJSKernelBackend } = module.parent!.require("./nodejs_kernel_backend") as {
      NodeJSKernelBackend: { prototype: BindingOwner };
    };
    patch(NodeJSKernelBackend.prototype, "binding", {
      name: "lazy binding",
      why: "TensorFlow makes its threads when it is loaded, before anybody can say how many",
      property: {
        configurable: true,
        get() {
          if (isLoading) return waiting;
          own(this, open ? open() : module.exports);
          return this.binding;
        },
        set(binding) {
          if (binding !== waiting) own(this, binding);
        },
      },
    });
  };
  try {
    return load();
  } finally {
    isLoading = false;
    extensions[".node"] = loadFile;
  }
}

/** As the class itself does it: a property like any other, which is read fast. */
function own(owner: BindingOwner, binding: unknown): void {
  Object.defineProperty(owner, "binding", {
    value: binding,
    writable: true,
    configurable: true,
    enumerable: true,
  });
}
