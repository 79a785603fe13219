import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: {
    alias: { "@outdial/react": fileURLToPath(new URL("hooks/src/index.ts", import.meta.url)) },
  },
  test: {
    include: ["hooks/tests/**/*.test.ts", "console/tests/**/*.test.ts"],
    testTimeout: 30_000,
  },
});
