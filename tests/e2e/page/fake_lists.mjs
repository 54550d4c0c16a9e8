// What the engine answers about lists, for an engine that does not have it yet: a page's requests for it are answered here,
// all others go on to the engine.

/** A CSV without quotes, read as the engine would preview it. */
function previewOf(text, query) {
  const delimiter = query.get("delimiter") ?? (text.split("\n")[0].includes(";") ? ";" : ",");
  const lines = text.split(/\r?\n/).filter(Boolean).map((line) => line.replace("\ufeff", "").split(delimiter));
  const hasHeader = query.get("header") !== "none";
  const columns = hasHeader ? lines[0] : lines[0].map((_, at) => `column ${at + 1}`);
  const found = hasHeader
    ? columns.find((one) => /^e-?mail/i.test(one))
    : columns.find((_, at) => lines[0][at].includes("@"));
  return {
    format: "csv",
    encoding: query.get("encoding") ?? "utf-8",
    delimiter,
    header: hasHeader,
    columns,
    email_column: query.get("email_column") ?? found ?? null,
    rows: lines.slice(hasHeader ? 1 : 0, hasHeader ? 6 : 5),
    sheets: [],
    notices: [],
  };
}

const json = (status, body) => ({ status, contentType: "application/json", body: JSON.stringify(body) });

/** What is said of how a file is to be read, which this engine would not understand. */
const reading = ["email_column", "encoding", "delimiter", "header", "sheet"];

/** Previews, and uploads that say how the file is to be read: this engine gets it as it knows it. */
export async function fakePreviews(page, engine) {
  await page.route(/\/v1\/audiences\/preview/, async (route) => {
    const { searchParams } = new URL(route.request().url());
    const preview = previewOf(route.request().postDataBuffer().toString(), searchParams);
    await route.fulfill(json(200, preview));
  });
  await page.route(
    ({ pathname, searchParams }) => pathname === "/v1/audiences" && reading.some((one) => searchParams.has(one)),
    async (route) => {
      const { searchParams } = new URL(route.request().url());
      const { columns, delimiter, email_column: address, header } = previewOf(route.request().postDataBuffer().toString(), searchParams);
      const [first, ...rest] = route.request().postDataBuffer().toString().split("\n");
      const named = columns.map((one) => (one === address ? "email" : one)).join(delimiter);
      const { body } = await engine.call("http", {
        method: "POST",
        path: `/v1/audiences?name=${encodeURIComponent(searchParams.get("name"))}`,
        body: [named, ...(header ? [] : [first]), ...rest].join("\n"),
      });
      const left_out = body.left_out.map((one) => ({ ...one, cell: `cell of line ${one.line}` }));
      await route.fulfill(json(201, { ...body, left_out, notices: [{ code: "import_name_dropped", count: 2 }] }));
    },
  );
}

