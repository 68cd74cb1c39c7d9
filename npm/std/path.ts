// The npm package has the code of @std/path without its types; the declarations stand beside it.
// @ts-types="./path.d.ts"
export * from "npm:deno-std@1.4.0/path/mod.js";
