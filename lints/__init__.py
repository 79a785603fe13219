"""House rules that no other checker knows, as checks of the syntax tree.

Each rule tells in its docstring what went wrong elsewhere. Where a rule is wrong for once, the
line, or the line above it, says so: `# lint: allow NAME, because ...`.
"""
