// SPDX-License-Identifier: Apache-2.0
"use strict";
const $ = id => document.getElementById(id);
const FLAGS = ["fwb", "dic", "mte", "perm", "asks"], PICKS = ["s1", "kind", "enc", "as", "vma"];
const TAG_KINDS = new Set(["tag-store", "tag-load", "tag-check", "dc-gva", "dc-gzva"]);
const state = {fwb: true, dic: true, mte: false, perm: false, asks: false, how: "kind", s1: "44", kind: "0", enc: "5",
               as: "kvm-6.9", vma: "vfio-pci"};
let runs = [];

const bits = n => "0b" + Number(n).toString(2).padStart(4, "0");
const nameOf = byte => (DATA.names[byte] || ["reserved", "fault"])[0];

/* An element; what is text stays text. */
function el(name, attrs, ...content) {
	const e = document.createElement(name);
	for (const [key, value] of Object.entries(attrs || {}))
		e.setAttribute(key, value);
	e.append(...content.filter(c => c !== null && c !== undefined));
	return e;
}

const chip = byte => el("span", {class: "chip " + (DATA.names[byte] || ["", "fault"])[1]}, nameOf(byte));

function list(heads, rows) {
	const line = (cells, attrs) =>
		el("tr", attrs, ...cells.map((c, i) => el("td", {"data-label": heads[i]}, ...[c].flat())));
	return el("table", {class: "list"}, el("thead", {}, el("tr", {}, ...heads.map(h => el("th", {}, h)))),
	          el("tbody", {}, ...rows.map(({cells, attrs}) => line(cells, attrs))));
}

/* --- The tables ------------------------------------------------------------------------------- */

const stages = (fwb, perm) => DATA.stages[`${+fwb}${+perm}`];

/* PAR_EL1.ATTR of both stages, two hex digits; null: one of them is reserved. */
function together(s1, s2, fwb = state.fwb, perm = state.perm) {
	const line = stages(fwb, perm).lines[DATA.bytes.indexOf(s1)];
	const want = line && line.slice(2 * s2, 2 * s2 + 2);
	return !want || want === "--" ? null : want;
}

const needsMte = s1 => s1 === "f0" && !state.mte;
const isDevice = byte => byte[0] === "0";
const machine = () => DATA.choices.machines[FLAGS.slice(0, 4).concat("asks").map(f => +state[f]).join("")];

/* What stage 2 is, and why. */
function secondStage() {
	const names = stages(state.fwb, state.perm).names, m = machine();
	if (state.how === "enc")
		return {s2: +state.enc, name: names[state.enc], rights: "rw-", why: "as written", mte: m.kinds[0][3],
		        vma: DATA.choices.kinds[state.kind][1]};
	if (state.how === "as") {
		const [s2, rights, refused] = m.others[`${state.as} ${state.vma}`];
		return {s2, rights, refused, name: names[s2], why: `as ${state.as}`, mte: m.kinds[0][3], vma: state.vma};
	}
	const [s2, rights, why, mte] = m.kinds[state.kind];
	return {s2, rights, name: names[s2], why: why || "by type", mte, vma: DATA.choices.kinds[state.kind][1]};
}

function configLine(second) {
	if (state.how === "enc")
		return `type = "raw"; memattr = <${state.enc}>; shareability = "inner";`;
	if (state.how === "kind")
		return DATA.choices.kinds[state.kind][0];
	const more = state.vma === "file" ? ' no-tags; expose = "reserved";' : "";
	return `type = "${DATA.choices.vmas[state.vma]}"; as = "${state.as}"; vma = "${state.vma}";${more}` +
		(second.refused ? " as-far-as-possible;" : "");
}

/* The rules for each kind of access; null: nothing can be said. */
function rulesFor(s1, want, shareable = true) {
	const vector = want && DATA.vectors[(shareable ? "s" : "n") + (isDevice(s1) ? "d" : "n") + want];
	return vector ? vector.map(i => DATA.rules[i]) : null;
}

/* --- What was measured ------------------------------------------------------------------------ */

