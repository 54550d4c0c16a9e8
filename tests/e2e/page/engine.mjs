// The real engine and its SMTP sink, by driver.py. They end with the test's process.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const driver = join(dirname(fileURLToPath(import.meta.url)), "driver.py");

export class Engine {
  /** With `relays` there are several servers, with `signing` a provider of sign-ins: see driver.py. */
  static async start(options = {}) {
    const engine = new Engine();
    engine.process = spawn("/usr/bin/python3", ["-B", driver], { stdio: ["pipe", "pipe", "inherit"] });
    engine.waiting = [];
    createInterface({ input: engine.process.stdout }).on("line", (line) => engine.waiting.shift()?.(JSON.parse(line)));
    const { url, token } = await engine.call(options.relays ? "several" : options.signing ? "signing" : "start", options.signing ? {} : options);
    Object.assign(engine, { url, token });
    engine.knowsPreviews = await engine.knows("POST", "/v1/audiences/preview");
    engine.knowsLists = await engine.knows("DELETE", "/v1/audiences/a999");
    return engine;
  }

  async call(what, options = {}) {
    const answer = await new Promise((resolve) => {
      this.waiting.push(resolve);
      this.process.stdin.write(JSON.stringify({ do: what, ...options }) + "\n");
    });
    if (answer.error) throw new Error(answer.error);
    return answer.ok;
  }

  async http(method, path, body = null, token = null) {
    const answer = await this.call("http", { method, path, body: method === "GET" ? null : (body ?? {}), token });
    if (answer.status >= 300) throw Object.assign(new Error(JSON.stringify(answer.problem)), answer);
    return answer.body;
  }

  /** Whether there is such a request at all. */
  async knows(method, path) {
    const { problem } = await this.call("http", { method, path, body: {} });
    return !["method_not_allowed", "path_unknown"].includes(problem?.notice?.code);
  }

  show(id) {
    return this.http("GET", `/v1/campaigns/${id}?full=true`);
  }

  /** A campaign of so many letters; started unless `draft`. */
  async campaign(count, { draft = false, ...fields } = {}) {
    const audience = await this.call("import", { count, name: `readers-${count}` });
    const id = await this.call("create", { audience, ...fields });
    if (!draft) await this.http("POST", `/v1/campaigns/${id}/start`);
    return id;
  }

  async end() {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.stdin.end();
    await ended;
  }
}
