// Sorting and filtering; without it the tables are as they were written.
(() => {
  "use strict";
  const value = (row, column, number) => {
    const cell = row.cells[column];
    const text = cell.dataset.value ?? cell.textContent.trim();
    if (!number) return text;
    return text === "" || Number.isNaN(Number(text)) ? -Infinity : Number(text);
  };
  const compare = new Intl.Collator(undefined, { numeric: true }).compare;

  const sort = (table, heading, column) => {
    const number = heading.classList.contains("number");
    // Numbers are mostly looked at from the top, names from the beginning.
    const now = heading.getAttribute("aria-sort");
    const first = number ? "descending" : "ascending";
    const other = number ? "ascending" : "descending";
    const order = now === first ? other : first;
    const sign = order === "ascending" ? 1 : -1;
    const rows = [...table.tBodies[0].rows].map((row) => [value(row, column, number), row]);
    rows.sort((a, b) => sign * (number ? (a[0] > b[0]) - (a[0] < b[0]) : compare(a[0], b[0])));
    table.querySelectorAll("th[aria-sort]").forEach((th) => th.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", order);
    table.tBodies[0].append(...rows.map((pair) => pair[1]));
  };

  for (const table of document.querySelectorAll("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => sort(table, heading, column));
    });
  }

  const find = document.querySelector(".find");
  if (!find) return;
  find.hidden = false;
  const rows = [...document.querySelector("table.grades").tBodies[0].rows];
  const words = rows.map((row) => row.textContent.toLocaleLowerCase());
  const text = find.querySelector("input[type=search]");
  const only = find.querySelector("input[type=checkbox]");
  const said = find.querySelector("output");
  const filter = () => {
    const wanted = text.value.toLocaleLowerCase().split(/\s+/);
    let shown = 0;
    rows.forEach((row, i) => {
      row.hidden = !wanted.every((w) => words[i].includes(w)) || (only.checked && !("look" in row.dataset));
      shown += row.hidden ? 0 : 1;
    });
    said.textContent = `${shown} of ${rows.length}`;
  };
  text.addEventListener("input", filter);
  only.addEventListener("change", filter);
  filter();
})();