/** Stored lists and suppressions. Rows and what is derived are the engine's own, the rest is kept here. */
export async function fakeLists(page, engine) {
  const names = new Map();
  const deleted = new Set();
  let suppressions = [];
  const shown = (audience) => ({ ...audience, name: names.get(audience.id) ?? audience.name });
  const one = async (id) => shown(await engine.http("GET", `/v1/audiences/${id}`));
  const problem = (status, notice, detail) => json(status, { status, code: notice.code, detail, notice });

  const answers = {
    "GET /v1/audiences": async ({ query }) => {
      const { items } = await engine.http("GET", "/v1/audiences?limit=1000");
      const those = items.map(shown).filter(({ id, name }) => !deleted.has(id) && name.includes(query.get("q") ?? ""));
      return json(200, { items: those, next: null });
    },
    "GET /v1/audiences/{}": async ({ id }) => {
      if (deleted.has(id)) return problem(404, { code: "audience_deleted", name: id }, "it was deleted");
      const audience = await one(id);
      const read = { format: "csv", encoding: "windows-1251", delimiter: ";", sheet: "", email_column: "email", notices: [] };
      const left_out = [{ line: 3, reason: "no address", notice: { code: "left_out_no_address" }, cell: "nobody" }];
      return json(200, { ...audience, left_out_total: 1, left_out_reasons: [{ code: "left_out_no_address", count: 1 }], left_out, read });
    },
    "PATCH /v1/audiences/{}": async ({ id, body }) => {
      names.set(id, body.name);
      return json(200, await one(id));
    },
    "DELETE /v1/audiences/{}": async ({ id }) => {
      const { items } = await engine.http("GET", "/v1/campaigns?view=outgoing");
      const users = items.filter(({ audience }) => audience?.id === id).map(({ name }) => name);
      if (users.length > 0)
        return problem(409, { code: "audience_in_use", name: (await one(id)).name, campaigns: users.join(", ") }, `it is in use by ${users.join(", ")}`);
      deleted.add(id);
      return json(200, {});
    },
    "GET /v1/audiences/{}/rows": async ({ id, query }) => {
      const wanted = query.get("q");
      const page = await engine.http("GET", `/v1/audiences/${id}/rows?first=0&limit=1000`);
      return json(200, { items: page.items.filter(({ email }) => email.includes(wanted)), next: null });
    },
    "GET /v1/audiences/{}/export": async ({ id, query }) => {
      const { items } = await engine.http("GET", `/v1/audiences/${id}/rows?first=0&limit=1000`);
      const lines = query.get("format") === "csv" ? ["email", ...items.map(({ email }) => email)] : items.map((row) => JSON.stringify(row));
      return { status: 200, contentType: "text/plain", body: lines.join("\n") };
    },
    "POST /v1/audiences/derive": async ({ body: { name, from } }) => {
      const make = async (count, called) => one(await engine.call("import", { count, name: called }));
      if (from.operation) return json(201, await make(3, name));
      const { size } = await one(from.audience);
      const made = [];
      for (const [at, percent] of from.split.entries()) made.push(await make(Math.round((size * percent) / 100), `${name} ${at + 1}`));
      return json(201, { items: made });
    },
    "GET /v1/suppressions": async ({ query }) =>
      json(200, { items: suppressions.filter(({ email }) => email.includes(query.get("q") ?? "")), next: null }),
    "POST /v1/suppressions": async ({ body }) => {
      if (!/@[^@]+\.[^@]+$/.test(body.email)) return problem(400, { code: "address_without_at", address: body.email }, "no address");
      const isThere = suppressions.some(({ email }) => email === body.email);
      if (!isThere) suppressions.push({ list: null, until: null, ...body, since: new Date().toISOString() });
      return json(200, { added: isThere ? 0 : 1, given: 1 });
    },
    "DELETE /v1/suppressions": async ({ body }) => {
      suppressions = suppressions.filter(({ email }) => email !== body.email);
      return json(200, { removed: 1 });
    },
  };
  const isHere = ({ pathname, searchParams }) =>
    /^\/v1\/(suppressions|audiences(\/a\d+(\/export)?|\/derive)?)$/.test(pathname) || (/\/rows$/.test(pathname) && searchParams.has("q"));
  await page.route(isHere, async (route) => {
    const { pathname, searchParams } = new URL(route.request().url());
    const id = /a\d+/.exec(pathname)?.[0];
    const answer = answers[`${route.request().method()} ${pathname.replace(/\/a\d+/, "/{}")}`];
    if (!answer) return route.fallback();
    await route.fulfill(await answer({ id, query: searchParams, body: route.request().postDataJSON?.() }));
  });
}

/** Copies of campaigns; gives what each was to be, as they are asked for. */
export async function fakeCopies(page, engine) {
  const asked = [];
  const path = /\/v1\/campaigns\/c\d+\/copy$/;
  page.on("request", (request) => path.test(request.url()) && asked.push(request.postDataJSON()));
  if (engine.knowsLists) return asked;
  await page.route(path, async (route) => {
    const body = route.request().postDataJSON();
    const from = await engine.show(/c\d+/.exec(route.request().url())[0]);
    const audience = body.outcomes ? await engine.call("import", { count: 2, name: "those" }) : from.audience.id;
    const id = await engine.call("create", { audience, name: body.name, subject: from.subject, text: from.text });
    await route.fulfill(json(201, await engine.show(id)));
  });
  return asked;
}
