// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

namespace rproc::cli {

/// The style sheet of the chart and of pictures, in both colour schemes. Colours are written out for each class: many
/// viewers of SVG do not support variables.
inline constexpr std::string_view kPictureStyle = R"(
text{font:13px system-ui,"Segoe UI","DejaVu Sans",sans-serif;fill:#1b2333}
.mono{font:11px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace}
.name{font-size:12px;font-weight:600}
.headline{font-size:24px;font-weight:650}
.section{font-size:15px;font-weight:650}
.heading{font-size:11px;fill:#667085}
.muted{fill:#5b6475}
.label{paint-order:stroke;stroke:#ffffff;stroke-width:5px;stroke-linejoin:round}
.paper{fill:#ffffff}
.grid{stroke:#e4e7ee;stroke-width:1}
.bar.boot{fill:#2f6fdb}.bar.undo{fill:#8b98ae}.bar.failed{fill:#c4303c}
.in-bar{fill:#ffffff}
.state{stroke:#1f8a5b;stroke-width:1;stroke-dasharray:2 4}
.state-name{fill:#17734b;font-size:12px;font-weight:600}
.state-mark{fill:#1f8a5b}
.remark.bad{fill:#fdecee}.remark.doubtful{fill:#fff5e2}.remark.note{fill:#eef3fb}
.edge.bad,.badge.bad{fill:#c4303c}.edge.doubtful,.badge.doubtful{fill:#b86e00}.edge.note{fill:#2f6fdb}
.badge.good{fill:#1f8a5b}
.on-badge{fill:#ffffff;font-weight:650}
text.bad{fill:#b02732}text.doubtful{fill:#8f5500}text.note{fill:#2458b3}
@media (prefers-color-scheme:dark){
text{fill:#e7eaf1}
.heading,.muted{fill:#9aa5b8}
.paper{fill:#131823}
.label{stroke:#131823}
.grid{stroke:#2b3344}
.bar.boot{fill:#5f97f5}.bar.undo{fill:#6d7a91}.bar.failed{fill:#f0606b}
.in-bar{fill:#0d1118}
.state{stroke:#4cc38a}.state-name{fill:#6ad6a3}.state-mark{fill:#4cc38a}
.remark.bad{fill:#3a1d24}.remark.doubtful{fill:#382b16}.remark.note{fill:#1c2a42}
text.bad{fill:#ff8b93}text.doubtful{fill:#f3b95f}text.note{fill:#8fb6ff}
.on-badge{fill:#ffffff}
}
)";

/// The style sheet of the page around the chart.
inline constexpr std::string_view kPageStyle = R"(
:root{color-scheme:light dark;--ink:#1b2333;--muted:#5b6475;--paper:#fff;--line:#e4e7ee;--soft:#f6f7fa;
--good:#1f8a5b;--doubtful:#b86e00;--bad:#c4303c}
@media (prefers-color-scheme:dark){:root{--ink:#e7eaf1;--muted:#9aa5b8;--paper:#131823;--line:#2b3344;--soft:#1a202d}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,"Segoe UI","DejaVu Sans",sans-serif}
main{max-width:1200px;margin:0 auto;padding:28px 24px 56px}
header{display:flex;gap:16px;align-items:flex-start;justify-content:space-between;flex-wrap:wrap}
h1{font-size:26px;line-height:1.2;margin:0;overflow-wrap:anywhere}
h2{font-size:18px;margin:36px 0 8px}
p{margin:4px 0;color:var(--muted)}
.badge{color:#fff;font-weight:650;border-radius:999px;padding:5px 16px;white-space:nowrap}
.badge.good{background:var(--good)}.badge.doubtful{background:var(--doubtful)}.badge.bad{background:var(--bad)}
.chart{overflow-x:auto;margin:20px 0 0}
.chart svg{display:block;width:100%;min-width:860px;height:auto}
table{border-collapse:collapse;width:100%}
th,td{padding:6px 12px 6px 0;text-align:left;vertical-align:top;border-top:1px solid var(--line)}
th{font-weight:600}
thead th{color:var(--muted);font-size:13px;border-top:0}
caption{text-align:left;color:var(--muted);padding-bottom:6px}
td.number+td:not(.number),th.number+th:not(.number){padding-left:16px}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.fixed,pre,.items td{font:12.5px/1.55 ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace}
.items{width:auto;margin:0 0 6px}
.items td{border:0;padding:0 20px 0 0;white-space:pre-wrap;overflow-wrap:anywhere}
th.fixed{font-weight:600}
.items td:first-child{color:var(--muted);white-space:nowrap}
.items td:nth-child(2){min-width:15ch}
pre{margin:0 0 6px;padding:8px 12px;background:var(--soft);border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere}
summary{cursor:pointer;color:var(--muted);font-size:13px}
details>*+*{margin-top:6px}
.remark{border-left:4px solid;padding:4px 12px;margin:0 0 8px;color:inherit;background:var(--soft)}
.remark.bad{border-color:var(--bad)}.remark.doubtful{border-color:var(--doubtful)}.remark.note{border-color:var(--muted)}
tr.failed th{color:var(--bad)}
tr.state th{color:var(--good)}
@media print{main{max-width:none;padding:0}tbody{break-inside:avoid}}
)";

}  // namespace rproc::cli
