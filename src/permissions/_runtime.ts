/** What of the runtime is asked; absent where there are no permissions, as in Node. */
export function runtimePermissions(): typeof Deno.permissions | undefined {
  return (globalThis as { Deno?: typeof Deno }).Deno?.permissions;
}
