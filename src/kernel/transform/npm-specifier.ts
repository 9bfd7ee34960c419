/**
 * `npm:lodash@4/fp`, as Deno and Bun write it, is `lodash/fp` of the installed packages; all others stay as they are.
 */
export function withoutNpm(specifier: string): string {
  return specifier.replace(/^npm:\/?((?:@[^/]+\/)?[^/@]+)(?:@[^/]+)?/, "$1");
}
