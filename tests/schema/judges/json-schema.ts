import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { GeneratorJudge } from "../../../src/testing/generators.ts";
import { extendedJson } from "./_extended_json.ts";

/**
 * Judges JSON Schema by Ajv in its strict mode, with formats checked, over Extended JSON: canonical or
 * relaxed, whichever the schema says it is for.
 */
export function judge(): Promise<GeneratorJudge> {
  return Promise.resolve({
    kind: "json-schema",
    compile(texts) {
      return Promise.resolve(texts.map((text) => {
        try {
          compile(text);
          return undefined;
        } catch (error) {
          return error instanceof Error ? error.message : String(error);
        }
      }));
    },
    accept(text, _model, documents) {
      const validate = compile(text);
      const canonical = text.includes("For documents as canonical Extended JSON");
      return Promise.resolve(documents.map((bytes) => {
        if (validate(JSON.parse(extendedJson(bytes, canonical)))) return undefined;
        const { instancePath, message, params } = validate.errors![0]!;
        return `${instancePath}: ${message} ${JSON.stringify(params)}`;
      }));
    },
  });
}

function compile(text: string): ReturnType<Ajv2020["compile"]> {
  const ajv = new Ajv2020({ strict: true, validateSchema: true, logger: false });
  // The package is CommonJS, whose function may stand under "default".
  const add = addFormats as unknown as typeof addFormats.default;
  (add.default ?? add)(ajv);
  return ajv.compile(JSON.parse(text));
}
