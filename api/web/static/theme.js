// Before anything is drawn: the theme that the reader chose, if any. Without it the system's is followed.
try {
  const chosen = localStorage.getItem("cunzhao.theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
} catch { /* storage is not allowed: the system's theme it is */ }
