"use strict";
// The table of all records. Everything that is chosen stands in the address after #, so that a view can be kept.

(() => {
  const data = window.PLANS_RECORDS;
  const texts = JSON.parse(document.getElementById("texts").textContent);
  const lang = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  const at = Object.fromEntries(data.columns.map((name, place) => [name, place]));
  const form = document.getElementById("filters");
  const FOLDERS = { target: "targets", result: "results", project: "projects", initiative: "initiatives" };
  const SORTS = ["kind", "district", "name", "value", "phrase"];
  const fold = (text) => text.normalize("NFKC").toLowerCase();
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const escape = (text) => String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

  const rows = data.rows.map((cells) => {
    const row = Object.fromEntries(data.columns.map((name) => [name, cells[at[name]]]));
    row.kind = data.kinds[row.kind];
    row.id = row.kind + "/" + row.key;
    row.folded = fold([row.key, row.indicator, row.name_en, row.name_zh, row.scope_en, row.scope_zh, row.stated, row.cue, row.extra, row.value_en, row.value_zh, row.mark_en, row.mark_zh, ...data.districts[row.district]].join(" "));
    return row;
  });
  const path = (row) => FOLDERS[row.kind] + "/" + row.key + ".html";

  // A value that is missing stays at the end whichever way the column is sorted.
  const rank = (sign) => (a, b) => (a === null ? (b === null ? 0 : 1) : b === null ? -1 : sign * (a - b));
  DataTable.type("rank", { order: { asc: rank(1), desc: rank(-1) }, className: "" });

  const cell = {
    kind: (row) => escape(texts.kind[row.kind]),
    district: (row) => escape(data.districts[row.district][lang === "zh" ? 1 : 0]),
    name: (row) => `<a href="${escape(path(row))}">${escape(row["name_" + lang])}</a>` + (row["scope_" + lang] ? ` <span class="scope">${escape(row["scope_" + lang])}</span>` : "") + ` <a class="here" href="#row=${escape(row.id)}" title="${escape(texts.explore.row)}" aria-label="${escape(texts.explore.row + ": " + row.key)}">#</a>`,
    value: (row) => (row["value_" + lang] ? `<span class="value is-${escape(row.comparator)}">${escape(row["value_" + lang])}</span>` : "") + (row["mark_" + lang] ? ` <span class="scope">${escape(row["mark_" + lang])}</span>` : ""),
    phrase: (row) => (row.stated ? `<span class="phrase" lang="zh-Hans">${escape(row.stated)}</span>` : ""),
  };
  const sortable = {
    kind: (row) => data.kinds.indexOf(row.kind),
    district: (row) => row.district,
    name: (row) => row["name_" + lang].toLowerCase(),
    value: (row) => row.rank,
    phrase: (row) => row.stated,
  };

  let state = {};
  let tokens = [];
  const table = document.getElementById("records");
  table.hidden = false;
  form.hidden = false;
  document.getElementById("more").open = matchMedia("(min-width: 60rem)").matches;
  const grid = new DataTable(table, {
    data: rows,
    autoWidth: false,
    deferRender: true,
    pageLength: 50,
    order: [],
    rowId: (row) => "row-" + row.kind + "-" + row.key,
    layout: { topStart: null, topEnd: null, bottomStart: { paging: { type: "simple_numbers" } }, bottomEnd: null },
    language: {
      zeroRecords: texts.explore.empty,
      emptyTable: texts.explore.empty,
      aria: { orderable: texts.explore.sort, orderableReverse: texts.explore.sort, orderableRemove: texts.explore.sort, paginate: { previous: texts.explore.previous, next: texts.explore.next, number: "" } },
      paginate: { previous: "‹", next: "›" },
    },
    columns: SORTS.map((name) => ({
      title: texts.columns[name],
      type: name === "value" ? "rank" : "string",
      cellType: name === "name" ? "th" : "td",
      orderSequence: name === "value" ? ["desc", "asc", ""] : ["asc", "desc", ""],
      data: null,
      render: (_, use, row) => (use === "display" ? cell[name](row) : sortable[name](row)),
      createdCell: (node) => {
        if (name === "name") node.scope = "row";
        else node.dataset.label = texts.columns[name];
      },
    })),
    createdRow: (node, row) => node.classList.toggle("chosen", row.id === state.row),
  });

  const FILTERS = ["kind", "district", "theme", "indicator", "comparator", "unit", "strength"];
  function fits(row) {
    if (tokens.some((token) => !row.folded.includes(token))) return false;
    return FILTERS.every((name) => {
      const wanted = state[name];
      if (!wanted) return true;
      if (name === "theme" && wanted.startsWith("c:")) return row.kind === "project" && row.theme === wanted.slice(2);
      if (name === "theme" && row.kind === "project") return false;
      return row[name] === wanted;
    });
  }
  grid.search.fixed("chosen", (_, row) => fits(row));

  function read() {
    const given = new URLSearchParams(location.hash.slice(1));
    const found = {};
    for (const name of ["q", ...FILTERS, "sort", "page", "row"]) if (given.get(name)) found[name] = given.get(name);
    return found;
  }

  function address() {
    const given = new URLSearchParams();
    for (const name of ["q", ...FILTERS, "sort", "page", "row"]) if (state[name]) given.set(name, state[name]);
    // A slash and a comma may stand in an address as they are, and it reads better so.
    return "#" + given.toString().replace(/%2F/g, "/").replace(/%2C/g, ",");
  }

  let show = () => {
    tokens = fold(state.q || "").split(/\s+/).filter(Boolean);
    for (const name of ["q", ...FILTERS]) {
      const field = form.elements[name];
      if (field.value !== (state[name] || "")) field.value = state[name] || "";
    }
    form.elements.sort.value = state.sort || "";
    if (FILTERS.some((name) => state[name])) document.getElementById("more").open = true;
    const [column, way] = (state.sort || "").split(",");
    grid.order(SORTS.includes(column) ? [[SORTS.indexOf(column), way === "desc" ? "desc" : "asc"]] : []);
    grid.draw();
    if (state.row) {
      const order = grid.rows({ order: "applied", search: "applied" }).data().toArray();
      const place = order.findIndex((row) => row.id === state.row);
      if (place >= 0) grid.page(Math.floor(place / grid.page.len())).draw("page");
      for (const node of table.tBodies[0].rows) node.classList.toggle("chosen", (grid.row(node).data() || {}).id === state.row);
      const node = table.querySelector(".chosen");
      if (node) node.scrollIntoView({ block: "center" });
    } else {
      for (const node of table.querySelectorAll(".chosen")) node.classList.remove("chosen");
      if (state.page) grid.page(Math.min(Math.max(1, +state.page || 1), grid.page.info().pages || 1) - 1).draw("page");
    }
    const info = grid.page.info();
    document.getElementById("count").textContent = fill(texts.explore.count, { n: info.recordsDisplay, total: info.recordsTotal });
    forPaper();
  };

  // Paper shows the rows of one page of the table and no filters, so it says which rows these are and what was chosen.
  function forPaper() {
    const info = grid.page.info();
    const chosen = [...form.querySelectorAll("input[name], select[name]")].filter((field) => field.value)
      .map((field) => field.closest("label").firstChild.textContent.trim() + texts.ui.colon + (field.selectedOptions ? field.selectedOptions[0].textContent : field.value));
    document.getElementById("paper").textContent = fill(texts.explore.paper, { from: info.recordsDisplay ? info.start + 1 : 0, to: info.end, n: info.recordsDisplay, total: info.recordsTotal })
      + (chosen.length ? " " + chosen.join(texts.ui.comma) + texts.ui.stop : "");
  }

  function keep() {
    const there = address();
    history.replaceState(null, "", there === "#" ? location.pathname + location.search : there);
    document.getElementById("permalink").setAttribute("href", there);
  }

  function apply(change) {
    state = { ...state, row: "", page: "", ...change };
    keep();
    show();
  }

  let waiting = 0;
  form.elements.q.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => apply({ q: form.elements.q.value.trim() }), 120);
  });
  for (const name of FILTERS) form.elements[name].addEventListener("change", () => apply({ [name]: form.elements[name].value }));
  form.elements.sort.addEventListener("change", () => apply({ sort: form.elements.sort.value }));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    state = {};
    keep();
    show();
    form.elements.q.focus();
  });
  // Sorting and paging by the table itself end up in the address too.
  let drawing = false;
  const redraw = show;
  show = () => {
    drawing = true;
    redraw();
    drawing = false;
  };
  grid.on("page", () => {
    if (!drawing) table.scrollIntoView();
  });
  // The table makes its page buttons anew, so the one that was pressed is gone and the keyboard would start over.
  let pressed = "";
  const host = table.closest(".dt-container") || document;
  const press = (event) => {
    const button = event.target.closest(".dt-paging-button");
    if (!button || button.matches(".disabled, :disabled") || (event.key && event.key !== "Enter" && event.key !== " ")) return;
    pressed = ["first", "previous", "next", "last"].find((name) => button.classList.contains(name)) || "current";
    // The table is drawn at once; a later drawing, after words typed into the search, must not take the keyboard away.
    setTimeout(() => { pressed = ""; }, 300);
  };
  for (const name of ["click", "keydown"]) host.addEventListener(name, press, true);
  function refocus() {
    if (!pressed) return;
    const wanted = pressed;
    pressed = "";
    setTimeout(() => {
      const button = host.querySelector(".dt-paging-button." + wanted + ":not(.disabled)") || host.querySelector(".dt-paging-button.current");
      if (button) button.focus({ preventScroll: true });
    });
  }
  grid.on("draw", () => {
    refocus();
    table.parentElement.closest(".dt-container").querySelector(".dt-paging nav")?.setAttribute("aria-label", texts.explore.pages);
    if (drawing) return;
    const [first] = grid.order();
    const sort = first && first[1] ? SORTS[first[0]] + "," + first[1] : "";
    const page = grid.page() ? String(grid.page() + 1) : "";
    state = { ...state, sort, page, row: "" };
    form.elements.sort.value = sort;
    keep();
    forPaper();
  });
  addEventListener("hashchange", () => {
    state = read();
    keep();
    show();
  });

  document.getElementById("export").addEventListener("click", () => {
    const columns = ["kind", "key", "year", "district_code", "district", "name_en", "name_zh", "scope_en", "scope_zh", "indicator_id", "comparator", "value", "value_max", "unit_id", "unit", "value_base", "base_unit_id", "strength", "estimated", "cumulative", "hedged", "headline", "relative_to", "period", "source_id", "stated", "cue"];
    // A spreadsheet would run a text that begins like a formula.
    const quote = (value) => {
      const text = value === null || value === undefined ? "" : typeof value === "string" && /^[=+\-@\t]/.test(value) ? "'" + value : String(value);
      return /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
    };
    const lines = grid.rows({ order: "applied", search: "applied" }).data().toArray().map((row) => ({
      ...row, district_code: row.district, district: data.districts[row.district][2], indicator_id: row.indicator, unit_id: row.unit,
      unit: data.units[row.unit] || "", value_base: row.base, base_unit_id: data.bases[row.unit] || "", source_id: row.source,
    }));
    const body = [columns, ...lines.map((row) => columns.map((name) => row[name]))].map((cells) => cells.map(quote).join(",")).join("\n") + "\n";
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", body], { type: "text/csv;charset=utf-8" }));
    link.download = "plans-" + (lines.length === rows.length ? "all" : lines.length) + ".csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });

  state = read();
  keep();
  show();
})();
