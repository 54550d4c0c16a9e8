import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// `npm run dev` serves the page with hot reloading and passes the API on to a running engine.
const engine = process.env.SLUICE_URL ?? "http://127.0.0.1:8025";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    // Files beside the page, never data: URLs, and no inline script: the Content-Security-Policy has neither.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/v1": engine, "/version": engine, "/sign-in": engine } },
});
