// What Vega expects of its surroundings and a bare JavaScript engine lacks.
var pending = [];
globalThis.setTimeout = function (work) { pending.push(work); return pending.length; };
globalThis.clearTimeout = function () {};
globalThis.requestAnimationFrame = globalThis.setTimeout;
globalThis.console = { log: function () {}, info: function () {}, warn: function () {}, error: function () {}, debug: function () {} };
if (typeof globalThis.structuredClone === 'undefined') {
  globalThis.structuredClone = function clone(value) {
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map(clone);
    if (value instanceof Date) return new Date(value.getTime());
    if (value instanceof RegExp) return new RegExp(value.source, value.flags);
    if (value instanceof Set) return new Set(Array.from(value, clone));
    if (value instanceof Map) return new Map(Array.from(value, function (e) { return [clone(e[0]), clone(e[1])]; }));
    var copy = {};
    for (var key of Object.keys(value)) copy[key] = clone(value[key]);
    return copy;
  };
}
