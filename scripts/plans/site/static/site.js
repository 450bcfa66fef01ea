"use strict";
// The language switch keeps the place: the same page, the same view (its hash), or the heading that is being read.

(() => {
  const link = document.getElementById("switch");
  if (!link) return;
  const own = link.getAttribute("href");

  function heading() {
    const marks = [...document.querySelectorAll("main h2[id], main h3[id], main tr[id], main article[id], main figure[id]")];
    if (!marks.length || marks[0].getBoundingClientRect().top > 0) return "";
    const passed = marks.filter((m) => m.getBoundingClientRect().top <= 80);
    return passed.length ? "#" + encodeURIComponent(passed[passed.length - 1].id) : "";
  }

  link.addEventListener("click", () => {
    link.href = own + (location.hash || heading());
    try {
      localStorage.setItem("plans-language", link.lang);
    } catch {
      // A browser that keeps nothing from local files simply does not remember the choice.
    }
  });

  // Someone whose browser is set to Chinese and who has not chosen yet starts on the Chinese first page.
  let chosen = "";
  try {
    chosen = localStorage.getItem("plans-language") || "";
  } catch {
    chosen = "";
  }
  const first = document.querySelector(".matrix") && document.documentElement.lang === "en";
  if (first && !chosen && !location.hash && /^zh\b/i.test(navigator.language || "")) location.replace(own);
})();
