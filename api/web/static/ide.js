// The GraphQL editor. Plain script, no library: an editor, variables, a result, and the schema to read beside them.

const TEXTS = {
  en: {
    examples: "Examples", run: "Run", share: "Copy link", theme: "Light or dark", query: "Query",
    help: "Tab indents; Escape, then Tab, leaves the editor.", variables: "Variables (JSON)", result: "Result",
    schema: "Schema", find: "Find a type or field", running: "Running…", copied: "The link is copied.",
    badVariables: "The variables are not a JSON object.", noSchema: "The schema could not be loaded.",
    noAnswer: "The server did not answer.", insert: "insert", all: "All types", nothing: "Nothing found.",
    choose: "Choose…", cost: "cost", revision: "revision", arguments: "Arguments",
  },
  zh: {
    examples: "示例", run: "运行", share: "复制链接", theme: "浅色或深色", query: "查询",
    help: "Tab 键缩进；按 Esc 再按 Tab 离开编辑器。", variables: "变量（JSON）", result: "结果",
    schema: "结构", find: "查找类型或字段", running: "正在运行……", copied: "链接已复制。",
    badVariables: "变量不是 JSON 对象。", noSchema: "无法读取结构。",
    noAnswer: "服务器没有应答。", insert: "插入", all: "所有类型", nothing: "没有找到。",
    choose: "选择……", cost: "开销", revision: "修订", arguments: "参数",
  },
};

const TYPE_REFERENCE = "kind name ofType { kind name ofType { kind name ofType { kind name } } }";
const INTROSPECTION = `{ __schema { queryType { name } types {
  kind name description
  fields { name description type { ${TYPE_REFERENCE} } args { name description defaultValue type { ${TYPE_REFERENCE} } } }
  inputFields { name description type { ${TYPE_REFERENCE} } }
  enumValues { name description }
} } }`;

const byId = (id) => document.getElementById(id);
const [editor, variables, result, status] = ["query", "variables", "result", "status"].map(byId);
const state = { language: "en", examples: [], types: new Map(), root: "Query", shown: null, leaving: false };

// What the browser remembers is a convenience: the page works without it, as in private windows.
function remembered(key) {
  try { return localStorage.getItem(`cunzhao.${key}`); } catch { return null; }
}
function remember(key, value) {
  try { localStorage.setItem(`cunzhao.${key}`, value); } catch { /* not allowed: nothing is lost but comfort */ }
}

const text = (key) => TEXTS[state.language][key];

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// ---- Language and theme

function speak(language) {
  state.language = language;
  remember("language", language);
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  for (const labelled of document.querySelectorAll("[data-text]")) labelled.textContent = text(labelled.dataset.text);
  const other = byId("language");
  other.textContent = language === "zh" ? "English" : "中文";
  other.lang = language === "zh" ? "en" : "zh-Hans";
  listExamples();
  if (state.types.size) state.shown ? showType(state.shown) : showAll();
}

function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  remember("theme", root.dataset.theme);
}

// ---- Editor

function numberLines() {
  const count = editor.value.split("\n").length;
  byId("numbers").textContent = Array.from({ length: count }, (_, line) => line + 1).join("\n");
  byId("numbers").scrollTop = editor.scrollTop;
}

function insert(words) {
  editor.focus();
  // This command, unlike setRangeText, can be undone; the event it causes leads to `edited`.
  document.execCommand("insertText", false, words);
}

function edited() {
  numberLines();
  remember("query", editor.value);
  remember("variables", variables.value);
}

function onKey(event) {
  // Enter and Tab belong to an input method while it composes a word, as for Chinese. (229: Safari.)
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    run();
  } else if (event.target === editor && event.key === "Tab" && !event.shiftKey && !state.leaving) {
    event.preventDefault();
    insert("  ");
  } else if (event.target === editor && event.key === "Enter") {
    event.preventDefault();
    const line = editor.value.slice(0, editor.selectionStart).split("\n").pop();
    insert("\n" + line.match(/^ */)[0] + (/[{(]\s*$/.test(line) ? "  " : ""));
  }
  // Escape lets the next Tab move on, so that nobody is caught in the editor.
  state.leaving = event.key === "Escape" || (state.leaving && event.key === "Shift");
}

function listExamples() {
  const list = byId("examples");
  const chosen = Math.max(list.selectedIndex, 0);
  const names = [text("choose"), ...state.examples.map((example) => example[state.language])];
  list.replaceChildren(...names.map((name) => element("option", { textContent: name })));
  list.selectedIndex = chosen;
}

function showExample(index) {
  const example = state.examples[index];
  if (!example) return;
  editor.value = example.query;
  variables.value = example.variables ?? "";
  edited();
}

// ---- Running

function readVariables() {
  if (!variables.value.trim()) return {};
  const read = JSON.parse(variables.value);
  if (read === null || typeof read !== "object" || Array.isArray(read)) throw new SyntaxError();
  return read;
}

async function ask(query, given = {}) {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/graphql-response+json, application/json" },
    body: JSON.stringify({ query, variables: given }),
  });
  return { code: response.status, body: await response.json() };
}

