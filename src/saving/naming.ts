/** `LSTMCell` -> `lstm_cell`, as Keras's `to_snake_case` names the groups of a weights file. */
export function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** `kernel_initializer` -> `kernelInitializer`. */
export function camelCase(name: string): string {
  return name.replace(/_+(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** `kernelInitializer`, `channelsLast` -> `kernel_initializer`, `channels_last`. */
export function fromCamelCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Gives `dense`, `dense_1`, `dense_2` for repeated calls with `dense`. */
export function nameCounter(): (name: string) => string {
  const used = new Map<string, number>();
  return (name) => {
    const count = used.get(name) ?? 0;
    used.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  };
}
