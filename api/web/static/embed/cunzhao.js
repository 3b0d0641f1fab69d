// Parts of the record for any page: <cunzhao-chart>, <cunzhao-entity>, <cunzhao-action>. Version 1.
//
// <script type="module" src="https://…/embed/1/cunzhao.js"></script>
// <cunzhao-chart name="actions-by-year" entity="weibo" as-of="2026.11.1" lang="en"></cunzhao-chart>
//
// Each element lives in a shadow root: no style of the page reaches in but the custom properties named in STYLE, and
// none reaches out. Nothing is evaluated and no style is inlined, so a strict content security policy will do: it has
// to allow this origin for script-src, img-src and connect-src.

const HOME = new URL("../../", import.meta.url).href.replace(/\/$/, "");
const FILTERS = ["year", "from", "to", "category", "measure", "authority", "region", "subject_kind", "campaign",
  "instrument", "entity", "operator", "document", "basis", "search"];

const TEXTS = {
  en: { source: "Source", newer: "Newer data exists: release", as_of: "as of", actions: "actions on record",
    failed: "This part of the record could not be loaded.", undated: "undated", open: "Open in the record" },
  zh: { source: "来源", newer: "已有更新的数据：发布版", as_of: "截至", actions: "次在册行动",
    failed: "无法载入这部分记录。", undated: "日期不详", open: "在记录中打开" },
};

const STYLE = new CSSStyleSheet();
STYLE.replaceSync(`
  :host { display: block; color: var(--cunzhao-ink, inherit); background: var(--cunzhao-back, transparent);
    font: var(--cunzhao-font, 1rem/1.5 system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif); }
  :host([hidden]) { display: none; }
  figure { margin: 0; }
  img { display: block; width: 100%; height: auto; }
  h3 { font-size: 1.1em; margin: 0 0 .3em; }
  p, ul { margin: .3em 0; }
  ul { padding-left: 1.2em; }
  a { color: var(--cunzhao-accent, #1a56a0); }
  time { font-variant-numeric: tabular-nums; }
  .about { font-size: .82em; opacity: .85; display: flex; flex-wrap: wrap; gap: 0 1em; }
  .plot { width: 100%; }
`);

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

