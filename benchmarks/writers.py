"""What writes XLSX: `python -m benchmarks.writers [--rows N ...]`.

Ours (rustpy-xlsxwriter, as exports use it), openpyxl in write-only mode and XlsxWriter with
constant memory write the same rows of 12 texts, each in a process of its own. XlsxWriter is no
dependency of ours: where it is not installed, it is left out and said so.
"""

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

COLUMNS = 12  # as many as an export has

ROWS = f"""
header = [f"Column {{n}}" for n in range({COLUMNS})]
rows = ([f"cell {{row}} {{n}}" for n in range({COLUMNS})] for row in range(count))
"""
WRITERS = {
    "ours": "from itertools import chain\nfrom pathlib import Path\n"
    "from domain.targets.writing.child import write_xlsx\n"
    "write_xlsx(chain([header], rows), Path(path), 'Targets', lambda written: None)",
    "xlsxwriter": "import xlsxwriter\n"
    "book = xlsxwriter.Workbook(path, {'constant_memory': True})\n"
    "sheet = book.add_worksheet('Targets')\n"
    "sheet.write_row(0, 0, header)\n"
    "for place, row in enumerate(rows, start=1): sheet.write_row(place, 0, row)\n"
    "book.close()",
    "openpyxl": "import openpyxl\n"
    "book = openpyxl.Workbook(write_only=True)\n"
    "sheet = book.create_sheet('Targets')\n"
    "sheet.append(header)\n"
    "for row in rows: sheet.append(row)\n"
    "book.save(path)",
}


def alone(writer: str, count: int, path: Path) -> dict[str, float] | None:
    """Rows a second, CPU seconds and peak MB of one library; None: it is not installed."""
    code = (
        f"import time\npath, count = {str(path)!r}, {count}\n{ROWS}\n"
        f"began = time.perf_counter()\n{WRITERS[writer]}\n"
        "seconds = time.perf_counter() - began\n"
        "lines = open('/proc/self/status').read().splitlines()\n"
        "peak = next(line for line in lines if line.startswith('VmHWM')).split()[1]\n"
        "print(seconds, time.process_time(), peak)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    path.unlink(missing_ok=True)
    if done.returncode:
        if "ModuleNotFoundError" in done.stderr:
            return None
        raise SystemExit(done.stderr)
    seconds, cpu, kilobytes = map(float, done.stdout.split())
    return {"rows_per_second": count / seconds, "cpu_s": cpu, "peak_mb": kilobytes / 1024}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    options.add_argument("--json", type=Path, help="also write the figures here")
    chosen = options.parse_args()
    results: list[dict[str, Any]] = []
    print(f"{platform.machine()}, Python {platform.python_version()}")
    print("writer          rows    rows/s     CPU s  of ours   peak MB")
    with tempfile.TemporaryDirectory(prefix="outdial-bench-") as folder:
        for count in chosen.rows:
            ours = 0.0
            for name in WRITERS:
                found = alone(name, count, Path(folder) / "file.xlsx")
                if found is None:
                    print(f"{name:<12} not installed: pip install {name}")
                    continue
                ours = ours or found["cpu_s"]
                results.append({"writer": name, "rows": count} | found)
                print(
                    f"{name:<12}{count:>8,}{found['rows_per_second']:>10,.0f}{found['cpu_s']:>10.2f}"
                    f"{found['cpu_s'] / ours:>9.1f}{found['peak_mb']:>10.0f}",
                    flush=True,
                )
    if chosen.json:
        chosen.json.write_text(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
