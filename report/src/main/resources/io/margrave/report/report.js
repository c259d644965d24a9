(function () {
  'use strict';
  var byId = function (id) { return document.getElementById(id); };
  var read = function (id) { return JSON.parse(byId(id).textContent); };

  // ---- figures: as many panels side by side as there is room for
  var figures = read('figure-specs');
  var PANEL = 345;
  var columnsFor = function (spec, width) { return Math.max(1, Math.min(spec.columns || 1, Math.floor((width + 10) / PANEL))); };
  var rowsOf = function (spec) {
    var count = 0;
    JSON.stringify(spec, function (key, value) { if (key === 'values' && Array.isArray(value)) { count += value.length; return 0; } return value; });
    return count;
  };
  var drawn = [];
  async function draw(box) {
    var number = Number(box.dataset.figure);
    var entry = figures[number];
    var columns = columnsFor(entry.spec, box.clientWidth - 34);
    if (drawn[number] && drawn[number].columns === columns) return;
    if (drawn[number]) drawn[number].view.finalize();
    var spec = Object.assign({}, entry.spec, { columns: columns });
    if (columns === 1) {
      // A legend beneath a single column has no room for entries side by side.
      spec.config = Object.assign({}, spec.config, { legend: Object.assign({}, spec.config.legend, { columns: 1, direction: 'vertical' }) });
    }
    try {
      var result = await vegaEmbed(box, spec, {
        mode: 'vega-lite',
        // Thousands of marks are smoother on a canvas; fewer are sharper as SVG, on paper too.
        renderer: rowsOf(entry.spec) > 6000 ? 'canvas' : 'svg',
        actions: { export: true, source: false, compiled: false, editor: false },
        downloadFileName: entry.id
      });
      drawn[number] = { columns: columns, view: result.view };
    } catch (e) {
      box.textContent = 'This figure could not be drawn: ' + e.message;
    }
  }
  var drawing = Promise.resolve();
  function drawAll() {
    document.querySelectorAll('.vega').forEach(function (box) { drawing = drawing.then(function () { return draw(box); }); });
  }
  drawAll();
  var waiting = 0;
  window.addEventListener('resize', function () { clearTimeout(waiting); waiting = setTimeout(drawAll, 200); });

  // ---- table of points, where the page has one: one page of rows in the document at a time
  if (!byId('point-data')) return;
  var table = read('point-data');
  var PAGE = 50;
  var state = { sort: -1, down: false, page: 0, shown: [] };
  var cell = function (row, c) { return table.columns[c].number ? row[c] : table.words[row[c]]; };
  var column = function (title) { return table.columns.findIndex(function (c) { return c.title === title; }); };
  var MODEL = column('model'), RADIUS = column('r');
  var texts = table.rows.map(function (row) {
    return row.map(function (v, c) { v = cell(row, c); return v === null ? '' : String(v); }).join(' ').toLowerCase();
  });
  var format = function (value) {
    if (value === null) return '\u2013';
    if (typeof value === 'string') return value;
    var text = Number.isInteger(value) ? String(value) : Math.abs(value) < 1e-4 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
    return text.replace('-', '\u2212');
  };
  // Text in a column of numbers (no break found, infinite) sorts after every number; nothing at all comes last.
  var rank = function (value) { return value === null ? 2 : typeof value === 'string' ? 1 : 0; };
  function compare(a, b) {
    var x = cell(table.rows[a], state.sort), y = cell(table.rows[b], state.sort);
    if (table.columns[state.sort].number) {
      if (rank(x) === 2 || rank(y) === 2) { if (rank(x) !== rank(y)) return rank(x) - rank(y); return a - b; }
      var order = rank(x) - rank(y) || (rank(x) === 0 ? x - y : 0);
      return (state.down ? -order : order) || a - b;
    }
    var words = x < y ? -1 : x > y ? 1 : 0;
    return (state.down ? -words : words) || a - b;
  }
  function select() {
    var text = byId('table-text').value.trim().toLowerCase();
    var model = byId('table-model').value, radius = byId('table-r').value, flag = Number(byId('table-show').value);
    state.shown = [];
    table.rows.forEach(function (row, i) {
      if (model !== '' && row[MODEL] !== Number(model)) return;
      if (radius !== '' && row[RADIUS] !== Number(radius)) return;
      if (flag && !(table.flags[i] & flag)) return;
      if (text && texts[i].indexOf(text) < 0) return;
      state.shown.push(i);
    });
    if (state.sort >= 0) state.shown.sort(compare);
    state.page = 0;
    show();
  }
  function show() {
    var pages = Math.max(1, Math.ceil(state.shown.length / PAGE));
    state.page = Math.max(0, Math.min(state.page, pages - 1));
    var body = document.createElement('tbody');
    state.shown.slice(state.page * PAGE, (state.page + 1) * PAGE).forEach(function (i) {
      var tr = document.createElement('tr');
      if (table.flags[i] & 1) tr.className = 'below';
      table.rows[i].forEach(function (raw, c) {
        var td = document.createElement('td');
        td.textContent = format(cell(table.rows[i], c));
        if (table.columns[c].number) td.className = 'number'; else td.title = td.textContent;
        tr.appendChild(td);
      });
      body.appendChild(tr);
    });
    byId('point-table').tBodies[0].replaceWith(body);
    var from = state.shown.length ? state.page * PAGE + 1 : 0;
    byId('table-where').textContent = from + '\u2013' + Math.min(state.shown.length, (state.page + 1) * PAGE) + ' of ' + state.shown.length
      + (state.shown.length === table.rows.length ? '' : ' (of ' + table.rows.length + ' rows)');
    byId('table-first').disabled = byId('table-back').disabled = state.page === 0;
    byId('table-next').disabled = byId('table-last').disabled = state.page === pages - 1;
  }
  var head = document.createElement('tr');
  table.columns.forEach(function (c, i) {
    var th = document.createElement('th');
    th.scope = 'col';
    if (c.number) th.className = 'number';
    var button = document.createElement('button');
    button.type = 'button';
    button.textContent = c.title;
    th.appendChild(button);
    if (c.note) { var note = document.createElement('div'); note.className = 'label'; note.textContent = c.note; th.appendChild(note); }
    button.addEventListener('click', function () {
      state.down = state.sort === i ? !state.down : false;
      state.sort = i;
      head.querySelectorAll('th').forEach(function (other, k) {
        if (k === i) other.setAttribute('aria-sort', state.down ? 'descending' : 'ascending'); else other.removeAttribute('aria-sort');
        other.firstChild.textContent = table.columns[k].title + (k === i ? (state.down ? ' \u2193' : ' \u2191') : '');
      });
      select();
    });
    head.appendChild(th);
  });
  byId('point-table').tHead.appendChild(head);
  function options(id, values, name) {
    values.forEach(function (value) {
      var option = document.createElement('option');
      option.value = String(value);
      option.textContent = name(value);
      byId(id).appendChild(option);
    });
  }
  var distinct = function (c) { return Array.from(new Set(table.rows.map(function (row) { return row[c]; }))); };
  options('table-model', distinct(MODEL), function (v) { return table.words[v]; });
  options('table-r', distinct(RADIUS).sort(function (a, b) { return a - b; }), format);
  ['table-model', 'table-r', 'table-show'].forEach(function (id) { byId(id).addEventListener('change', select); });
  var typing = 0;
  byId('table-text').addEventListener('input', function () { clearTimeout(typing); typing = setTimeout(select, 120); });
  var go = function (id, to) { byId(id).addEventListener('click', function () { state.page = to(); show(); }); };
  go('table-first', function () { return 0; });
  go('table-back', function () { return state.page - 1; });
  go('table-next', function () { return state.page + 1; });
  go('table-last', function () { return Infinity; });
  select();
})();
