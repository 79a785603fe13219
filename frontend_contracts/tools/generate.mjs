// Writes hooks/src/generated from schema.graphql and operations/. With --check it writes nothing
// and fails when what is committed differs.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codegen } from "@graphql-codegen/core";
import * as typedDocuments from "@graphql-codegen/typed-document-node";
import * as types from "@graphql-codegen/typescript-operations";
import { Kind, parse, printSchema } from "graphql";
import { hooks } from "./hooks.mjs";
import { ROOT, problems, readOperations, readSchema, unasked } from "./operations.mjs";

const FOLDER = "hooks/src/generated";
const HEADER = "// Written by `make contracts` from schema.graphql and operations/. Don't edit.\n\n";

const CONFIG = {
  // One spelling of each document, so that a client that asks twice is answered by one run.
  dedupeFragments: true,
  enumType: "string-literal",
  immutableTypes: true,
  nonOptionalTypename: false,
  skipTypename: true,
  useTypeImports: true,
  scalars: {
    DateTime: "string",
    JSON: "unknown",
    PhoneNumber: "string",
    UUID: "string",
    Upload: { input: "Blob", output: "never" },
  },
};

async function main() {
  const schema = readSchema();
  const files = readOperations();
  const wrong = problems(schema, files);
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
  // A new field must not keep the rest from being generated, but is not forgotten either.
  const missing = unasked(schema, files);
  const operations = await generated(schema, files);
  const written = { "operations.ts": HEADER + operations, "hooks.ts": HEADER + hooks(files) };
  if (process.argv.includes("--check")) check(written, missing);
  else write(written);
  for (const sentence of missing) console.error(sentence);
}

async function generated(schema, files) {
  return codegen({
    filename: "operations.ts",
    schema: parse(printSchema(schema)),
    schemaAst: schema,
    documents: files.map((file) => ({ location: file.path, document: file.document })),
    config: {},
    plugins: [{ types: CONFIG }, { typedDocuments: CONFIG }],
    pluginMap: { types, typedDocuments },
  });
}

function write(written) {
  mkdirSync(join(ROOT, FOLDER), { recursive: true });
  for (const [name, text] of Object.entries(written)) {
    writeFileSync(join(ROOT, FOLDER, name), text);
  }
}

function check(written, missing) {
  const stale = Object.entries(written).filter(([name, text]) => {
    try {
      return readFileSync(join(ROOT, FOLDER, name), "utf8") !== text;
    } catch {
      return true;
    }
  });
  if (missing.length > 0) process.exitCode = 1;
  if (stale.length > 0) {
    const names = stale.map(([name]) => `${FOLDER}/${name}`).join(", ");
    throw new Error(`${names}: stale. Run \`make contracts\` and commit.`);
  }
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
