// Without a canvas Vega takes every letter for wide and leaves gaps; these are the widths of Helvetica's, in thousandths of its size,
// from the space to the tilde.
var WIDTHS = '278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556 '
  + '1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 '
  + '333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584';
WIDTHS = WIDTHS.split(' ').map(Number);
vega.textMetrics.width = function (item, value) {
  var text = value === undefined || value === null ? '' : String(value), sum = 0;
  for (var i = 0; i < text.length; i++) sum += WIDTHS[text.charCodeAt(i) - 32] || 584;
  var heavy = item.fontWeight === 'bold' || Number(item.fontWeight) >= 600 ? 1.08 : 1;
  return sum / 1000 * heavy * vega.textMetrics.height(item);
};
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
