"use strict";
(async () => {
  const facts = JSON.parse(document.getElementById("facts").textContent);
  const words = facts.words;
  const PENDING = "n";
  const TYPING_MS = 200;
  const BREATH_MS = 30;

  const amount = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, words.thousands);
  const say = (sentence, ...values) => values.reduce((said, value) => said.replace("{}", () => value), sentence);
  const two = (number) => String(number).padStart(2, "0");
  const clock = (sinceMs) => {
    const at = new Date(facts.begun + facts.offset + sinceMs);
    return [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(":");
  };
  const took = (ms) => (ms < 1000 ? `${ms} ms` : ms < 60000 ? `${(ms / 1000).toFixed(1).replace(".", words.point)} s` : `${Math.round(ms / 60000)} min`);

  for (const button of document.querySelectorAll(".copy")) {
    const name = button.textContent;
    const command = button.previousElementSibling;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(command.textContent);
        button.textContent = words.copied;
      } catch {
        getSelection().selectAllChildren(command);
        button.textContent = words.selected;
      }
      setTimeout(() => { button.textContent = name; }, 2000);
    });
  }

  // the rows of all blocks, with the beginning of their ids put back; the page can be scrolled and typed in meanwhile
  const dataOf = async (kind, column) => {
    const found = [];
    let since = performance.now();
    for (const script of document.querySelectorAll(`script.${kind}-data`)) {
      if (performance.now() - since > BREATH_MS) {
        await new Promise((go) => { setTimeout(go); });
        since = performance.now();
      }
      const block = JSON.parse(script.textContent);
      for (const row of block.r) {
        row[column] = block.p + row[column];
        found.push(row);
      }
      script.remove();
    }
    return found.sort((one, other) => one[0] - other[0]);
  };

  const rows = await dataOf("rows", 2);
  for (const [from, to] of facts.leftOut.pending) {
    for (let index = from; index <= to; index += 1) rows.push([index, PENDING, "", 0, 0, 0]);
  }
  if (facts.leftOut.pending.length) rows.sort((one, other) => one[0] - other[0]);
  const letters = new Map(rows.map((row) => [row[0], row[1]]));
  const changes = (await dataOf("changes", 2)).filter((change, place, all) => place === 0 || all[place - 1][0] !== change[0]);
  // a write that was begun, and of which no file tells how it ended
  const isOpen = (index) => [undefined, PENDING].includes(letters.get(index));
  const begun = new Set(words.dryRun ? [] : changes.map((change) => change[0]).filter(isOpen));

  const element = (tag, text, kind) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };
  const result = (index) => {
    const shown = element("span");
    const letter = letters.get(index);
    if (letter === undefined || begun.has(index)) return element("span", words.begun);
    shown.append(element("span", undefined, `mark ${words.kinds[letter]}`), words.status[letter]);
    return shown;
  };
  const fields = (list) => {
    const shown = element("ul");
    for (const [path, before, after] of list) {
      const item = element("li");
      item.append(element("span", `${path}: `, "path"), element("del", before || words.nothing), " → ",
        element("ins", after || words.nothing));
      shown.append(item);
    }
    return shown;
  };
  const named = (name, id) => {
    const shown = element("div");
    if (name) shown.append(element("div", name));
    if (id) shown.append(element("code", id));
    return shown;
  };

  const isSent = (row) => row[1] !== "s" && row[1] !== PENDING;
  const detail = (row) => (row[1] === "e" ? [row[7], row[8]].filter(Boolean).join(" · ") : row[6] || "");
  const ROW = [words.row, "number", (row) => String(row[0])];
  const ENTITY = [words.entity, "", (row) => named(row[10], row[2])];
  const TIME = [words.time, "short", (row) => (isSent(row) ? clock(row[3]) : "")];
  const ALL_ROWS = {
    data: rows,
    letter: (row) => row[1],
    text: (row) => `${row[0]} ${words.status[row[1]]} ${row[2]} ${row.slice(7).join(" ")} ${row[1] === "s" ? row[6] : ""}`,
    found: words.rowsFound,
    columns: [ROW, [words.result, "", (row) => result(row[0])], ENTITY, TIME,
      [words.took, "number", (row) => (isSent(row) ? took(row[4]) : "")],
      [words.requests, "number", (row) => (isSent(row) ? amount(row[5]) : "")], [words.detail, "", detail]],
  };
  const CHANGES = {
    data: changes,
    letter: (change) => letters.get(change[0]),
    text: (change) => `${change[0]} ${change[1]} ${change[2]} ${change[3].join(" ")}`,
    found: words.changesFound,
    columns: [ROW, ...(words.dryRun ? [] : [[words.result, "", (change) => result(change[0])]]),
      [words.entity, "", (change) => named(change[1], change[2])], [words.fields, "", (change) => fields(change[3])]],
  };
  const ofGroup = (number) => ({
    ...ALL_ROWS,
    data: rows.filter((row) => row[1] === "e" && row[6] === number),
    letter: undefined,
    columns: [ROW, [words.line, "short", (row) => row[8]], ENTITY, TIME, [words.detail, "", (row) => row[7]],
      [words.tracking, "", (row) => row[9]]],
  });

  // a table that is searched and paged; no more than a page of it is in the document
  const finder = (host, table, title) => {
    host.append(document.getElementById("finder").content.cloneNode(true));
    const [search, status, size] = host.querySelectorAll("input, select");
    const [head, body] = [host.querySelector("thead"), host.querySelector("tbody")];
    const [said, pager] = [host.querySelector(".found"), host.querySelector(".pager")];
    const pages = element("span");
    let found = table.data;
    let page = 0;

    const last = () => Math.max(0, Math.ceil(found.length / Number(size.value)) - 1);
    const STEPS = [[words.first, () => 0], [words.previous, () => page - 1], [words.next, () => page + 1], [words.last, last]];
    const buttons = STEPS.map(([name, to]) => {
      const button = element("button", name);
      button.type = "button";
      button.addEventListener("click", () => { page = to(); show(); });
      return button;
    });
    search.form.setAttribute("aria-label", say(words.searchIn, title));
    pager.setAttribute("aria-label", say(words.pagesOf, title));
    pager.append(...buttons.slice(0, 2), pages, ...buttons.slice(2));

    const show = () => {
      const rowsShown = Number(size.value);
      page = Math.min(Math.max(page, 0), last());
      const fragment = document.createDocumentFragment();
      for (const row of found.slice(page * rowsShown, (page + 1) * rowsShown)) {
        const line = element("tr");
        line.setAttribute("role", "row");
        for (const [name, kind, show] of table.columns) {
          const cell = element("td", undefined, kind);
          cell.setAttribute("role", "cell");
          cell.dataset.label = name;
          const content = show(row);
          if (content !== "" && content !== undefined) cell.append(content);
          line.append(cell);
        }
        fragment.append(line);
      }
      body.replaceChildren(fragment);
      said.textContent = found.length ? say(table.found, amount(found.length), amount(table.data.length)) : words.none;
      pages.textContent = say(words.page, amount(page + 1), amount(last() + 1));
      pager.hidden = last() === 0;
      buttons.forEach((button, number) => { button.disabled = number < 2 ? page === 0 : page === last(); });
    };
    const filter = () => {
      const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      found = table.data.filter((row) => {
        if (status.value && table.letter(row) !== status.value) return false;
        if (!wanted.length) return true;
        const text = table.text(row).toLowerCase();
        return wanted.every((word) => text.includes(word));
      });
      page = 0;
      show();
    };

    const line = element("tr");
    line.setAttribute("role", "row");
    for (const [name, kind] of table.columns) {
      const cell = element("th", name, kind);
      cell.scope = "col";
      cell.setAttribute("role", "columnheader");
      line.append(cell);
    }
    head.append(line);
    const there = new Set(table.letter ? table.data.map(table.letter) : []);
    for (const letter of Object.keys(words.status).filter((one) => there.has(one))) {
      status.append(new Option(words.status[letter], letter));
    }
    status.closest("label").hidden = there.size < 2;
    let typing;
    search.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(filter, TYPING_MS); });
    host.querySelector("form").addEventListener("submit", (event) => { event.preventDefault(); filter(); });
    status.addEventListener("change", filter);
    size.addEventListener("change", () => { page = 0; show(); });
    show();
  };

  for (const [name, table] of [["rows", ALL_ROWS], ["changes", CHANGES]]) {
    const section = document.getElementById(name);
    if (table.data.length) finder(section.querySelector(".finder"), table, section.querySelector("h2").textContent);
    else section.querySelector(".empty").hidden = false;
  }
  for (const details of document.querySelectorAll("details.rows-of")) {
    const title = details.closest("article").querySelector("h3").textContent;
    const group = Number(details.dataset.group);
    const show = () => finder(details.querySelector(".finder"), ofGroup(group), title);
    if (details.open) show();
    else details.addEventListener("toggle", show, { once: true });
  }
  for (const note of document.querySelectorAll(".left-out")) {
    const count = facts.leftOut[note.dataset.of];
    if (count) {
      note.textContent = say(note.textContent, amount(count), note.dataset.file);
      note.hidden = false;
    }
  }
})();
