"""The page's one style sheet: system faces, dark on white, one ink, and a print layout."""

CSS = """
:root{--ink:#1f3864;--soft:#dce6f1;--text:#1a1a1a;--quiet:#4d4d4d;--rule:#8a8a8a}
*{box-sizing:border-box}
body{margin:0 auto;max-width:74rem;padding:1rem 1.25rem 3rem;color:var(--text);background:#fff;
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif}
h1{font-size:1.65rem;line-height:1.25;margin:.5rem 0;color:var(--ink)}
h2{font-size:1.3rem;margin:2.4rem 0 .6rem;padding-top:.6rem;border-top:2px solid var(--ink);color:var(--ink)}
h3{font-size:1.05rem;margin:1.6rem 0 .4rem}
p{margin:.5rem 0;max-width:48rem}
a{color:#0b4a8f}
a:focus,.wide:focus{outline:3px solid #b35900;outline-offset:2px}
.skip{position:absolute;left:-60rem}
.skip:focus{position:static}
nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;list-style:none;margin:.6rem 0;padding:0}
.verdict{border:2px solid var(--ink);border-left-width:.6rem;padding:.6rem .9rem;margin:1rem 0}
.verdict strong{font-size:1.1rem}
.banner{border:1px solid #9c0006;border-left-width:.6rem;padding:.4rem .9rem;font-weight:600}
.quiet{color:var(--quiet)}
.wide{overflow-x:auto;margin:.8rem 0}
table{border-collapse:collapse;font-size:.86rem;min-width:100%}
caption{text-align:left;font-weight:600;padding:.3rem 0}
th,td{text-align:left;vertical-align:top;padding:.28rem .6rem .28rem .3rem;border-bottom:1px solid #d0d0d0}
thead th{border-bottom:2px solid var(--ink);vertical-align:bottom}
tbody th{font-weight:600}
.number{text-align:right;font-variant-numeric:tabular-nums}
td.number{white-space:nowrap}
.total th,.total td{border-top:1px solid var(--ink);font-weight:700}
figure{margin:1rem 0}
figcaption{font-size:.86rem;color:var(--quiet);max-width:48rem}
figure svg{width:100%;height:auto;display:block;max-width:60rem}
@media (max-width:45rem){figure svg{min-width:42rem}}
.hidden{position:absolute}
svg text{font-size:12px;fill:#1a1a1a}
svg .end{text-anchor:end}
svg .middle{text-anchor:middle}
svg .unit{fill:#4d4d4d}
svg .site{font-weight:700;font-size:13px}
svg .onink{fill:#fff;font-weight:700}
svg .state{font-weight:700;text-anchor:middle}
svg .small{font-size:11px}
svg .grid{stroke:#d9d9d9}
svg .base{stroke:#1a1a1a}
svg .part{stroke:#1f3864;stroke-width:1}
svg .line{fill:none;stroke:#1f3864;stroke-width:2.2}
svg .l1{stroke-dasharray:8 4}
svg .l2{stroke-dasharray:2 4}
svg .marker{fill:#fff;stroke:#1f3864;stroke-width:2}
svg .cross{fill:none;stroke:#b35900;stroke-width:2.6}
svg .promise{fill:#8a3f00;font-weight:600;paint-order:stroke;stroke:#fff;stroke-width:4}
svg .ink{fill:#1f3864}
svg .ground{fill:#fff}
svg .f0{fill:#1f3864}
svg .f1{fill:url(#p1)}
svg .f2{fill:url(#p2)}
svg .f3{fill:#fff}
svg .f4{fill:url(#p4)}
svg .f5{fill:url(#p5)}
svg .f6{fill:#9aa7bd}
svg .tile{fill:#fff;stroke:#b5b5b5}
svg .candidate{fill:#fff;stroke:#1f3864;stroke-width:2;stroke-dasharray:5 3}
svg .chosen{fill:#1f3864;stroke:#1f3864}
svg .lane{fill:#f4f6fa}
@media print{body{max-width:none;padding:0;font-size:10.5pt}nav,.skip{display:none}
.wide{overflow:visible}figure svg{min-width:0;max-height:15.5cm}section>p{break-after:avoid}
table{font-size:8pt}section{break-before:auto}figure,tr{break-inside:avoid}
h2,h3,caption{break-after:avoid}a{color:inherit;text-decoration:none}}
@page{size:letter landscape;margin:1.2cm}
"""
