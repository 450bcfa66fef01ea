"use strict";
// The language switch keeps the place: the same page, the same view (a hash that holds one), and what is being read there.

(() => {
  const link = document.getElementById("switch");
  if (!link) return;
  const own = link.getAttribute("href");

  // The last heading or row that has passed the bar, else the one that stands right below it.
  function place() {
    const bar = document.querySelector(".bar");
    const edge = (bar && getComputedStyle(bar).position === "sticky" ? bar.offsetHeight : 0) + 60;
    const marks = [...document.querySelectorAll("main h2[id], main h3[id], main tr[id], main li[id], main article[id], main figure[id]")];
    if (!scrollY) return "";
    const passed = marks.filter((m) => m.getClientRects().length && m.getBoundingClientRect().top <= edge);
    return passed.length ? encodeURIComponent(passed[passed.length - 1].id) : "";
  }

  // A hash with a = is a view (filters, a chart) and stays; a plain one is only where the page was entered, and may be
  // far from what is read by now. A chart keeps the place beside it.
  function kept() {
    const view = location.hash.includes("=") ? location.hash.replace(/&at=.*$/, "") : "";
    if (!view) return place() && "#" + place();
    return view.startsWith("#chart=") ? view + "&at=" + place() : view;
  }

  link.addEventListener("click", () => {
    link.href = own + kept();
    try {
      localStorage.setItem("plans-language", link.lang);
    } catch {
      // A browser that keeps nothing from local files simply does not remember the choice.
    }
  });

  // Someone whose browser is set to Chinese and who has not chosen yet starts on the Chinese first page. Only where a
  // choice can be kept: without that, the English page could never be reached.
  let chosen = "none can be kept";
  try {
    localStorage.setItem("plans-probe", "1");
    localStorage.removeItem("plans-probe");
    chosen = localStorage.getItem("plans-language") || "";
  } catch {
    // Nothing is kept, so nobody is sent anywhere.
  }
  const first = document.querySelector(".matrix") && document.documentElement.lang === "en";
  if (first && !chosen && !location.hash && /^zh\b/i.test(navigator.language || "")) location.replace(own);
})();
