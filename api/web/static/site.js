// What script adds to pages that work without it: the theme switch, and buttons that copy.

const root = document.documentElement;

function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

// Charts are images: the one of the theme that is shown, whatever the system prefers.
function dressCharts() {
  if (!root.dataset.theme) return;
  const theme = isDark() ? "dark" : "light";
  for (const source of document.querySelectorAll(".chart source, .chart img")) {
    const name = source.localName === "img" ? "src" : "srcset";
    source[name] = source[name].replace(/theme=(light|dark)/, `theme=${theme}`);
  }
}

const theme = document.getElementById("theme");
if (theme) {
  theme.hidden = false;
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("cunzhao.theme", root.dataset.theme); } catch { /* it lasts for this page, then */ }
    dressCharts();
  });
}
dressCharts();

for (const button of document.querySelectorAll("button[data-copies]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const label = button.textContent;
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}

// What others are to paste needs whole addresses, also where the service does not know its own.
for (const shown of document.querySelectorAll("pre[data-home='']")) {
  shown.textContent = shown.textContent.replaceAll('src="/', `src="${location.origin}/`);
}
