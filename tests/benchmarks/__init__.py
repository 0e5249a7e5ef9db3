"""`make bench`: what Hedgerow does in a second and what it costs, beside a baseline of the same run.

Each figure is one line `name value unit ratio baseline` on stdout and one JSON object in
`.local/bench.jsonl`. See docs/performance.md.
"""
