// The npm package has the code of @std/cli without its types, by sub-path only.
// @ts-types="./cli.d.ts"
export * from "./_cli.js";
