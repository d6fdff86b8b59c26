# SPDX-License-Identifier: Apache-2.0
"""How pages and pictures look: the palette, and the page's style sheet.

Device types are the warm family, darker is stronger; Normal types are the cool one, darker is more cacheable. The two hold
apart for every kind of colour vision, and in grey each keeps its order. No cell speaks by colour alone.
"""

from labreport import attr

# class -> (background, text)
MEMORY = {
    "d0": ("#7f2704", "#ffffff"), "d1": ("#b8470b", "#ffffff"), "d2": ("#ee9349", "#1b1206"), "d3": ("#fbcf9d", "#1b1206"),
    "n00": ("#dbe9f6", "#0b1c2e"), "n01": ("#c3dbee", "#0b1c2e"), "n11": ("#9ecae4", "#0b1c2e"), "n02": ("#b3d3e9", "#0b1c2e"),
    "n12": ("#6baed6", "#08192a"), "n22": ("#2166ac", "#ffffff"),
    "tag": ("#54278f", "#ffffff"), "notag": ("#cbb8e6", "#21083f"), "fault": ("#222222", "#ffffff"),
}
# What becomes of an access: class -> (background, text, sign, meaning)
OUTCOMES = {
    "ok": ("#dbe9f6", "#0b3a66", "✓", "works (or: seen)"),
    "align": ("#ee9349", "#1b1206", "A", "alignment fault"),
    "perm": ("#54278f", "#ffffff", "P", "permission fault"),
    "trans": ("#222222", "#ffffff", "T", "translation or access flag fault"),
    "tagchk": ("#cbb8e6", "#21083f", "G", "tag check fault"),
    "unsup": ("#8c6d1f", "#ffffff", "U", "unsupported exclusive or atomic"),
    "ext": ("#5c5c5c", "#ffffff", "X", "external abort or SError"),
    "undef": ("#7f2704", "#ffffff", "D", "undefined instruction, or another exception"),
    "fail": ("#ffe08a", "#3b2a00", "○", "no fault, but does not do what it should, or is not seen"),
    "fresh": ("#f7c948", "#2b1d00", "±", "one outcome without a TLB entry, another with it"),
    # Of litmus tests.
    "never": ("#dbe9f6", "#0b3a66", "0", "forbidden, and never seen"),
    "quiet": ("#eceff2", "#4d5661", "0", "allowed, and not seen"),
    "weak": ("#f7c948", "#2b1d00", "7", "allowed, and seen"),
    "absent": ("transparent", "", "–", "not on this CPU, or not with this pair"),
    "missing": ("transparent", "", "?", "not measured, or lost"),
}


def memory_class(byte):
    """The palette's class for an effective attribute."""
    a = attr.decode(byte)
    if a is None:
        return "fault"
    if a.is_device:
        return f"d{a.device}"
    if a.tagged:
        return "notag" if a.no_tag_access else "tag"
    return f"n{min(a.outer, a.inner)}{max(a.outer, a.inner)}"


def _rules():
    for key, (back, ink) in MEMORY.items():
        yield f".{key}{{background:{back};color:{ink}}}"
    for key, (back, ink, *_) in OUTCOMES.items():
        yield f".o-{key}{{background:{back};color:{ink or 'var(--faint)'}}}"


