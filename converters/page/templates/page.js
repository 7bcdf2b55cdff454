"use strict";
// The list of findings. Texts of the data become text nodes, never markup.
(async () => {
  const packed = document.getElementById("findings-data").textContent;
  const section = document.getElementById("findings");
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const each of opened) each.open = true;
  });
  addEventListener("afterprint", () => { for (const each of opened) each.open = false; });
  if (!section || !("DecompressionStream" in window)) return;

  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const data = JSON.parse(await new Response(stream).text());
  const { words } = data;
  const count = data.rule.length;
  const NAMES = ["severity", "dataset", "rule", "parameter", "standing"];
  const PAGE = 200;

  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const counted = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;

  // What is searched: the words of a finding and the keys of its examples, in small letters.
  const searched = new Array(count);
  const flat = (values) => values.map((v) => (Array.isArray(v) ? words[v[0]] : v)).join(" ");
  const haystack = (i) => searched[i] ??= [
    ...["severity", "rule", "dataset", "parameter", "title", "message", "variables"].map((n) => words[data[n][i]]),
    ...data.examples[i].map((e) => `${flat(e[1])} ${flat(e[2])} ${words[e[3]]}`),
  ].join("\n").toLowerCase();

  // The order of words, so that to sort is to compare numbers.
  const rank = new Array(words.length);
  [...words.keys()].sort((a, b) => (words[a] < words[b] ? -1 : words[a] > words[b] ? 1 : 0)).forEach((w, place) => { rank[w] = place; });
  const weight = { error: 0, warning: 1, note: 2 };
  const value = {
    severity: (i) => weight[words[data.severity[i]]],
    records: (i) => data.records[i],
  };
  for (const name of ["rule", "dataset", "parameter", "message", "standing"]) value[name] = (i) => rank[data[name][i]];

  const search = document.getElementById("search");
  const selects = Object.fromEntries(NAMES.map((name) => [name, document.getElementById(`by-${name}`)]));
  for (const name of NAMES) {
    const tally = new Map();
    for (const word of data[name]) tally.set(word, (tally.get(word) ?? 0) + 1);
    const order = name === "severity" ? (w) => weight[words[w]] : (w) => rank[w];
    selects[name].append(new Option("all", ""));
    for (const [word, n] of [...tally].sort((a, b) => order(a[0]) - order(b[0])))
      selects[name].append(new Option(`${words[word] || "none"} (${n.toLocaleString("en")})`, word));
    selects[name].disabled = tally.size < 2;
  }

  const body = document.querySelector("#list tbody");
  const status = document.getElementById("shown");
  const more = document.getElementById("more");
  const withBaseline = !document.querySelector('#list th[hidden]');
  let order = [...Array(count).keys()];
  let found = order;
  let listed = 0;

  const tomlText = (text) => JSON.stringify(text).replace(/\u007f/g, "\\u007f");
  const tomlKey = (name) => (/^[A-Za-z0-9_-]+$/.test(name) ? name : tomlText(name));
  const pairs = (flatPairs) => {
    const made = [];
    for (let k = 0; k < flatPairs.length; k += 2)
      made.push([words[flatPairs[k]], Array.isArray(flatPairs[k + 1]) ? words[flatPairs[k + 1][0]] : flatPairs[k + 1]]);
    return made;
  };

  function waiver(i) {
    const lines = ["[[waiver]]", `rule = ${tomlText(words[data.rule[i]])}`, `dataset = ${tomlText(words[data.dataset[i]])}`];
    if (words[data.parameter[i]]) lines.push(`parameter = ${tomlText(words[data.parameter[i]])}`);
    if (data.records[i]) {
      const keys = data.examples[i].map((e) => pairs(e[1]).filter(([, v]) => v !== null)).filter((k) => k.length);
      if (!keys.length) lines.push("records = []   # the keys of the records that are accepted");
      else lines.push(`records = [${keys.length < data.records[i] ? `   # ${keys.length} of ${counted(data.records[i], "record")}` : ""}`, ...keys.map((k) => `  { ${k.map(([n, v]) => `${tomlKey(n)} = ${typeof v === "string" ? tomlText(v) : v}`).join(", ")} },`), "]");
    }
    return [...lines, 'reason = ""', 'owner = ""', "expires = YYYY-MM-DD   # the last day on which it holds"].join("\n");
  }

  function examples(i) {
    const rows = data.examples[i];
    const names = [...new Set(rows.flatMap((e) => [...pairs(e[1]), ...pairs(e[2])].map(([n]) => n)))];
    const table = element("table");
    const head = table.createTHead().insertRow();
    const withRaw = rows.some((e) => words[e[3]]);
    for (const name of ["Record", ...names, ...(withRaw ? ["Made of"] : [])]) {
      const cell = element("th", name);
      cell.scope = "col";
      head.append(cell);
    }
    const rest = table.createTBody();
    for (const each of rows) {
      const of = new Map([...pairs(each[1]), ...pairs(each[2])]);
      const row = rest.insertRow();
      row.append(element("td", each[0].toLocaleString("en")), ...names.map((n) => element("td", of.get(n) === null ? "missing" : of.get(n) ?? "")));
      if (withRaw) row.append(element("td", words[each[3]]));
    }
    return table;
  }

  function detail(i) {
    const box = element("div", undefined, "detail");
    const left = element("div"), right = element("div");
    const id = words[data.rule[i]];
    const variables = words[data.variables[i]];
    left.append(element("h3", words[data.title[i]]));
    const page = [...document.querySelectorAll("details.rule")].find((d) => d.id === `rule-${id}`)?.querySelector(".page");
    if (page) left.append(...page.cloneNode(true).childNodes);
    if (variables) right.append(element("p", `Variables: ${variables}`));
    if (data.newRecords[i]) right.append(element("p", `${counted(data.newRecords[i], "new record")} since the baseline`));
    if (data.examples[i].length) {
      const n = data.examples[i].length;
      right.append(element("h3", n < data.records[i] ? `First ${n} of ${counted(data.records[i], "record")}` : counted(n, "record")), examples(i));
    } else if (!data.records[i]) right.append(element("p", "About the dataset as a whole."));
    right.append(element("h3", "Waiver, for adamgate.toml"));
    const pre = element("pre");
    pre.tabIndex = 0;
    pre.append(element("code", waiver(i)));
    right.append(pre);
    box.append(left, right);
    return box;
  }

  function row(i) {
    const made = element("tr");
    const severity = element("td");
    severity.append(element("span", words[data.severity[i]], `tag ${words[data.severity[i]]}`));
    const rule = element("td");
    const open = element("button", words[data.rule[i]], "open");
    open.type = "button";
    open.setAttribute("aria-expanded", "false");
    open.setAttribute("aria-label", `Details of ${words[data.rule[i]]} in ${words[data.dataset[i]]}`);
    rule.append(open);
    open.addEventListener("click", () => {
      const isOpen = open.getAttribute("aria-expanded") === "true";
      open.setAttribute("aria-expanded", String(!isOpen));
      if (isOpen) { made.nextSibling.remove(); return; }
      const below = element("tr", undefined, "more-of");
      const cell = element("td");
      cell.colSpan = withBaseline ? 7 : 6;
      cell.append(detail(i));
      below.append(cell);
      made.after(below);
    });
    const message = element("td", words[data.message[i]]);
    const first = data.examples[i][0];
    const place = first && (words[first[3]] || `record ${first[0].toLocaleString("en")}`);
    if (place) message.append(element("div", data.records[i] > 1 ? `first: ${place}` : place, "place"));
    made.append(
      severity, rule,
      element("td", words[data.dataset[i]]),
      element("td", words[data.parameter[i]]),
      message,
      element("td", data.records[i] ? data.records[i].toLocaleString("en") : "dataset", "number"),
    );
    if (withBaseline) made.append(element("td", words[data.standing[i]]));
    return made;
  }

  function showMore() {
    const part = found.slice(listed, listed + PAGE);
    body.append(...part.map(row));
    listed += part.length;
    more.hidden = listed >= found.length;
    more.textContent = `Show ${Math.min(PAGE, found.length - listed)} more of ${(found.length - listed).toLocaleString("en")}`;
  }

  function filter() {
    const wanted = NAMES.map((name) => [data[name], selects[name].value]).filter(([, v]) => v !== "").map(([column, v]) => [column, Number(v)]);
    const parts = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    found = order.filter((i) => wanted.every(([column, v]) => column[i] === v) && (!parts.length || parts.every((p) => haystack(i).includes(p))));
    status.textContent = found.length === count ? counted(count, "finding") : `${found.length.toLocaleString("en")} of ${counted(count, "finding")}`;
    body.replaceChildren();
    listed = 0;
    showMore();
  }

  const form = document.querySelector(".filters");
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  more.addEventListener("click", showMore);
  for (const button of document.querySelectorAll("#list thead button")) {
    button.addEventListener("click", () => {
      const head = button.closest("th");
      const before = head.getAttribute("aria-sort");
      const descending = before ? before === "ascending" : button.dataset.column === "records"; // the most first
      document.querySelectorAll("#list th[aria-sort]").forEach((th) => th.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const of = value[button.dataset.column];
      const turn = descending ? -1 : 1;
      order = [...Array(count).keys()].sort((a, b) => turn * (of(a) - of(b)) || a - b);
      filter();
    });
  }
  section.hidden = false;
  filter();
  // The words of 50,000 findings are put together while nobody waits.
  let next = 0;
  const prepare = (deadline) => {
    while (next < count && deadline.timeRemaining() > 2) haystack(next++);
    if (next < count) requestIdleCallback(prepare);
    else document.documentElement.dataset.ready = "true";
  };
  if ("requestIdleCallback" in window) requestIdleCallback(prepare);
})();