async function read(path, parameters) {
  const answer = await fetch(`${HOME}${path}?${new URLSearchParams(parameters)}`, { credentials: "omit" });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

let latest;
// The newest release, asked for once a page; null where that is not known.
function latestRelease() {
  latest ??= read("/v1/releases", {}).then((list) => list.data[0]?.name ?? null, () => null);
  return latest;
}

class Part extends HTMLElement {
  #turn = 0;

  constructor() {
    super();
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [STYLE];
  }

  connectedCallback() { this.draw(); }
  attributeChangedCallback() { if (this.isConnected) this.draw(); }

  get language() {
    const asked = this.getAttribute("lang") || this.closest("[lang]")?.lang || document.documentElement.lang || "en";
    return asked.toLowerCase().startsWith("zh") ? "zh" : "en";
  }
  get words() { return TEXTS[this.language]; }
  get pinned() { return this.getAttribute("as-of") || ""; }
  get theme() {
    const asked = this.getAttribute("theme");
    if (asked === "light" || asked === "dark") return asked;
    return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  // The point in time, for every question of this part.
  get time() { return this.pinned ? { as_of: this.pinned } : {}; }

  page(path, parameters = {}) {
    return `${HOME}${path}?${new URLSearchParams({ ...parameters, ...this.time, lang: this.language })}`;
  }

  async draw() {
    const turn = ++this.#turn;
    let shown;
    try {
      shown = await this.content();
    } catch (error) {
      shown = [element("p", { role: "alert", textContent: this.words.failed })];
      this.dispatchEvent(new CustomEvent("cunzhao-error", { detail: error, bubbles: true, composed: true }));
    }
    if (turn !== this.#turn) return; // an attribute changed meanwhile: the newer drawing shows
    this.shadowRoot.replaceChildren(...shown);
    await this.drawn?.();
    this.dispatchEvent(new CustomEvent("cunzhao-drawn", { bubbles: true, composed: true }));
  }

  async about(address) {
    const line = element("p", { className: "about", part: "about" });
    const source = element("a", { href: address, textContent: "Cunzhao 存照", rel: "noopener", target: "_blank" });
    line.append(element("span", {}, `${this.words.source}: `, source,
      this.pinned ? `, ${this.words.as_of} ${this.pinned}` : "", " (CC BY 4.0)"));
    const newest = this.pinned ? await latestRelease() : null;
    if (newest && newest !== this.pinned) {
      const link = element("a", { href: address.replace(/&as_of=[^&]*|as_of=[^&]*&/, ""), textContent: newest,
        rel: "noopener", target: "_blank" });
      line.append(element("span", { part: "newer" }, `${this.words.newer} `, link));
    }
    return line;
  }
}

class Chart extends Part {
  static observedAttributes = ["name", "as-of", "lang", "theme", "width", "interactive", ...FILTERS];

  get asked() {
    const given = FILTERS.filter((name) => this.hasAttribute(name)).map((name) => [name, this.getAttribute(name)]);
    return { ...Object.fromEntries(given), ...this.time, lang: this.language, theme: this.theme,
      width: this.getAttribute("width") || "720" };
  }
  address(suffix) {
    return `${HOME}/charts/${encodeURIComponent(this.getAttribute("name"))}${suffix}?${new URLSearchParams(this.asked)}`;
  }

  async content() {
    const spec = await read(`/charts/${encodeURIComponent(this.getAttribute("name"))}.json`, this.asked);
    this.spec = spec;
    const rows = spec.data.values.map((row) => `${row.label} ${row.count ?? "–"}`).join(", ");
    const image = element("img", { src: this.address(".svg"), alt: `${spec.description}: ${rows}`, part: "image" });
    const caption = element("figcaption", { textContent: spec.description });
    return [element("figure", { part: "chart" }, image, caption), await this.about(this.address(""))];
  }

  // With `interactive` the library takes the place of the image; where it cannot be loaded the image stays.
  async drawn() {
    const image = this.shadowRoot.querySelector("img");
    if (!this.hasAttribute("interactive") || !image) return;
    const { draw } = await import(`${HOME}/embed/1/chart-library.js`);
    const plot = element("div", { className: "plot", role: "img", ariaLabel: image.alt });
    image.after(plot);
    await draw(plot, { ...this.spec, width: Math.max(240, this.clientWidth) });
    image.remove();
  }
}

class Entity extends Part {
  static observedAttributes = ["entity", "as-of", "lang", "theme"];

  async content() {
    const id = this.getAttribute("entity");
    const [entity, actions] = await Promise.all([
      read(`/v1/entities/${encodeURIComponent(id)}`, this.time),
      read("/v1/actions", { entity: id, limit: 3, ...this.time }),
    ]);
    const { name, name_en: english } = entity.data;
    const title = element("h3", {}, element("span", { lang: "zh-Hans", textContent: name }),
      english && english !== name ? ` ${english}` : "");
    const items = actions.data.map((action) => element("li", {},
      element("time", { textContent: action.acted_on ?? this.words.undated }), " ",
      element("a", { href: this.page(`/actions/${action.id}`), textContent: action[`gist_${this.language}`],
        target: "_blank", rel: "noopener" })));
    const total = element("p", { textContent: `${actions.total.value.toLocaleString()} ${this.words.actions}` });
    return [title, total, element("ul", {}, ...items), await this.about(this.page(`/entities/${id}`))];
  }
}

class Action extends Part {
  static observedAttributes = ["action", "as-of", "lang", "theme"];

  async content() {
    const id = this.getAttribute("action");
    const { data: action } = await read(`/v1/actions/${encodeURIComponent(id)}`, this.time);
    const title = element("h3", { textContent: action[`gist_${this.language}`] });
    const when = element("p", {}, element("time", { textContent: action.acted_on ?? this.words.undated }), " ",
      element("a", { href: this.page(`/actions/${id}`), textContent: this.words.open, target: "_blank", rel: "noopener" }));
    return [title, when, await this.about(this.page(`/actions/${id}`))];
  }
}

for (const [name, part] of [["chart", Chart], ["entity", Entity], ["action", Action]]) {
  if (!customElements.get(`cunzhao-${name}`)) customElements.define(`cunzhao-${name}`, part);
}