SHEET = """
:root{--page:#fbfbf9;--card:#fff;--ink:#1a1e24;--soft:#4d5661;--faint:#7b8590;--line:#dcdfe3;--hatch:#d3d6da;--ring:#000;
  --halo:#fff;--good:#0b5e4a;--goodback:#e3f2ec;--bad:#8a1c4a;--badback:#fbe6ee;
  --part:#6b4a00;--partback:#fdf0cf;color-scheme:light}
@media screen and (prefers-color-scheme:dark){
:root{--page:#12151a;--card:#1a1f26;--ink:#e8ebef;--soft:#b3bcc7;--faint:#8a949f;--line:#333b45;--hatch:#39424d;
  --ring:#fff;--halo:#14181d;--good:#8fe0c3;--goodback:#12362c;--bad:#ffa8c6;--badback:#43152a;
  --part:#f4d488;--partback:#3b2f10;color-scheme:dark}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);
  font:15px/1.5 system-ui,"Segoe UI","Noto Sans","DejaVu Sans",sans-serif;-webkit-print-color-adjust:exact;
  print-color-adjust:exact}
main{max-width:1340px;margin:0 auto;padding:36px 32px 48px}
h1{font-size:30px;line-height:1.2;margin:0 0 6px;letter-spacing:-.01em}
h2{font-size:23px;line-height:1.25;margin:0 0 12px;letter-spacing:-.005em}
h3{font-size:17px;margin:34px 0 4px}
h4{font-size:14px;margin:0}
p{margin:0 0 10px;max-width:118ch}
.lead,.caption{color:var(--soft)}
.caption{font-size:14px;margin-bottom:12px}
code,.hex{font-family:ui-monospace,"DejaVu Sans Mono","Liberation Mono",Menlo,monospace;font-size:.88em;white-space:nowrap}
section.run{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:26px 28px 30px;margin-top:28px}
.overview{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(380px,100%),1fr));gap:14px;margin:22px 0 0}
.overview a{display:block;background:var(--card);border:1px solid var(--line);border-left:6px solid var(--mark);
  border-radius:10px;padding:14px 18px;color:inherit;text-decoration:none}
.overview b{display:block;font-size:16px}
.bad{--mark:var(--bad)}
.good{--mark:var(--good)}
.part{--mark:var(--part)}
.verdict{display:inline-block;border-radius:8px;padding:7px 14px;margin:0 8px 8px 0;font-weight:600}
.verdict.good{background:var(--goodback);color:var(--good)}
.verdict.bad{background:var(--badback);color:var(--bad)}
.verdict.part{background:var(--partback);color:var(--part)}
.note{border-left:4px solid var(--bad);padding:4px 12px;margin:10px 0;color:var(--soft)}
dl.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(190px,1fr));gap:10px 22px;margin:12px 0 0}
dl.facts div{border-top:1px solid var(--line);padding-top:6px}
dt{font-size:12px;color:var(--faint)}
dd{margin:0;overflow-wrap:anywhere}
.command{font:12px/1.4 ui-monospace,"DejaVu Sans Mono",Menlo,monospace}
dl.facts div:has(.command){grid-column:1/-1}
.scroll{overflow-x:auto;padding:2px}
.scroll .map th.row{position:sticky;left:0;background:var(--card);z-index:1}
table{border-collapse:collapse}
.map{border-collapse:separate;border-spacing:3px;width:100%;table-layout:fixed}
.map col.row{width:118px}
.map col.thin{width:27px}
.map th.thin{writing-mode:vertical-rl;transform:rotate(180deg);text-align:left;font-weight:400;white-space:nowrap;
  padding:0;margin:auto;line-height:22px}
.map th.thin code{display:inline;color:var(--faint)}
.map th{font-weight:600;font-size:12px;line-height:1.25;vertical-align:bottom;padding:2px;color:var(--soft)}
.map thead th code{display:block;color:var(--ink)}
.map th.row{text-align:right;vertical-align:middle;padding-right:8px}
.map th.row code{display:block;font-weight:400;color:var(--faint)}
.map th.axis{color:var(--faint);font-weight:400;text-align:right;padding-right:8px}
.map td{position:relative;height:54px;border-radius:5px;text-align:center;padding:2px;font-size:11px;line-height:1.22}
.map td b{display:block;font-size:12.5px;line-height:1.2}
.map td .hex{font-size:10.5px}
.map td .want{display:block;font-size:10.5px;white-space:nowrap}
.map td.two{padding:0;overflow:hidden}
.map td.two div{height:50%;min-height:26px;padding:4px 2px}
.map.many td{height:30px}
.resv{background:repeating-linear-gradient(45deg,transparent 0 4px,var(--hatch) 4px 6px);color:var(--faint)}
.none{background:transparent;border:1px dashed var(--line);color:var(--faint)}
.notag{background:repeating-linear-gradient(45deg,#cbb8e6 0 7px,#b79ddb 7px 10px)}
.map td.diff{box-shadow:inset 0 0 0 3px var(--ring),inset 0 0 0 4.5px var(--halo)}
.small td.diff,.key .diff{outline:2px solid var(--ring);box-shadow:inset 0 0 0 1px var(--halo)}
.small td.open,.key i.open{border-radius:50%}
.key i.open{border:1px solid var(--faint);min-width:20px}
.map td.diff::after{content:"";position:absolute;top:0;right:0;border:8px solid transparent;border-top-color:var(--ring);
  border-right-color:var(--ring);border-radius:0 4px 0 0}
.litmus td{width:30px}
.litmus h4{font-weight:600;font-size:12.5px}
details{border-top:1px solid var(--line);padding:8px 0}
summary{cursor:pointer}
.o-trans{box-shadow:inset 0 0 0 1px var(--faint)}
.wrong{color:var(--bad)}
.legend{display:flex;flex-wrap:wrap;gap:7px 16px;margin:12px 0 0;padding:0;list-style:none;font-size:13px;color:var(--soft)}
.legend li{display:flex;align-items:center;gap:7px}
.key i{display:inline-block;min-width:26px;height:20px;border-radius:4px;font:700 12px/20px system-ui,sans-serif;
  text-align:center}
.list{width:100%;margin:8px 0 4px;font-size:14px}
.list th{text-align:left;font-size:12px;font-weight:600;color:var(--faint);padding:4px 14px 4px 0;
  border-bottom:1px solid var(--line)}
.list td{padding:6px 14px 6px 0;border-bottom:1px solid var(--line);vertical-align:top}
.list .num,.list th.num{text-align:right;font-variant-numeric:tabular-nums}
.rule{margin:16px 0 0;max-width:none}
.rule b{color:var(--bad)}
.chip{display:inline-block;border-radius:4px;padding:0 7px;font-size:13px;white-space:nowrap}
.many-small{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(var(--w),100%),1fr));gap:24px 26px;margin-top:14px}
.small{break-inside:avoid}
.small p{font-size:12.5px;line-height:1.4;color:var(--soft);margin:1px 0 6px;min-height:53px}
.small table{border-collapse:separate;border-spacing:3px}
.small th{font:400 11px/1.2 system-ui,sans-serif;color:var(--faint);padding:0 1px}
.small th.row{text-align:right;padding-right:6px;white-space:nowrap}
.small td{width:22px;height:19px;border-radius:3px;text-align:center;font:700 12px/19px system-ui,sans-serif;padding:0;
  position:relative}
footer{margin-top:30px;color:var(--faint);font-size:13px}
@media (max-width:600px){
main{padding:20px 12px 32px}section.run{padding:16px 14px 20px;border-radius:8px}h1{font-size:24px}h2{font-size:19px}
dl.facts{grid-template-columns:1fr 1fr;gap:8px 14px}.verdict{font-size:13.5px;padding:5px 10px}
.map col.row{width:84px}.map th.row{font-size:11px;padding-right:5px}.small p{min-height:0}
.list{font-size:13px}.list thead{display:none}.list tr{display:block;padding:7px 0;border-bottom:1px solid var(--line)}
.list td,.list .num{display:block;border:0;padding:1px 0;text-align:left}
.list td[data-label]::before{content:attr(data-label);display:inline-block;min-width:104px;margin-right:8px;font-size:11.5px;
  color:var(--faint)}
.legend{gap:6px 12px}.overview a{padding:10px 14px}}
@media print{
@page{size:A4 landscape;margin:11mm}body{background:#fff;font-size:12px}main{max-width:none;padding:0}
section.run{border:0;padding:0;margin:12px 0 0}section.run+section.run{break-before:page}
.map,.overview,dl.facts{break-inside:avoid}.caption,h3,.rule{break-after:avoid}.list tr,.map tr{break-inside:avoid}
.scroll{overflow:visible}.map{min-width:0!important}.map{border-spacing:2px}
.map td.diff{box-shadow:inset 0 0 0 1.5px #000}.map td.diff::after{border-width:5px}
.map td{height:29px;font-size:8px;line-height:1.1;padding:0}p{max-width:none}
.map td b{font-size:9px;line-height:1.1}.map td .hex,.map td .want{font-size:7.5px;line-height:1.05}
.map th{font-size:9px}h1{font-size:20px}h2{font-size:17px;margin-bottom:6px}.verdict{padding:3px 10px;margin-bottom:2px}
.overview{margin-top:10px}h3{font-size:14px;margin-top:18px}.list,.caption{font-size:11px}.list td{padding:3px 12px 3px 0}
dl.facts{grid-template-columns:repeat(6,1fr);gap:5px 14px}dt{font-size:10px}.map td.two div{min-height:18px}
.many-small{grid-template-columns:repeat(auto-fill,minmax(calc(var(--w)*.8),1fr));gap:12px 14px}
.small td{width:16px;height:14px;font-size:10px;line-height:14px}.small p{font-size:10px;min-height:42px}
.small th{font-size:9px}.overview{grid-template-columns:1fr 1fr}.overview a{padding:6px 12px}
.key i{min-width:20px;height:15px;line-height:15px}.legend{font-size:11px}}
""" + "\n".join(_rules()) + "\n"
