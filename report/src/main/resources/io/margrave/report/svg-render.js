// What only a mouse can ask for takes half of the time and leaves no trace in a drawing.
function still(node) {
  if (Array.isArray(node)) return node.forEach(still);
  if (node === null || typeof node !== 'object') return;
  delete node.tooltip;
  delete node.params;
  for (var key of Object.keys(node)) if (key !== 'values') still(node[key]);
}
// Starts a drawing; its outcome is filled in as promises and timers are worked off by step().
function renderToSvg(text) {
  var outcome = { done: false, svg: null, error: null };
  var fail = function (e) { outcome.error = String((e && e.message) || e); outcome.done = true; };
  try {
    var given = JSON.parse(text);
    still(given);
    var spec = vegaLite.compile(given).spec;
    new vega.View(vega.parse(spec), { renderer: 'none' }).toSVG()
      .then(function (svg) { outcome.svg = svg; outcome.done = true; }, fail);
  } catch (e) { fail(e); }
  return outcome;
}
// Works off one timer; false where there is none left.
function step() {
  var work = pending.shift();
  if (!work) return false;
  work();
  return true;
}