async function run() {
  let given;
  try {
    given = readVariables();
  } catch {
    report(text("badVariables"), "", true);
    variables.focus();
    return;
  }
  report(text("running"), result.textContent, false);
  const begun = performance.now();
  try {
    const { code, body } = await ask(editor.value, given);
    const facts = [`HTTP ${code}`, `${Math.round(performance.now() - begun)} ms`];
    const { cost, revision } = body.extensions ?? {};
    if (cost) facts.push(`${text("cost")} ${cost.requested} / ${cost.limit}`);
    if (revision) facts.push(`${text("revision")} ${revision}`);
    report(facts.join(" · "), JSON.stringify(body, null, 2), Boolean(body.errors));
  } catch {
    report(text("noAnswer"), "", true);
  }
}

function report(words, shown, failed) {
  status.textContent = words;
  result.textContent = shown;
  result.classList.toggle("error", failed);
}

// The question is kept after the #, which browsers do not send to servers.
async function share() {
  const address = new URL("/graphql", location.href);
  address.hash = new URLSearchParams({ query: editor.value, variables: variables.value }).toString();
  history.replaceState(null, "", address);
  try {
    await navigator.clipboard.writeText(address.href);
    status.textContent = text("copied");
  } catch {
    status.textContent = address.href;
  }
}

// ---- Schema

function typeText(type) {
  if (type.kind === "NON_NULL") return `${typeText(type.ofType)}!`;
  return type.kind === "LIST" ? `[${typeText(type.ofType)}]` : type.name;
}

function typeLink(type) {
  let named = type;
  while (named.ofType) named = named.ofType;
  return element("button", { type: "button", textContent: typeText(type), onclick: () => showType(named.name) });
}

function entry(item, withInsert) {
  const term = element("dt", {}, `${item.name}`);
  if (item.type) term.append(": ", typeLink(item.type));
  if (withInsert) {
    const label = `${text("insert")} ${item.name}`;
    term.append(" ", element("button", { type: "button", textContent: text("insert"), ariaLabel: label, onclick: () => insert(item.name) }));
  }
  const parts = [term];
  if (item.description) parts.push(element("dd", { textContent: item.description }));
  if (item.args?.length) {
    const inner = element("dl", {}, ...item.args.flatMap((argument) => entry(argument, false)));
    parts.push(element("dd", {}, element("details", {}, element("summary", { textContent: text("arguments") }), inner)));
  }
  return parts;
}

function showType(name) {
  const type = state.types.get(name ?? state.root);
  if (!type) return;
  state.shown = type.name;
  const trail = element("button", { type: "button", textContent: text("all"), onclick: showAll });
  byId("trail").replaceChildren(trail, ` › ${type.name}`);
  byId("schema").replaceChildren(
    element("p", { textContent: type.description ?? "" }),
    element("dl", {}, ...itemsOf(type).flatMap((item) => entry(item, Boolean(type.fields)))),
  );
}

const itemsOf = (type) => type.fields ?? type.inputFields ?? type.enumValues ?? [];

// The types whose name is like what is looked for, or that have such fields, which are named below them.
function showAll() {
  state.shown = null;
  const wanted = byId("find").value.trim().toLowerCase();
  const matches = (item) => item.name.toLowerCase().includes(wanted);
  const listed = [...state.types.values()].filter((type) => !type.name.startsWith("__")).flatMap((type) => {
    const fields = wanted ? itemsOf(type).filter(matches).map((item) => item.name) : [];
    if (!fields.length && !matches(type)) return [];
    const link = element("button", { type: "button", textContent: type.name, onclick: () => showType(type.name) });
    return [element("dt", {}, link), element("dd", { textContent: fields.join(", ") })];
  });
  byId("trail").textContent = text(listed.length ? "all" : "nothing");
  byId("schema").replaceChildren(element("dl", {}, ...listed));
}

async function loadSchema() {
  try {
    const { body } = await ask(INTROSPECTION);
    const schema = body.data.__schema;
    state.root = schema.queryType.name;
    state.types = new Map(schema.types.map((type) => [type.name, type]));
    showType(state.root);
  } catch {
    byId("schema").textContent = text("noSchema");
  }
}

// ---- Beginning

async function begin() {
  const theme = remembered("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  try {
    state.examples = await (await fetch("/static/ide.examples.json")).json();
  } catch { /* the editor works without its examples */ }
  speak(remembered("language") ?? (navigator.language.startsWith("zh") ? "zh" : "en"));

  const shared = new URLSearchParams(location.hash.slice(1));
  editor.value = shared.get("query") ?? remembered("query") ?? "";
  variables.value = shared.get("variables") ?? remembered("variables") ?? "";
  if (!editor.value) showExample(0);
  numberLines();
  await loadSchema();
}

editor.addEventListener("input", edited);
variables.addEventListener("input", edited);
editor.addEventListener("scroll", () => { byId("numbers").scrollTop = editor.scrollTop; });
for (const area of [editor, variables]) area.addEventListener("keydown", onKey);
byId("run").addEventListener("click", run);
byId("share").addEventListener("click", share);
byId("theme").addEventListener("click", switchTheme);
byId("language").addEventListener("click", () => speak(state.language === "zh" ? "en" : "zh"));
byId("examples").addEventListener("change", (event) => showExample(event.target.selectedIndex - 1));
byId("find").addEventListener("input", showAll);
begin();
