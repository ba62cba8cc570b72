// Elements, found and made.
const byId = (id) => document.getElementById(id);

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

// Numbers have one kind of minus sign on the page, that of formulas; names keep their hyphens.
const withMinus = (text) => text.replace(/(?<![\p{L}\d_])-(?=[\d∞])|(?<=\de)-(?=\d)/gu, "−");

// What the tape says of an error begins small, and ends without a full stop.
const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

// Calls `draw` once before the next frame, however often it is asked for.
const atNextFrame = (draw) => {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
};
