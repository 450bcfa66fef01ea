"use strict";
// Charts of further indicators, drawn on request: the scripts for it are loaded when the first one is chosen.

(() => {
  const section = document.getElementById("chooser");
  const form = section.querySelector("form");
  const place = section.querySelector(".drawn");
  const names = section.querySelector(".names");
  form.hidden = false;
  names.open = false;

  const load = (source) => new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  });
  let ready = null;
  const scripts = () => (ready ||= Promise.all(place.dataset.scripts.split(" ").map(load)));

  function coloured(spec, colours) {
    const style = getComputedStyle(document.documentElement);
    let text = JSON.stringify(spec);
    for (const [name, standIn] of Object.entries(colours)) text = text.replaceAll(standIn, style.getPropertyValue("--" + name).trim());
    return JSON.parse(text);
  }

  function ordered(marks, order) {
    const list = marks.map((mark) => ({ ...mark }));
    if (order === "value") list.sort((a, b) => (b.x ?? b.last ?? -Infinity) - (a.x ?? a.last ?? -Infinity));
    return list.map((mark, row) => ({ ...mark, row }));
  }

  async function draw() {
    const id = form.elements.indicator.value;
    if (!id) {
      place.replaceChildren();
      return;
    }
    await scripts();
    const { spec, colours, indicators } = window.PLANS_CHARTS;
    const chart = indicators[id];
    const own = coloured(spec, colours);
    own.width = chart.width;
    own.height = chart.rows * chart.tall;
    for (const signal of own.signals) if (signal.name in chart && typeof chart[signal.name] !== "object") signal.value = chart[signal.name];
    own.data = own.data.map((set) => (set.name === "marks" ? { ...set, values: ordered(chart.marks, form.elements.order.value) } : set));
    const title = document.createElement("h3");
    const link = document.createElement("a");
    link.href = "indicators/" + id + ".html";
    link.textContent = chart.name;
    title.append(link);
    const holder = document.createElement("div");
    const view = new window.vega.View(window.vega.parse(own), { renderer: "svg", container: holder, hover: true });
    await view.runAsync();
    // Said in words to those who cannot see it; the page of the indicator has the links.
    for (const node of [holder, ...holder.querySelectorAll("[role], [aria-roledescription]")]) {
      for (const name of node.getAttributeNames()) if (name === "role" || name.startsWith("aria-")) node.removeAttribute(name);
    }
    holder.setAttribute("role", "img");
    holder.setAttribute("aria-label", chart.name + ": " + chart.marks.map((m) => [m.name, m.sub, m.words, m.last_words].filter(Boolean).join(" ")).join("; "));
    for (const node of holder.querySelectorAll("a")) node.setAttribute("tabindex", "-1");
    place.replaceChildren(title, holder);
    if (location.hash.split("&")[0] !== "#chart=" + id) history.replaceState(null, "", "#chart=" + id);
  }

  form.addEventListener("change", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  function restore() {
    const [, id, at] = location.hash.match(/^#chart=([a-z0-9-]+)(?:&at=([^&]*))?$/) || [];
    if (!id || ![...form.elements.indicator.options].some((o) => o.value === id)) return;
    form.elements.indicator.value = id;
    // `at`: where the page was being read when the language was switched; "" is its top.
    draw().then(() => {
      if (at === undefined) section.scrollIntoView();
      else if (at) document.getElementById(decodeURIComponent(at))?.scrollIntoView();
    });
  }
  addEventListener("hashchange", restore);
  restore();
})();
