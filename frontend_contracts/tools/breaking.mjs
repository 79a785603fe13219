// Fails when the schema breaks clients of the main line without saying so in CHANGELOG.md.
//
// The main line's schema is that of the commit where this branch left it; on the main line itself,
// that of the commit before. Another one can be named: node tools/breaking.mjs v1.0.0

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSchema, findBreakingChanges, findDangerousChanges } from "graphql";
import { ROOT } from "./operations.mjs";

const SCHEMA = "frontend_contracts/schema.graphql";
const CHANGELOG = "CHANGELOG.md";
// Whoever does not know them goes on without them.
const HARMLESS = new Set(["OPTIONAL_INPUT_FIELD_ADDED", "OPTIONAL_ARG_ADDED"]);
const WORD = /\bbreaking\b/i;

const base = process.argv[2] ?? process.env.OUTDIAL_BASE ?? whereMainWas();
const before = base && git("show", `${base}:${SCHEMA}`);
if (before === null) {
  console.log("Breaking changes: not looked for, no earlier schema is known here.");
} else {
  compare(buildSchema(before), buildSchema(readFileSync(join(ROOT, "schema.graphql"), "utf8")));
}

function compare(older, newer) {
  for (const { type, description } of findDangerousChanges(older, newer)) {
    if (!HARMLESS.has(type)) console.log(`Mind: ${description}`);
  }
  const broken = findBreakingChanges(older, newer).map(({ description }) => description);
  if (broken.length === 0) return;
  const said = addedToChangelog().some((line) => WORD.test(line));
  for (const description of broken) (said ? console.log : console.error)(`Breaks: ${description}`);
  if (said) return;
  console.error(
    `Clients of ${base} would break. Keep the old way beside the new one and deprecate it, or ` +
      `add an entry with the word "breaking" to ${CHANGELOG}.`,
  );
  process.exitCode = 1;
}

function whereMainWas() {
  const head = git("rev-parse", "HEAD");
  for (const main of ["origin/main", "main"]) {
    const fork = git("merge-base", "HEAD", main)?.trim();
    if (fork) return fork === head?.trim() ? (git("rev-parse", "HEAD^")?.trim() ?? null) : fork;
  }
  return null;
}

function addedToChangelog() {
  const older = new Set((git("show", `${base}:${CHANGELOG}`) ?? "").split("\n"));
  try {
    const now = readFileSync(join(ROOT, "..", CHANGELOG), "utf8");
    return now.split("\n").filter((line) => !older.has(line));
  } catch {
    return [];
  }
}

/** What git prints; null when it refuses or is not there. */
function git(...words) {
  try {
    const options = { cwd: join(ROOT, ".."), encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] };
    return execFileSync("git", words, { ...options, maxBuffer: 64 * 1024 * 1024 });
  } catch {
    return null;
  }
}
