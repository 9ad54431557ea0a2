
"use strict";
(() => {
  // The page is whole without this: it makes the table of everybody sortable and searchable.
  const table = document.querySelector(".everybody");
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const texts = new Map([...body.rows].map((row) => [row, row.textContent.toLowerCase()]));
  const order = new Intl.Collator("en", { numeric: true });

  function value(cell, head) {
    const text = cell.dataset.value ?? cell.textContent.trim();
    return text && "numbers" in head.dataset ? parseFloat(text) : text;
  }

  function compare(one, other) {
    return typeof one === "number" ? one - other : order.compare(one, other);
  }

  function sort(head) {
    const column = heads.indexOf(head);
    const ascending = head.getAttribute("aria-sort") !== "ascending";
    heads.forEach((each) => each.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    const rows = [...body.rows].map((row) => [value(row.cells[column], head), row]);
    rows.sort(([one], [other]) => {
      if (one === "" || other === "") return (one === "") - (other === ""); // what is empty comes last, either way
      return ascending ? compare(one, other) : compare(other, one);
    });
    rows.forEach(([, row]) => body.append(row));
  }

  function search(wanted) {
    const words = wanted.toLowerCase().split(/\s+/);
    let found = 0;
    for (const [row, text] of texts) {
      row.hidden = !words.every((word) => text.includes(word));
      found += !row.hidden;
    }
    document.getElementById("found").textContent = wanted.trim() ? `${found} of ${texts.size} rows` : "";
  }

  for (const head of heads) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head));
    head.append(button);
  }
  const field = document.getElementById("wanted");
  field.addEventListener("input", () => search(field.value));
  document.getElementById("search").hidden = false;
})();
