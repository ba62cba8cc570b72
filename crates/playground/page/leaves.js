// The numbers that can be moved: a field and a slider for each, and its derivative beside them.

// How far a slider goes, and in what steps: as far as the number is large to both sides, in some hundred steps. What is about one
// goes through zero; a learning rate of 0.001 does not.
const reach = (number) => {
  const size = Math.abs(number);
  const half = size > 0 && size < 0.1 ? size : Math.max(size, 1);
  const step = Math.max(10 ** Math.floor(Math.log10(half)) / 100, Number.MIN_VALUE);
  const round = (x) => Number((Math.round(x / step) * step).toPrecision(12));
  return { low: round(number - half), high: round(number + half), step };
};

// A number as people write it: 1,5 and −2 and 1_000 as well. One that would be read as zero is none, as in a program.
const numberOf = (text) => {
  const plain = text.trim().replace(",", ".").replace("−", "-").replace(/(?<=\d)_(?=\d)/g, "");
  const number = plain === "" ? NaN : Number(plain);
  return number === 0 && /[1-9]/.test(plain.split(/e/i)[0]) ? NaN : number;
};

// `move(name, number, from)` is called while a number is moved, with what it was before.
const leafList = (list, move) => {
  const rows = new Map();
  const reaches = new Map();
  let count = 0;

  const row = (name) => {
    const field = make("input", { type: "text", inputMode: "decimal", autocomplete: "off", ariaLabel: `${name}, its value` });
    const slider = make("input", { type: "range", ariaLabel: `${name}, to be moved` });
    const slope = make("output", { className: "slope" });
    // Stands there empty, so that what comes into it is announced.
    const wrong = make("p", { className: "not-a-number", id: `not-a-number-${(count += 1)}`, role: "status" });
    field.setAttribute("aria-describedby", wrong.id);
    const item = make("li", {}, make("span", { className: "leaf-name", textContent: name, title: name }), field, slope, wrong, slider);
    // What the number was before it was moved.
    let from = null;
    const begin = () => { from ??= Number(item.dataset.exact); };
    const end = () => { from = null; };
    slider.addEventListener("pointerdown", begin);
    slider.addEventListener("input", () => {
      begin();
      wrong.textContent = "";
      move(name, Number(slider.value), from);
    });
    slider.addEventListener("change", end);
    field.addEventListener("input", () => {
      begin();
      const number = numberOf(field.value);
      const isNumber = Number.isFinite(number);
      field.setAttribute("aria-invalid", String(!isNumber));
      wrong.textContent = isNumber ? "" : `Not a number: ${withMinus(String(from))} is kept.`;
      // The slider goes as far as what is typed. What is no number in the end is not half taken.
      reaches.delete(name);
      move(name, isNumber ? number : from, from);
    });
    const settle = () => {
      field.value = field.ariaInvalid === "true" ? String(from) : item.dataset.exact;
      field.setAttribute("aria-invalid", "false");
      end();
    };
    field.addEventListener("blur", settle);
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      settle();
      field.select();
    });
    return { item, field, slider, slope };
  };

  const show = (leaf, result) => {
    const { item, field, slider, slope } = rows.get(leaf.name);
    const number = Number(leaf.value.exact);
    item.dataset.exact = leaf.value.exact;
    if (document.activeElement !== field) field.value = leaf.value.exact;
    const known = reaches.get(leaf.name);
    if (!known || number < known.low || number > known.high) reaches.set(leaf.name, reach(number));
    const { low, high, step } = reaches.get(leaf.name);
    Object.assign(slider, { min: low, max: high, step });
    if (document.activeElement !== slider || Number(slider.value) !== number) slider.value = leaf.value.exact;
    slope.textContent = leaf.derivative.short;
    slope.title = `d ${result} / d ${leaf.name} = ${leaf.derivative.exact}`;
    slope.ariaLabel = `derivative of ${result} by ${leaf.name}`;
  };

  return {
    // Shows these leaves; a row that is there already stays, with the focus it has.
    show: (leaves, result) => {
      const wanted = leaves.map((leaf) => leaf.name);
      for (const [name, { item }] of rows) {
        if (wanted.includes(name)) continue;
        item.remove();
        rows.delete(name);
        reaches.delete(name);
      }
      leaves.forEach((leaf, place) => {
        if (!rows.has(leaf.name)) rows.set(leaf.name, row(leaf.name));
        const { item } = rows.get(leaf.name);
        if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null);
        show(leaf, result);
      });
    },
    // Whose derivatives do not stand there yet.
    expect: (names) => {
      for (const [name, { slope }] of rows) slope.classList.toggle("awaited", names.includes(name));
    },
    forget: () => reaches.clear(),
    stepOf: (name) => reaches.get(name)?.step ?? 0.01,
    valueOf: (name) => Number(rows.get(name)?.item.dataset.exact),
    has: (name) => rows.has(name),
  };
};