const number = value => Number(value);
const hex = (value, digits) => value.toString(16).padStart(digits, "0");
const attrOf = par => hex(Number(BigInt(par) >> 56n), 2);
const failed = par => Boolean(BigInt(par) & 1n);
const shareOf = par => Number(BigInt(par) >> 7n & 3n);
const sameMemory = (a, b) => (DATA.same[a] || a) === (DATA.same[b] || b);

/* Runs in a text: of a console's log what stands between the lab's markers, of any other file every line. */
function parse(text, source) {
	const lines = text.split(/\r?\n/), begins = line => line.trimEnd().endsWith("--- lab begin");
	const marked = lines.some(begins), found = [];
	let inside = !marked, machine = {}, run = null, bad = 0;
	for (const line of lines) {
		if (begins(line)) inside = true;
		else if (line.trimEnd().endsWith("--- lab end")) inside = !marked;
		const at = line.search(/\{\s*"/);
		if (!inside || at < 0) continue;
		let r;
		try { r = JSON.parse(line.slice(at)); } catch { bad++; continue; }
		if (r.t === "run") [machine, run] = [r, null];
		else if (r.t === "lab") {
			if (r.v !== 1 && r.v !== 2)
				throw new Error(`${source}: version ${r.v} of the lab's output: this page reads 1 and 2`);
			const name = machine.machine || r.tree_model || "Unnamed machine";
			run = {title: name + (machine.cpu ? `, ${machine.cpu}` : "") + (r.fwb ? ", FWB on" : ", FWB off"),
			       source, lab: r, cells: {}, tries: {}, bad: 0};
			found.push(run);
			machine = {};
		} else if (run && r.t === "cell") run.cells[`${hex(number(r.s1), 2)} ${number(r.s2)}`] = r;
		else if (run && r.t === "try") run.tries[`${r.what} ${hex(number(r.s1), 2)} ${number(r.s2)}`] = r;
		else if (run && r.t === "end") run.end = r;
		else if (run && r.t === "partial") run.why = r.why;
	}
	if (!found.length)
		throw new Error(`${source}: has no run of the lab`);
	found[0].bad = bad;
	return found;
}

const size = things => Object.keys(things).length;

/* Why a run is not whole, or "". */
function lacks(run) {
	if (run.why) return run.why;
	if (!run.end) return "the log ends before the lab did";
	return number(run.end.cells) === size(run.cells) && number(run.end.tries) === size(run.tries) ? "" :
		"the lab has counted more than is here";
}

const fits = run => Boolean(run.lab.fwb) === state.fwb && Boolean(run.lab.mte_perm) === state.perm;

/* {text, differs} of PAR_EL1 for a pair */
function measuredPair(run, s1, s2) {
	const cell = run.cells[`${s1} ${s2}`], want = together(s1, s2, run.lab.fwb, run.lab.mte_perm);
	if (!fits(run)) return {text: "on another kind of CPU than the one picked"};
	if (!cell || cell.status !== 0) return {text: "not measured"};
	const said = [cell.par_s12, cell.par_s12_w].filter(p => p !== undefined);
	const wrong = want === null ? [] : said.filter(p => failed(p) || !sameMemory(attrOf(p), want));
	const shown = wrong[0] || said[0];
	return {text: failed(shown) ? "no translation" : `0x${attrOf(shown)} ${nameOf(attrOf(shown))}`,
	        differs: wrong.length > 0, judged: want !== null, shareable: failed(said[0]) || shareOf(said[0]) !== 0};
}

function outcome(t) {
	if (t.result !== "fault") {
		if (t.loaded !== undefined) return t.loaded ? "loaded" : "not loaded";
		return (DATA.results[t.result] || t.result) + (t.tag !== undefined ? `, tag ${t.tag}` : "");
	}
	if (t.fsc === undefined || exception(t)) return exception(t) || "a fault of an unknown kind";
	return `${DATA.faults[number(t.fsc)]} fault (FSC 0x${hex(number(t.fsc), 2)})`;
}

/* The name of a fault that is no abort. */
function exception(t) {
	const ec = t.ec === undefined ? 0x25 : number(t.ec);
	if ([0x20, 0x21, 0x24, 0x25].includes(ec)) return "";
	return DATA.exceptions[ec] || `exception class 0x${hex(ec, 2)}`;
}

function faultKind(t) {
	return exception(t) || (t.fsc === undefined ? "unknown" : DATA.faults[number(t.fsc)].split(",")[0]);
}

function allowed(rule, t) {
	if (!rule.results.includes(t.result) || !rule.results.includes(t.fresh || t.result)) return false;
	if (t.result === "fault") return rule.faults.includes(faultKind(t));
	return (rule.tag === undefined || t.tag === undefined || t.tag === rule.tag) &&
		(rule.loaded === undefined || t.loaded === undefined || t.loaded === rule.loaded);
}

function measuredTry(run, kind, s1, s2) {
	const t = fits(run) && run.tries[`${kind} ${s1} ${s2}`];
	const cell = run.cells[`${s1} ${s2}`];
	if (!t) return {text: fits(run) && !(cell && cell.status !== 0) ? "not measured" : "–"};
	if (t.result === "absent") return {text: DATA.results.absent};
	const pair = measuredPair(run, s1, s2);
	const rules = rulesFor(s1, together(s1, s2), pair.shareable);
	const rule = rules && rules[DATA.kinds.findIndex(k => k[0] === kind)];
	return {text: outcome(t), differs: Boolean(rule) && !allowed(rule, t), judged: Boolean(rule) && !rule.open};
}

function judged({text, differs, judged}) {
	if (differs) return el("span", {class: "differs"}, text + " – differs");
	return el("span", {class: judged ? "agrees" : ""}, text);
}

/* --- The page --------------------------------------------------------------------------------- */

const MTE = {offered: "offered to the guest", hidden: "hidden from the guest", absent: "the CPU has none",
             "not-asked-for": "the config does not ask for it"};

function showResult(second) {
	const s1 = state.s1, out = $("result"), want = needsMte(s1) ? null : together(s1, second.s2);
	out.replaceChildren();
	if (second.refused)
		out.append(el("p", {class: "note"},
		              `${state.as} would not map it: ${second.refused}. What is below is what would be left.`));
	if (needsMte(s1))
		out.append(el("p", {class: "note"}, "Stage 1 Tagged needs FEAT_MTE2."));
	else if (!second.name)
		out.append(el("p", {class: "note"}, `MemAttr ${bits(second.s2)} is reserved on this CPU: Mavis refuses it.`));
	if (want)
		out.append(el("p", {id: "effective"}, chip(want), " ", el("code", {}, `PAR_EL1.ATTR 0x${want}`)));
	out.append(el("dl", {class: "facts"},
		...[["Stage 1", `${nameOf(s1)}, MAIR byte 0x${s1}`],
		    ["Stage 2", `${second.name || "reserved"}, MemAttr ${bits(second.s2)}, ${second.rights}`],
		    ["What decided", second.why],
		    state.how === "as" ? null : ["MTE", MTE[second.mte]],
		    ...runs.map(run => [run.title, judged(measuredPair(run, s1, second.s2))])].filter(Boolean)
			.map(([k, v]) => el("div", {}, el("dt", {}, k), el("dd", {}, v)))));
	const guest = state.asks ? "mte;\n\t" : "";
	out.append(el("pre", {id: "config"}, `${guest}regions {\n\tmine { reg = <...>; ${configLine(second)} };\n};`));
	return want;
}

function showGrid(second) {
	const {names} = stages(state.fwb, state.perm), grid = $("grid"), had = grid.contains(document.activeElement);
	const common = DATA.bytes.slice(0, DATA.common);
	const rows = common.includes(state.s1) ? common : [...common, state.s1];
	const cell = (s1, s2) => {
		const want = needsMte(s1) ? null : together(s1, s2), mine = s1 === state.s1 && s2 === second.s2;
		const wrong = runs.some(run => measuredPair(run, s1, s2).differs);
		const lines = want ? nameOf(want).split(/[- ](.*)/) : ["", "–"];
		return el("td", {class: (want ? DATA.names[want][1] : "resv") + (wrong ? " wrong" : ""), role: "gridcell",
		                 tabindex: mine ? 0 : -1, "aria-selected": mine, "data-s1": s1, "data-s2": s2,
		                 "aria-label": `stage 1 ${nameOf(s1)}, stage 2 ${bits(s2)}: ` +
		                               (want ? nameOf(want) : "reserved") + (wrong ? ", measured otherwise" : "")},
		          lines[1] ? lines[0] : "", el("b", {}, lines[1] || lines[0]));
	};
	grid.replaceChildren(
		el("colgroup", {}, el("col", {class: "row"}), ...names.map(() => el("col"))),
		el("thead", {}, el("tr", {}, el("th"), ...names.map((n, i) => el("th", {scope: "col", title: n || "reserved"},
			el("code", {}, i.toString(16)), n ? n.replace(/^(Device|Normal)-/, "") : "–")))),
		el("tbody", {}, ...rows.map(s1 => el("tr", {role: "row"}, el("th", {class: "row", scope: "row"}, nameOf(s1),
			el("code", {}, "0x" + s1)), ...names.map((_, s2) => cell(s1, s2))))));
	if (!grid.querySelector('[tabindex="0"]'))
		grid.querySelector("td").tabIndex = 0;
	if (had)
		grid.querySelector('[tabindex="0"]').focus();
}

function showAccesses(second, want) {
	const rules = rulesFor(state.s1, want), here = runs.filter(fits);
	if (!rules) {
		$("accesses").replaceChildren(el("p", {}, "Nothing: a stage is reserved."));
		return;
	}
	$("accesses").replaceChildren(list(["Access", "The architecture", "Because", ...here.map(r => r.title)],
		DATA.kinds.map(([kind, title, does], i) => {
			const rule = rules[i], absent = TAG_KINDS.has(kind) && second.mte !== "offered";
			const says = absent ? "not for this guest: it has no MTE" :
				rule.open ? [el("b", {}, "open: "), rule.text] : rule.text;
			return {attrs: {"data-kind": kind, class: rule.open && !absent ? "open-rule" : ""},
			        cells: [el("span", {title: does}, title), says,
			                absent ? "" : rule.open ? `${rule.open}: ${rule.where}` : rule.why,
			                ...here.map(run => judged(measuredTry(run, kind, state.s1, second.s2)))]};
		})));
}

function showOthers(second) {
	const m = machine(), names = stages(state.fwb, state.perm).names;
	$("memory").textContent = `To them the memory is “${second.vma}”, by Linux's VMA. Encodings are those of a CPU ` +
		`${state.fwb ? "with" : "without"} FEAT_S2FWB; the effective type is that under stage 1 ${nameOf(state.s1)}.`;
	$("others").replaceChildren(list(["Hypervisor", "Stage 2", "Together", "Shareable", "Runs code", "Read in"],
		Object.keys(DATA.choices.sources).map(as => {
			const key = `${as} ${second.vma}`, [s2, rights, refused] = m.others[key];
			const want = needsMte(state.s1) ? null : together(state.s1, s2);
			const maps = refused ? ["refuses", "–", "–", "–"] :
				[`${names[s2]} ${bits(s2)}`, want ? chip(want) : "–", DATA.choices.share[key],
				 rights[2] === "x" ? "yes" : "no"];
			return {attrs: {"data-as": as, class: state.how === "as" && state.as === as ? "active" : ""},
			        cells: [as, refused ? `refuses: ${refused}` : maps[0], ...maps.slice(1),
			                DATA.choices.sources[as]]};
		})));
}

function showRuns() {
	$("runs").replaceChildren(...runs.map(run => el("li", {}, `${run.title} (${run.source}): ` +
		`${size(run.cells)} pairs, ${size(run.tries)} accesses` +
		(lacks(run) ? `; not whole: ${lacks(run)}` : "") +
		(fits(run) ? "" : "; on another kind of CPU than the one picked") +
		(run.bad ? `; ${run.bad} lines that are no JSON are left out` : ""))));
}

function show() {
	state.perm &&= state.mte;
	state.asks &&= state.mte;
	for (const f of FLAGS) $(f).checked = state[f];
	for (const p of PICKS) $(p).value = state[p];
	$("perm").disabled = $("asks").disabled = !state.mte;
	for (const r of document.querySelectorAll("[name=how]")) r.checked = r.value === state.how;
	const second = secondStage(), want = showResult(second);
	showGrid(second);
	showAccesses(second, want);
	showOthers(second);
	showRuns();
	const link = Object.entries(state).map(([k, v]) => [k, typeof v === "boolean" ? +v : v]);
	history.replaceState(null, "", "#" + new URLSearchParams(link));
}

/* The state that a link has, as far as there is such a choice. */
function fromLink() {
	for (const [key, value] of new URLSearchParams(location.hash.slice(1))) {
		if (FLAGS.includes(key)) state[key] = value === "1";
		else if (key === "how" && ["kind", "enc", "as"].includes(value)) state.how = value;
		else if (PICKS.includes(key) && [...$(key).options].some(o => o.value === value)) state[key] = value;
	}
}

function choose(s1, s2) {
	Object.assign(state, {s1, how: "enc", enc: String(s2)});
	show();
}

async function openFiles(files) {
	for (const file of files) {
		try { runs.push(...parse(await file.text(), file.name)); }
		catch (e) { $("runs").append(el("li", {class: "differs"}, e.message)); continue; }
		show();
	}
}

function fill() {
	const option = (value, text) => el("option", {value}, text);
	const byte = b => option(b, `${nameOf(b)} (0x${b})`);
	$("s1").append(...DATA.bytes.slice(0, DATA.common).map(byte),
	               el("optgroup", {label: "other bytes of MAIR_EL1"}, ...DATA.bytes.slice(DATA.common).sort().map(byte)));
	$("kind").append(...DATA.choices.kinds.map((k, i) => option(i, k[2])));
	$("enc").append(...Array.from({length: 16}, (_, i) => option(i, bits(i))));
	$("as").append(...Object.keys(DATA.choices.sources).map(a => option(a, a)));
	$("vma").append(...Object.keys(DATA.choices.vmas).map(v => option(v, v)));
}

fill();
fromLink();
for (const f of FLAGS) $(f).onchange = () => { state[f] = $(f).checked; show(); };
for (const p of PICKS) $(p).onchange = () => {
	state[p] = $(p).value;
	if (p !== "s1") state.how = p === "vma" ? "as" : p;
	show();
};
for (const r of document.querySelectorAll("[name=how]")) r.onchange = () => { state.how = r.value; show(); };
$("grid").onclick = e => {
	const cell = e.target.closest("td");
	if (!cell) return;
	choose(cell.dataset.s1, +cell.dataset.s2);
	$("grid").querySelector('[tabindex="0"]').focus();
};
$("grid").onkeydown = e => {
	const step = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]}[e.key];
	const row = e.target.closest("tr"), cell = e.target.closest("td");
	if (!step || !cell) return;
	e.preventDefault();
	const rows = [...$("grid").tBodies[0].rows], to = rows[rows.indexOf(row) + step[0]];
	const next = to && to.cells[cell.cellIndex + step[1]];
	if (next && next.dataset.s1) choose(next.dataset.s1, +next.dataset.s2);
};
$("pick").onsubmit = e => e.preventDefault();
$("files").onchange = () => openFiles($("files").files);
$("forget").onclick = () => { runs = []; $("files").value = ""; show(); };
document.ondragover = e => { e.preventDefault(); document.body.classList.add("over"); };
document.ondragleave = () => document.body.classList.remove("over");
document.ondrop = e => { e.preventDefault(); document.body.classList.remove("over"); openFiles(e.dataTransfer.files); };
window.onhashchange = () => { fromLink(); show(); };
show();
