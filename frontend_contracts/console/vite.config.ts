import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";

export default defineConfig({
  // Relative, so that the page works at any path it is mounted at.
  base: "./",
  plugins: [react()],
  resolve: { conditions: ["source", ...defaultClientConditions] },
  build: { sourcemap: true, chunkSizeWarningLimit: 700 },
  server: {
    proxy: {
      "/graphql": { target: process.env.OUTDIAL_URL ?? "http://127.0.0.1:8000", ws: true },
      "/imports": { target: process.env.OUTDIAL_URL ?? "http://127.0.0.1:8000" },
    },
  },
});
