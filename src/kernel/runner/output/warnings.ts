/** Node warns that a cell's own `import()` is experimental; the user can do nothing about it. */
export function suppressVmWarning(): void {
  const emit = process.emitWarning.bind(process) as (...parameters: unknown[]) => void;
  process.emitWarning = (...parameters: unknown[]) => {
    if (/importModuleDynamically|vm\.USE_MAIN_CONTEXT_DEFAULT_LOADER/.test(String(parameters[0]))) return;
    emit(...parameters);
  };
}
