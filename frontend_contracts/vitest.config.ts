import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["source"] },
  test: {
    include: ["hooks/tests/**/*.test.ts", "console/tests/**/*.test.{ts,tsx}"],
  },
});
