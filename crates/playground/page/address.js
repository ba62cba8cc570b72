// The page's address holds the program, so that a link is all that is needed to show it to somebody.
const address = {
  // Whether the page is part of another one, such as a page of the guide.
  isEmbedded: new URLSearchParams(location.hash.slice(1)).has("embedded"),
  // The program of an address, or nothing.
  read: () => {
    const said = new URLSearchParams(location.hash.slice(1));
    if (!said.has("text")) return null;
    const leaves = {};
    const wrong = [];
    for (const [key, text] of said) {
      if (!key.startsWith("leaf.")) continue;
      const [name, number] = [key.slice("leaf.".length), numberOf(text)];
      if (Number.isFinite(number)) leaves[name] = number;
      else wrong.push(`For ${name} the link says “${text}”, which is no number.`);
    }
    return { text: said.get("text"), leaves, of: said.get("of") ?? "", link: { note: wrong.join(" ") } };
  },
  of: ({ text, leaves, of }) => {
    const says = new URLSearchParams({ text });
    if (of) says.set("of", of);
    for (const [name, number] of Object.entries(leaves)) says.set(`leaf.${name}`, String(number));
    return `#${says}`;
  },
  write: (hash) => {
    byId("whole").href = hash;
    try { history.replaceState(null, "", hash); } catch { /* a page that may not change its address still works */ }
  },
};
