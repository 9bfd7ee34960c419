/** What the promise resolves to; undefined if it rejects (whoever started it has the error) or takes longer. */
export function atMost<Value>(milliseconds: number, promise: Promise<Value>): Promise<Value | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds, undefined);
    const settle = (value?: Value): void => {
      clearTimeout(timer);
      resolve(value);
    };
    promise.then(settle, () => settle());
  });
}
