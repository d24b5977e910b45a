// Which fields are shown: what depends on a field appears as soon as that field is answered (appeals/form/form.py).
export function shown(fields) {
  const known = new Map();
  const topic = fields.get("topic")?.text ?? "";
  function visible(id) {
    if (known.has(id)) return known.get(id);
    const field = fields.get(id);
    const topics = field.box.dataset.topics ? field.box.dataset.topics.split(" ") : [];
    const held = JSON.parse(field.box.dataset.when).every((one) => !fields.has(one.field) || holds(one, visible(one.field) ? fields.get(one.field).text : ""));
    known.set(id, held && (!topics.length || !topic || topics.includes(topic)));
    return known.get(id);
  }
  for (const [id, field] of fields) field.box.hidden = !visible(id);
}

function holds(one, text) {
  const number = /^[0-9]+$/.test(text) ? Number(text) : null;
  return (!one.one_of?.length || one.one_of.includes(text))
    && !(one.none_of ?? []).includes(text)
    && (one.filled === undefined || one.filled === Boolean(text))
    && (one.below === undefined || (number !== null && number < one.below))
    && (one.at_least === undefined || (number !== null && number >= one.at_least));
}
