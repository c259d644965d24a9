// Starts a drawing; its outcome is filled in as promises and timers are worked off by step().
function renderToSvg(text) {
  var outcome = { done: false, svg: null, error: null };
  var fail = function (e) { outcome.error = String((e && e.message) || e); outcome.done = true; };
  try {
    var spec = vegaLite.compile(JSON.parse(text)).spec;
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
