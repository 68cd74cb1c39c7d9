// The npm package has the code of @std/assert without its types; the declarations stand beside it.
// @ts-types="./assert.d.ts"
export * from "npm:deno-std@1.4.0/assert/mod.js";
